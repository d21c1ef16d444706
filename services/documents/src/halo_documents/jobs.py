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
_DISCARDED: Final = 200
"""Files removed from the store in one call."""


def jobs(checker: Checker) -> tuple[Job, ...]:
    """The jobs of documents."""
    return (
        Job("check papers", timedelta(seconds=0.5), partial(check_papers, checker)),
        Job("expire uploads", timedelta(minutes=1), expire_uploads),
        Job("forget uploads", timedelta(minutes=10), partial(forget_uploads, checker)),
    )


async def check_papers(checker: Checker, database: Database) -> int:
    """Check the papers that wait longest; how many were taken. Away errors come after what was found was told."""
    async with database.transaction() as tx:
        claims = await papers.claim_papers(tx, _BATCH)
    if not claims:
        return 0
    checked = await checker.check_all(claims)
    for error in checked.errors:
        _LOG.error("paper not checked", **describe(error))
    told = await _settle(database, checked)
    await _clear_away(checker, [finding for finding in checked.findings if finding.claim.upload.paper_id in told])
    if checked.away is not None:
        raise checked.away
    return len(claims)


async def expire_uploads(database: Database) -> int:
    """Mark uploads whose forms have lapsed; how many."""
    async with database.transaction() as tx:
        return await papers.expire_uploads(tx, _LAPSED)


async def forget_uploads(checker: Checker, database: Database) -> int:
    """Delete a batch of the uploads that ended long ago; how many.

    A worker may have kept a file and died before it told. So what lies among the cleared papers for an upload that was
    not cleared goes before its row does: nothing stays in the store that nobody knows of. Raises StoreAwayError.
    """
    async with database.transaction() as tx:
        cleared = await papers.forget_cleared(tx, _FORGOTTEN)
    async with database.transaction() as tx:
        uncleared = await papers.list_uncleared(tx, _DISCARDED)
    if uncleared:
        await checker.discard(uncleared)
        async with database.transaction() as tx:
            await papers.forget_uncleared(tx, uncleared)
    return cleared + len(uncleared)


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


async def _clear_away(checker: Checker, told: Sequence[Finding]) -> None:
    """Remove what nobody needs now that it was told.

    Of cleared papers that is what the officers uploaded: where it fails the bucket drops it within days. Of quarantined
    ones it is what an earlier try may have kept, of another file: where it fails it goes with the upload's row.
    """
    cleared = [finding.claim.upload for finding in told if finding.reason is None]
    quarantined = [finding.claim.upload for finding in told if finding.reason is not None]
    try:
        if cleared:
            await checker.drop(cleared)
        if quarantined:
            await checker.discard(quarantined)
    except StoreAwayError as error:
        _LOG.warning("files not removed from the store, it is done later", papers=len(told), code=error.code)
