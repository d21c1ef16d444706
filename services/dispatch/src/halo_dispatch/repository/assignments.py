"""The assignment of a request, and who declined it."""

from datetime import datetime
from uuid import UUID

from halo_events.runtime import Fold

from halo_dispatch.domain.assignments import Assignment, State, Stranded
from halo_dispatch.domain.places import RwRef
from halo_dispatch.repository.statements import SQL


async def find_assignment(fold: Fold, request_id: UUID) -> Assignment | None:
    """The assignment of a request, locked: who else would change it waits for this transaction."""
    if await fold.fetchrow(SQL["lock_assignment"], request_id) is None:
        return None
    return await find_unlocked_assignment(fold, request_id)


async def find_unlocked_assignment(fold: Fold, request_id: UUID) -> Assignment | None:
    """The assignment of a request, for who only reads."""
    row = await fold.fetchrow(SQL["find_assignment"], request_id)
    return Assignment(**{**row, "state": State(row["state"])}) if row else None


async def lock_open_of_left(fold: Fold, limit: int) -> list[Stranded]:
    """Open requests that officers who left were asked to take or hold, locked, the longest unchanged first."""
    locked = [row["request_id"] for row in await fold.fetch(SQL["lock_open_of_left"], limit)]
    return [
        Stranded(
            request_id=row["request_id"],
            round=row["round"],
            state=State(row["state"]),
            rw=RwRef(row["kelurahan_code"], row["rw"]),
            declined=row["declined"],
        )
        for row in await fold.fetch(SQL["list_open_of_left"], locked)
    ]


async def upsert_offered(
    fold: Fold, *, request_id: UUID, round_: int, officer_id: UUID, level: str, due_at: datetime, at: datetime
) -> None:
    """Record who is asked, at which level of the ladder, and until when."""
    await fold.execute_one(SQL["upsert_offered"], request_id, round_, officer_id, level, due_at, at)


async def upsert_awaited(
    fold: Fold,
    *,
    request_id: UUID,
    round_: int,
    kelurahan_code: str,
    reason: str,
    coordinator_id: UUID | None,
    at: datetime,
) -> None:
    """Record in whose queue a request waits, and why."""
    await fold.execute_one(SQL["upsert_awaited"], request_id, round_, kelurahan_code, reason, coordinator_id, at)


async def update_accepted(fold: Fold, request_id: UUID, officer_id: UUID, at: datetime) -> None:
    """Record who holds a request. Raises RowCountError for one that was never offered."""
    await fold.execute_one(SQL["update_accepted"], request_id, officer_id, at)


async def update_declined(
    fold: Fold, *, request_id: UUID, round_: int, officer_id: UUID, reason: str, at: datetime
) -> None:
    """Record that an officer won't take a request. Raises RowCountError for one that was never offered."""
    await fold.execute_one(SQL["upsert_decline"], request_id, round_, officer_id, reason, at)
    await fold.execute_one(SQL["update_declined"], request_id, at)


async def update_released(fold: Fold, *, request_id: UUID, round_: int, officer_id: UUID | None, at: datetime) -> None:
    """Record that nobody serves a request any more. Raises RowCountError for one that was never offered."""
    await fold.execute_one(SQL["update_released"], request_id, officer_id, round_, at)


async def update_retained(fold: Fold, request_id: UUID, round_: int) -> None:
    """Record that a request is not cancelled. Raises RowCountError for one that was never offered."""
    await fold.execute_one(SQL["update_retained"], request_id, round_)


async def has_declined(fold: Fold, request_id: UUID, round_: int, officer_id: UUID) -> bool:
    """Whether an officer declined a request in this round."""
    return bool(await fold.fetchval(SQL["has_declined"], request_id, round_, officer_id))
