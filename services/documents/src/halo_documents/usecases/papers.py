"""Papers: announced, uploaded, checked."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from halo_events.contract import documents
from halo_events.contract.documents import Purpose
from halo_events.contract.event import SYSTEM, Actor, ActorRole, Event
from halo_events.contract.values import DocumentKind
from halo_events.runtime import Tx

from halo_documents.domain.checklists import Checklists, Row
from halo_documents.domain.dossiers import Dossier, ItemState
from halo_documents.domain.papers import (
    KEEP_UPLOADS,
    LEASE,
    Announcement,
    Claim,
    Finding,
    Limits,
    Paper,
    PaperState,
    Setback,
    Upload,
)
from halo_documents.errors import (
    ItemUnknownError,
    PaperNotClearedError,
    PaperTooLargeError,
    PaperUnknownError,
    RowUnknownError,
    TooManyFailedPapersError,
    TooManyPapersError,
    UploadExpiredError,
    WrongStateError,
)
from halo_documents.repository import need, papers
from halo_documents.usecases import access


async def announce_paper(
    tx: Tx, request_id: UUID, said: Announcement, actor: Actor, *, checklists: Checklists, limits: Limits
) -> Upload:
    """Keep a paper that is to come, before anybody gets a form to upload it.

    It waits for the request's other steps: so no two pass the limit together, and none comes beside a submit.

    Raises as `access.require_holder`, NeedMissingError, PaperTooLargeError, TooManyPapersError,
    TooManyFailedPapersError, and for the paper of an item ItemUnknownError, RowUnknownError, WrongStateError.
    """
    holder = await access.lock_holder(tx, request_id, actor)
    dossier = await access.require_dossier(tx, request_id, holder)
    if said.size is not None and said.size > limits.paper_bytes:
        raise PaperTooLargeError(limit=limits.paper_bytes)
    if said.purpose is Purpose.REQUIREMENT:
        await _require_row(tx, checklists, dossier, said)
    await _require_room(tx, dossier, said.purpose, limits.of(said.purpose))
    upload = Upload(
        paper_id=uuid4(),
        request_id=request_id,
        round=holder.round,
        announced=said,
        officer_id=str(holder.officer_id),
        expires_at=tx.now + limits.form,
    )
    await papers.insert_upload(tx, upload)
    return upload


async def _require_room(tx: Tx, dossier: Dossier, purpose: Purpose, limit: int) -> None:
    """What failed takes no place from what counts, and has a bound of its own."""
    tally = await papers.count_papers(tx, dossier.request_id, dossier.round, purpose)
    if tally.held >= limit:
        raise TooManyPapersError(limit=limit)
    if tally.failed >= limit:
        raise TooManyFailedPapersError(limit=limit)


async def _require_row(tx: Tx, checklists: Checklists, dossier: Dossier, said: Announcement) -> None:
    """The paper must be for a row of an item that was not submitted yet."""
    items = await need.list_items(tx, dossier.request_id, dossier.round)
    item = next((item for item in items if item.item_id == said.item_id), None)
    if item is None:
        raise ItemUnknownError
    if said.row is None or not checklists.version(dossier.checklist_version).has_row(item.kind, said.row):
        raise RowUnknownError
    _require_needed(item.state)


def _require_needed(state: ItemState | None) -> None:
    if state is None:
        raise ItemUnknownError
    if state is not ItemState.NEEDED:
        raise WrongStateError(state, ItemState.NEEDED)


async def report_upload(tx: Tx, paper_id: UUID, actor: Actor) -> Paper:
    """Let the workers check a paper that the officer says he uploaded. A repeat changes nothing, however late.

    It waits for the request's other steps: so no paper comes to an item that a submit takes to the desk meanwhile.

    Raises PaperUnknownError, as `access.require_holder`, WrongStateError, UploadExpiredError.
    """
    paper = await _get_paper(tx, paper_id)
    await access.lock_holder(tx, paper.request_id, actor)
    state = await papers.lock_upload(tx, paper_id)
    if state in {PaperState.AWAITED, PaperState.EXPIRED} and paper.item_id is not None:
        _require_needed(await need.find_item_state(tx, paper.item_id))
    if state == PaperState.EXPIRED:
        raise UploadExpiredError
    if state == PaperState.AWAITED:
        await papers.update_upload_stored(tx, paper_id)
    return await _get_paper(tx, paper_id)


async def read_upload(tx: Tx, paper_id: UUID, actor: Actor) -> tuple[Upload, str]:
    """What the officer announced, and how far it is. Raises PaperUnknownError, and as `access.require_holder`."""
    found = await papers.find_upload(tx, paper_id)
    if found is None:
        raise PaperUnknownError
    await access.require_holder(tx, found[0].request_id, actor)
    return found


async def find_row(tx: Tx, upload: Upload, checklists: Checklists) -> tuple[DocumentKind, Row] | None:
    """For which document, and which row of its checklist, a file was announced; None for a proof of delivery."""
    dossier = await need.find_dossier(tx, upload.request_id, upload.round)
    items = await need.list_items(tx, upload.request_id, upload.round)
    kind = next((item.kind for item in items if item.item_id == upload.announced.item_id), None)
    if dossier is None or kind is None:
        return None
    rows = checklists.version(dossier.checklist_version).rows(kind)
    return next(((kind, row) for row in rows if row.row == upload.announced.row), None)


async def claim_papers(tx: Tx, limit: int) -> Sequence[Claim]:
    """Lease the oldest papers that wait for their check."""
    return await papers.claim_uploads(tx, tx.now + LEASE, limit)


async def release_papers(tx: Tx, claims: Sequence[Claim]) -> None:
    """Give back papers that could not be tried."""
    await papers.update_uploads_released(tx, claims)


async def settle_papers(tx: Tx, findings: Sequence[Finding], setbacks: Sequence[Setback]) -> Sequence[UUID]:
    """Tell what the checks found, and await again what was not there; the papers that were told.

    Where a lease ran out somebody else has the paper, and tells.
    """
    told = await papers.update_uploads_checked(tx, [finding.claim for finding in findings])
    await papers.update_uploads_awaited(tx, setbacks)
    ours = [finding for finding in findings if finding.claim.upload.paper_id in told]
    for finding in ours:
        await tx.emit(_uploaded(finding))
        await tx.emit(_judged(tx, finding))
    return [finding.claim.upload.paper_id for finding in ours]


def _uploaded(finding: Finding) -> Event:
    """What lies in the store; it happened when the officer said that he uploaded it."""
    upload = finding.claim.upload
    return documents.PaperUploaded(
        occurred_at=finding.claim.stored_at,
        request_id=upload.request_id,
        round=upload.round,
        actor=Actor(role=ActorRole.OFFICER, id=upload.officer_id),
        paper_id=upload.paper_id,
        purpose=upload.announced.purpose,
        item_id=upload.announced.item_id,
        row=upload.announced.row,
        sha256=finding.sha256,
        size=finding.size,
        media_type=finding.media_type,
    )


def _judged(tx: Tx, finding: Finding) -> Event:
    """What the checks say of it."""
    upload = finding.claim.upload
    if finding.reason is not None:
        return documents.PaperQuarantined(
            occurred_at=tx.now,
            request_id=upload.request_id,
            round=upload.round,
            actor=SYSTEM,
            paper_id=upload.paper_id,
            reason=finding.reason,
        )
    return documents.PaperCleared(
        occurred_at=tx.now,
        request_id=upload.request_id,
        round=upload.round,
        actor=SYSTEM,
        paper_id=upload.paper_id,
        checks=finding.checks,
    )


async def expire_uploads(tx: Tx, limit: int) -> int:
    """Mark awaited uploads whose forms have lapsed; how many."""
    return await papers.update_uploads_expired(tx, limit)


async def forget_cleared(tx: Tx, limit: int) -> int:
    """Delete uploads that were cleared long ago; how many. The paper stands in the dossier and stays."""
    return await papers.delete_uploads_cleared(tx, tx.now - KEEP_UPLOADS, limit)


async def list_uncleared(tx: Tx, limit: int) -> Sequence[Upload]:
    """Uploads that lapsed or were quarantined long ago: their files must go before they are forgotten."""
    return await papers.list_uploads_uncleared(tx, tx.now - KEEP_UPLOADS, limit)


async def forget_uncleared(tx: Tx, uploads: Sequence[Upload]) -> None:
    """Delete uploads whose files are gone. That a paper was quarantined stands in the dossier and stays."""
    await papers.delete_uploads(tx, uploads)


async def read_paper(tx: Tx, paper_id: UUID, actor: Actor) -> Paper:
    """A paper's state. Raises PaperUnknownError and as `access.require_holder`."""
    paper = await _get_paper(tx, paper_id)
    await access.require_reader(tx, paper.request_id, actor)
    return paper


async def open_paper(tx: Tx, paper_id: UUID, actor: Actor) -> Paper:
    """A paper that may be opened. Raises as `read_paper`, and PaperNotClearedError."""
    paper = await read_paper(tx, paper_id, actor)
    if paper.state is not PaperState.CLEARED:
        raise PaperNotClearedError(paper.state)
    return paper


async def _get_paper(tx: Tx, paper_id: UUID) -> Paper:
    paper = await papers.find_paper(tx, paper_id)
    if paper is None:
        raise PaperUnknownError
    return paper
