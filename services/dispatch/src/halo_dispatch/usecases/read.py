"""What is read: an officer's list, a coordinator's queue, who is my officer."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from halo_events.runtime import Tx

from halo_dispatch.domain.assignments import State
from halo_dispatch.domain.items import ItemRow
from halo_dispatch.domain.lists import AssignmentRow, CallRow, OfficerContact, Position, QueueRow, RwRow
from halo_dispatch.domain.places import RwRef
from halo_dispatch.errors import RwNotFoundError
from halo_dispatch.repository import lists, register, requests


async def list_assignments(
    tx: Tx, officer_id: UUID, states: Collection[State], after: Position, limit: int
) -> tuple[list[AssignmentRow], Mapping[UUID, tuple[ItemRow, ...]]]:
    """An officer's open assignments, and the documents of each one's round by its request."""
    rows = await lists.list_assignments(tx, officer_id, states, after, limit)
    return rows, await list_items_of_rounds(tx, rows)


async def list_items_of_rounds(
    tx: Tx, rows: Sequence[AssignmentRow] | Sequence[QueueRow]
) -> Mapping[UUID, tuple[ItemRow, ...]]:
    """The documents of each request's present round, by the request."""
    items: defaultdict[UUID, tuple[ItemRow, ...]] = defaultdict(tuple)
    rounds = {row.request.request_id: row.standing.round for row in rows}
    for item in await requests.list_items(tx, list(rounds)):
        if item.round == rounds[item.request_id]:
            items[item.request_id] += (item,)
    return items


async def list_queue(
    tx: Tx, kelurahan_codes: Collection[str], after: Position, limit: int
) -> tuple[list[QueueRow], Mapping[UUID, tuple[ItemRow, ...]]]:
    """What waits for a coordinator, and the documents of each one's round by its request."""
    rows = await lists.list_queue(tx, kelurahan_codes, after, limit)
    return rows, await list_items_of_rounds(tx, rows)


async def list_calls(tx: Tx, after: Position, limit: int) -> list[CallRow]:
    """Whose residents the call desk calls."""
    return await lists.list_calls(tx, after, limit)


async def who_serves(tx: Tx, rw: RwRef) -> tuple[RwRow, list[OfficerContact]]:
    """The RW and its officers. Raises RwNotFoundError."""
    found = await register.find_rw(tx, rw)
    if found is None:
        raise RwNotFoundError
    return found, await register.list_officers_of_rw(tx, rw)
