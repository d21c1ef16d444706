"""From the house to the desk: the need is recorded, the dossier is submitted."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from halo_events.contract import documents
from halo_events.contract.event import Actor
from halo_events.contract.values import DocumentKind
from halo_events.errors import NotYetError
from halo_events.runtime import Tx
from halo_service.problems import BusinessError, FieldProblem

from halo_documents.domain.checklists import Checklists
from halo_documents.domain.dossiers import Dossier, Item, ItemState, Submission, Waiting
from halo_documents.errors import NeedRecordedError, PapersBeingCheckedError, PapersMissingError
from halo_documents.repository import need, papers
from halo_documents.usecases import access


async def record_need(
    tx: Tx,
    checklists: Checklists,
    request_id: UUID,
    kinds: Sequence[DocumentKind],
    actor: Actor,
    *,
    round_meant: int | None = None,
) -> documents.NeedRecorded:
    """Record which documents are needed, under the checklist of the day; once per round.

    Raises NotYetError until accepting and visit are known here, NeedRecordedError, and as `access.lock_holder`.
    """
    holder = await access.lock_holder(tx, request_id, actor, round_meant)
    if not holder.visited:
        raise NotYetError("visit.made of the request")
    if await need.find_dossier(tx, request_id, holder.round):
        raise NeedRecordedError
    recorded = documents.NeedRecorded(
        occurred_at=tx.now,
        request_id=request_id,
        round=holder.round,
        actor=actor,
        officer_id=holder.officer_id,
        items=tuple(documents.Item(item_id=uuid4(), kind=kind) for kind in kinds),
        checklist_version=checklists.valid_at(tx.now).version,
    )
    await tx.emit(recorded)
    return recorded


async def submit_dossier(tx: Tx, checklists: Checklists, request_id: UUID, actor: Actor) -> Submission:
    """Send the items to the desk whose papers are complete; the others wait for theirs, and go in a later dossier.

    What lies at the desk does not change any more: an item with a paper under check waits for the answer, and what is
    announced for an item and not reported lapses as the item goes. The holder's lock makes reports wait meanwhile.

    Where all items went before, nothing is told. Raises as `access.require_holder`, NeedMissingError, and, where no
    waiting item is complete, PapersBeingCheckedError, or PapersMissingError naming each item and row.
    """
    holder = await access.lock_holder(tx, request_id, actor)
    dossier = await access.require_dossier(tx, request_id, holder)
    items = await need.list_items(tx, request_id, holder.round)
    needed = [item for item in items if item.state is ItemState.NEEDED]
    if not needed:
        return Submission(tuple(item.item_id for item in items if item.state is not ItemState.REJECTED))
    found = await _look_through(tx, checklists, dossier, needed)
    complete = tuple(one.item_id for one in found if one.is_complete)
    if not complete:
        raise _refusal(found)
    await papers.update_uploads_withdrawn(tx, request_id, holder.round, complete)
    await tx.emit(
        documents.DossierSubmitted(
            occurred_at=tx.now, request_id=request_id, round=holder.round, actor=actor, items=complete
        )
    )
    return Submission(complete, tuple(one for one in found if not one.is_complete))


async def _look_through(tx: Tx, checklists: Checklists, dossier: Dossier, items: Sequence[Item]) -> Sequence[Waiting]:
    """What each item still waits for. A check that ends meanwhile is seen as under way or ended, never as neither."""
    stored = await papers.list_stored_rows(tx, dossier.request_id, dossier.round)
    cleared = await papers.list_cleared_rows(tx, dossier.request_id, dossier.round)
    revised = await need.list_revised_rows(tx, dossier.request_id, dossier.round)
    checklist, none = checklists.version(dossier.checklist_version), frozenset[str]()
    found: list[Waiting] = []
    for item in items:
        there, to_come = cleared.get(item.item_id, none), stored.get(item.item_id, none)
        asked = {row.row for row in revised if row.item_id == item.item_id}
        missing = checklist.missing(item.kind, there, asked)
        hopeful = bool(to_come) and not checklist.missing(item.kind, there | to_come, asked)
        found.append(Waiting(item.item_id, item.kind, missing, checklist.named(item.kind, to_come), hopeful))
    return found


def _refusal(waiting: Sequence[Waiting]) -> BusinessError:
    """Why nothing can go: in a moment something may, or papers are missing."""
    if any(one.hopeful for one in waiting):
        return PapersBeingCheckedError()
    return PapersMissingError(fields=_faults(waiting))


def _faults(waiting: Sequence[Waiting]) -> list[FieldProblem]:
    """What is still wanted, item by item and row by row."""
    return [
        FieldProblem(
            field=f"items.{one.item_id}.{row.row}",
            code="paper_missing",
            message=f"A cleared paper is missing: {row.title.en}.",
            message_id=f"Belum ada file yang lolos pemeriksaan: {row.title.id}.",
        )
        for one in waiting
        for row in one.missing
    ]
