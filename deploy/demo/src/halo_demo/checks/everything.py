"""Runs all checks at once."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
from minio import Minio

from halo_demo.checks import dispatch, documents, intake, notify
from halo_demo.checks.lives import check_lives
from halo_demo.checks.messages import check_messages, check_told, read_log
from halo_demo.checks.papers import check_papers, read_hashes
from halo_demo.checks.requests import check_requests
from halo_demo.checks.tables import Table, compare
from halo_demo.databases import database_url
from halo_demo.facts import Topics
from halo_demo.platform import SILENT_CALLS, Platform

Fold = Callable[[Topics], list[Table]]

FOLDS: Final[Mapping[str, tuple[Fold, Sequence[str]]]] = {
    "intake": (intake.fold, intake.NOT_FOLDED),
    "dispatch": (dispatch.fold, dispatch.NOT_FOLDED),
    "documents": (documents.fold, documents.NOT_FOLDED),
    "notify": (notify.fold, notify.NOT_FOLDED),
}


@dataclass(frozen=True)
class Check:
    """One claim, and the lines that speak against it."""

    claim: str
    against: list[str]


async def check_all(
    platform: Platform, topics: Topics, expectations: Sequence[Mapping[str, Any]], report: Mapping[str, Any]
) -> list[Check]:
    """Check everything that the demo claims."""
    if platform.fetch_log is not None:
        await platform.fetch_log()
    tables = [await _check_tables(platform, topics, service) for service in FOLDS]
    hashes = await asyncio.to_thread(read_hashes, _store(platform), platform.bucket)
    return [
        Check("every record of e-OPen met its end, once", check_requests(expectations, report, topics)),
        Check("each request went the way that was meant for it", check_lives(expectations, topics)),
        Check("residents and officers were told of each step", list(check_told(topics))),
        Check("no message was accepted twice, and what is called sent was", _check_messages(platform, topics)),
        Check("no service ended by itself", platform.supervisor.ends()),
        *tables,
        Check(f"all {len(hashes)} papers in the bucket are known, with their hashes", check_papers(hashes, topics)),
    ]


def _check_messages(platform: Platform, topics: Topics) -> list[str]:
    bound = None if platform.supervisor.restarts() else SILENT_CALLS
    return check_messages(read_log(platform.receiver_log), topics, bound)


async def _check_tables(platform: Platform, topics: Topics, service: str) -> Check:
    fold, not_folded = FOLDS[service]
    tables = fold(topics)
    connection = await asyncpg.connect(database_url(platform.endpoints.postgres, service))
    try:
        against = await compare(connection, tables, not_folded)
    finally:
        await connection.close()
    rows = sum(len(table.rows) for table in tables)
    claim = f"{service}: {rows} rows of {len(tables)} tables equal the fold of the topics"
    return Check(f"{claim} (not folded: {', '.join(not_folded)})", against)


def _store(platform: Platform) -> Minio:
    found = platform.endpoints
    return Minio(found.minio, found.minio_access_key, found.minio_secret_key, secure=False, region=platform.region)
