"""Back to the officer: papers that are not in order are asked again, row by row."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from uuid import UUID

from halo_events.contract import documents
from halo_events.contract.documents import RevisionReason
from halo_events.contract.event import Actor
from halo_events.runtime import Tx
from halo_service.problems import BusinessError, FieldProblem

from halo_documents.domain.checklists import Checklist, Checklists
from halo_documents.domain.dossiers import Item, ItemState
from halo_documents.errors import NeedMissingError, RowMetOtherwiseError, RowUnknownError
from halo_documents.repository import need, papers
from halo_documents.usecases import desk


async def revise_item(
    tx: Tx, checklists: Checklists, item_id: UUID, rows: Mapping[str, RevisionReason], actor: Actor
) -> ItemState:
    """Ask for papers of an item again, in these rows only; the others stay. The item is the officer's again.

    Raises as `desk.take_open_item`, RowUnknownError, and RowMetOtherwiseError where other papers would still meet a
    row.
    """
    item = await desk.take_open_item(tx, item_id, actor, ItemState.SUBMITTED)
    dossier = await need.find_dossier(tx, item.request_id, item.round)
    if dossier is None:
        raise NeedMissingError
    checklist = checklists.version(dossier.checklist_version)
    _require_known(checklist, item, rows)
    cleared = await papers.list_cleared_rows(tx, item.request_id, item.round)
    _require_missing(checklist, item, rows, cleared.get(item_id, frozenset()) - rows.keys())
    await tx.emit(
        documents.RevisionRequested(
            occurred_at=tx.now,
            request_id=item.request_id,
            round=item.round,
            actor=actor,
            item_id=item_id,
            rows=tuple(documents.RevisionRow(row=row, reason=reason) for row, reason in rows.items()),
        )
    )
    return ItemState.NEEDED


def _require_known(checklist: Checklist, item: Item, rows: Mapping[str, RevisionReason]) -> None:
    words = "Persyaratan ini tidak ada dalam daftar dokumen tersebut.", "The item's checklist has no such row."
    known = {row.row for row in checklist.rows(item.kind)}
    _refuse(RowUnknownError, "row_unknown", words, rows, known)


def _require_missing(
    checklist: Checklist, item: Item, rows: Mapping[str, RevisionReason], left: frozenset[str]
) -> None:
    """What is asked again must be missing from then on: else the officer could submit without bringing anything."""
    words = "Persyaratan ini tetap terpenuhi oleh file lain.", "Other papers would still meet this row."
    missing = {row.row for row in checklist.missing(item.kind, left, rows.keys())}
    _refuse(RowMetOtherwiseError, "row_met_otherwise", words, rows, missing)


def _refuse(
    error: type[BusinessError], code: str, words: tuple[str, str], rows: Iterable[str], good: AbstractSet[str]
) -> None:
    """Raise this error, naming the rows that are not good by their places; where all are it is well."""
    indonesian, english = words
    faults = [
        FieldProblem(f"rows.{place}.row", code, english, indonesian)
        for place, row in enumerate(rows)
        if row not in good
    ]
    if faults:
        raise error(fields=faults)
