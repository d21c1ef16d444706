"""Work beside requests and events: papers are checked, lapsed forms are marked, old uploads are forgotten."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

import structlog
from halo_events.runtime import Database, describe, is_infrastructure
from halo_service.jobs import Job

from halo_documents.domain.papers import Claim, Finding, Setback
from halo_documents.gateways.checking import Checked, Checker
from halo_documents.gateways.store import StoreAwayError
from halo_documents.usecases import papers

_LOG: Final = structlog.get_logger(__name__)
_BATCH: Final = 50
"""Papers of one claim, and of one transaction that tells what was found."""
_LAPSED: Final = 500
_FORGOTTEN: Final = 1000


def jobs(checker: Checker) -> tuple[Job, ...]:
    """The jobs of documents."""
    return (
        Job("check papers", timedelta(seconds=0.5), partial(check_papers, checker)),
        Job("expire uploads", timedelta(minutes=1), expire_uploads),
        Job("forget uploads", timedelta(minutes=10), forget_uploads),
    )


async def check_papers(checker: Checker, database: Database) -> int:
    """Check the papers that wait longest; how many were taken. Raises StoreAwayError after telling what was found."""
    async with database.transaction() as tx:
        claims = await papers.claim_papers(tx, _BATCH)
    if not claims:
        return 0
    checked = await checker.check_all(claims)
    for error in checked.errors:
        _LOG.error("paper not checked", **describe(error))
    told = await _settle(database, checked)
    await _drop_kept(checker, checked.findings, told)
    if checked.away is not None:
        raise checked.away
    return len(claims)


async def expire_uploads(database: Database) -> int:
    """Mark uploads whose forms have lapsed; how many."""
    async with database.transaction() as tx:
        return await papers.expire_uploads(tx, _LAPSED)


async def forget_uploads(database: Database) -> int:
    """Delete a batch of the uploads that ended long ago; how many."""
    async with database.transaction() as tx:
        return await papers.forget_uploads(tx, _FORGOTTEN)


async def _settle(database: Database, checked: Checked) -> Sequence[UUID]:
    """Tell a batch in one transaction; where one paper spoils it, tell each in its own. The papers that were told."""
    try:
        return await _tell(database, checked.findings, checked.setbacks, checked.untried)
    except Exception as error:
        if is_infrastructure(error):
            raise
        _LOG.error("papers not told together, now one by one", papers=len(checked.findings), **describe(error))
    told: list[UUID] = []
    for finding in checked.findings:
        told += await _tell_alone(database, finding)
    await _tell(database, (), checked.setbacks, checked.untried)
    return told


async def _tell_alone(database: Database, finding: Finding) -> Sequence[UUID]:
    """Tell one paper. One that can't be told keeps its lease: it is tried again, and in the end asked for anew."""
    try:
        return await _tell(database, [finding], (), ())
    except Exception as error:
        if is_infrastructure(error):
            raise
        _LOG.error("paper not told", paper_id=str(finding.claim.upload.paper_id), **describe(error))
        return ()


async def _tell(
    database: Database, findings: Sequence[Finding], setbacks: Sequence[Setback], untried: Sequence[Claim]
) -> Sequence[UUID]:
    async with database.transaction() as tx:
        told = await papers.settle_papers(tx, findings, setbacks)
        await papers.release_papers(tx, untried)
    return told


async def _drop_kept(checker: Checker, findings: Sequence[Finding], told: Sequence[UUID]) -> None:
    """Remove what officers uploaded of cleared papers. Where that fails the bucket drops it within days."""
    kept = [
        finding.claim.upload for finding in findings if finding.reason is None and finding.claim.upload.paper_id in told
    ]
    if not kept:
        return
    try:
        await checker.drop(kept)
    except StoreAwayError as error:
        _LOG.warning("uploads not dropped, the bucket will do it", papers=len(kept), code=error.code)
