"""From the house to the desk: the need is recorded, the dossier is submitted."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from halo_events.contract import documents
from halo_events.contract.event import Actor
from halo_events.contract.values import DocumentKind
from halo_events.errors import NotYetError
from halo_events.runtime import Tx
from halo_service.problems import FieldProblem

from halo_documents.domain.checklists import Checklists
from halo_documents.domain.dossiers import ItemState, Submission, Waiting
from halo_documents.errors import NeedRecordedError, PapersMissingError
from halo_documents.repository import need, papers
from halo_documents.usecases import access


async def record_need(
    tx: Tx, checklists: Checklists, request_id: UUID, kinds: Sequence[DocumentKind], actor: Actor
) -> documents.NeedRecorded:
    """Record which documents are needed, under the checklist of the day; once per round.

    Raises NotYetError until accepting and visit are known here, NotHolderError, NeedRecordedError.
    """
    holder = await access.lock_holder(tx, request_id, actor)
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

    Where all items went before, nothing is told. Raises NotYetError, NotHolderError, NeedMissingError, and, where no
    waiting item is complete, PapersMissingError naming each item and row.
    """
    holder = await access.lock_holder(tx, request_id, actor)
    dossier = await access.require_dossier(tx, request_id, holder)
    items = await need.list_items(tx, request_id, holder.round)
    cleared = await papers.list_cleared_rows(tx, request_id, holder.round)
    checklist = checklists.version(dossier.checklist_version)
    still_needed = [
        Waiting(item.item_id, item.kind, checklist.missing(item.kind, cleared.get(item.item_id, frozenset())))
        for item in items
        if item.state is ItemState.NEEDED
    ]
    if not still_needed:
        return Submission(tuple(item.item_id for item in items))
    complete = tuple(one.item_id for one in still_needed if not one.missing)
    waiting = tuple(one for one in still_needed if one.missing)
    if not complete:
        raise PapersMissingError(fields=_faults(waiting))
    await tx.emit(
        documents.DossierSubmitted(
            occurred_at=tx.now, request_id=request_id, round=holder.round, actor=actor, items=complete
        )
    )
    return Submission(complete, waiting)


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
