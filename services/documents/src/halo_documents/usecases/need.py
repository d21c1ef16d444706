"""From the house to the desk: the need is recorded, the dossier is submitted."""

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from halo_events.contract import documents
from halo_events.contract.event import Actor
from halo_events.contract.values import DocumentKind
from halo_events.errors import NotYetError
from halo_events.runtime import Tx
from halo_service.problems import FieldProblem

from halo_documents.domain.checklists import Checklist, Checklists
from halo_documents.domain.dossiers import Item, ItemState
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


async def submit_dossier(tx: Tx, checklists: Checklists, request_id: UUID, actor: Actor) -> Sequence[UUID]:
    """Send all items to the desk whose papers are complete; the items. A repeat finds them there and changes nothing.

    Raises NotYetError, NotHolderError, NeedMissingError, and PapersMissingError naming each item and row.
    """
    holder = await access.lock_holder(tx, request_id, actor)
    dossier = await access.require_dossier(tx, request_id, holder)
    items = await need.list_items(tx, request_id, holder.round)
    waiting = [item for item in items if item.state is ItemState.NEEDED]
    if not waiting:
        return [item.item_id for item in items]
    cleared = await papers.list_cleared_rows(tx, request_id, holder.round)
    faults = _missing(checklists.version(dossier.checklist_version), waiting, cleared)
    if faults:
        raise PapersMissingError(fields=faults)
    submitted = documents.DossierSubmitted(
        occurred_at=tx.now,
        request_id=request_id,
        round=holder.round,
        actor=actor,
        items=tuple(item.item_id for item in waiting),
    )
    await tx.emit(submitted)
    return submitted.items


def _missing(checklist: Checklist, items: Sequence[Item], cleared: Mapping[UUID, frozenset[str]]) -> list[FieldProblem]:
    """What is still wanted, item by item and row by row."""
    return [
        FieldProblem(
            field=f"items.{item.item_id}.{row.row}",
            code="paper_missing",
            message=f"A cleared paper is missing: {row.title.en}.",
            message_id=f"Belum ada file yang lolos pemeriksaan: {row.title.id}.",
        )
        for item in items
        for row in checklist.missing(item.kind, cleared.get(item.item_id, frozenset()))
    ]
