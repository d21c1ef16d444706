"""What intake and documents said: requests, items, papers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from halo_events.runtime import Fold

from halo_dispatch.domain.assignments import Proof
from halo_dispatch.domain.items import ItemRow, ItemState
from halo_dispatch.domain.lists import RequestRow
from halo_dispatch.domain.places import RwRef
from halo_dispatch.domain.tasks import ProofRow
from halo_dispatch.repository.statements import SQL


@dataclass(frozen=True, slots=True)
class Handover:
    """Documents that passed from the service point to an officer."""

    handover_id: UUID
    request_id: UUID
    officer_id: UUID
    items: Sequence[UUID]


async def insert_request(fold: Fold, request: RequestRow, round_: int, at: datetime) -> None:
    """Record a new request."""
    resident = request.resident
    await fold.execute_one(
        SQL["insert_request"],
        request.request_id,
        round_,
        request.tracking_no,
        list(request.documents),
        request.kelurahan_code,
        request.rw,
        request.rt,
        request.target_group,
        request.household_size,
        request.language,
        resident.name,
        resident.phone,
        resident.address,
        resident.note,
        at,
    )


async def update_request_closed(fold: Fold, request_id: UUID, at: datetime) -> None:
    """Record that intake closed a request. Raises RowCountError for one that was never received."""
    await fold.execute_one(SQL["update_request_closed"], request_id, at)


async def update_cancel_requested(fold: Fold, request_id: UUID, round_: int) -> None:
    """Record that the resident asked to cancel. Raises RowCountError for a request that was never received."""
    await fold.execute_one(SQL["update_cancel_requested"], request_id, round_)


async def update_request_cancelled(fold: Fold, request_id: UUID, at: datetime) -> None:
    """Record that intake cancelled a request. Raises RowCountError for one that was never received."""
    await fold.execute_one(SQL["update_request_cancelled"], request_id, at)


async def update_request_reopened(fold: Fold, request_id: UUID, round_: int, documents: Sequence[str]) -> None:
    """Record what is wanted in a new round. Raises RowCountError for a request that was never received."""
    await fold.execute_one(SQL["update_request_reopened"], request_id, round_, list(documents))


async def get_place(fold: Fold, request_id: UUID) -> RwRef:
    """Where a request belongs. Raises LookupError for an unknown one."""
    row = await fold.fetchrow(SQL["get_place"], request_id)
    if row is None:
        raise LookupError("no such request")
    return RwRef(**row)


async def insert_items(
    fold: Fold, request_id: UUID, round_: int, items: Sequence[tuple[UUID, str]], at: datetime
) -> None:
    """Record the documents that a request shall bring in a round: ids and kinds."""
    ids, kinds = [item_id for item_id, _ in items], [kind for _, kind in items]
    await fold.execute(SQL["insert_items"], ids, request_id, round_, kinds, at)


async def update_item_rejected(fold: Fold, item_id: UUID, at: datetime) -> None:
    """Record that a document won't be brought. Raises RowCountError for one that was never needed."""
    await fold.execute_one(SQL["update_item_rejected"], item_id, at)


async def upsert_handed_items(fold: Fold, handover: Handover, at: datetime) -> None:
    """Record that an officer now holds these documents."""
    await fold.execute(
        SQL["upsert_handed_items"],
        list(handover.items),
        handover.request_id,
        handover.handover_id,
        handover.officer_id,
        at,
    )


async def list_items(fold: Fold, request_ids: Sequence[UUID]) -> list[ItemRow]:
    """The documents of these requests, also of earlier rounds, and how far they are."""
    rows = await fold.fetch(SQL["list_items"], list(request_ids))
    return [ItemRow(**{**row, "state": ItemState(row["state"])}) for row in rows]


async def upsert_paper_uploaded(
    fold: Fold, *, paper_id: UUID, request_id: UUID, round_: int, purpose: str, sha256: str, at: datetime
) -> None:
    """Record a paper's round, purpose and hash."""
    await fold.execute_one(SQL["upsert_paper_uploaded"], paper_id, request_id, round_, purpose, sha256, at)


async def upsert_paper_cleared(fold: Fold, paper_id: UUID, request_id: UUID, at: datetime) -> None:
    """Record that a paper may be opened."""
    await fold.execute_one(SQL["upsert_paper_cleared"], paper_id, request_id, at)


async def upsert_paper_quarantined(fold: Fold, paper_id: UUID, request_id: UUID, at: datetime) -> None:
    """Record that nobody may open a paper."""
    await fold.execute_one(SQL["upsert_paper_quarantined"], paper_id, request_id, at)


async def find_proof(fold: Fold, paper_id: UUID) -> Proof | None:
    """What documents said of a paper."""
    row = await fold.fetchrow(SQL["find_proof"], paper_id)
    return Proof(**row) if row else None


async def list_proofs(fold: Fold, request_id: UUID, limit: int) -> list[ProofRow]:
    """Photos of a delivery in the present round that no delivery used yet, the newest first."""
    return [ProofRow(**row) for row in await fold.fetch(SQL["list_proofs"], request_id, limit)]
