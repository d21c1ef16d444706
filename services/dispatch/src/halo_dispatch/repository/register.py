"""The register's tables: kelurahan and RW with their validity, officers."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from halo_events.runtime import Fold

from halo_dispatch.domain.assignments import Candidate
from halo_dispatch.domain.lists import OfficerContact, RwRow
from halo_dispatch.domain.places import RwRef
from halo_dispatch.domain.register import Kelurahan, Officer, Rw
from halo_dispatch.repository.statements import SQL

_KELURAHAN: Final = ("kelurahan_code", "name", "kecamatan_code", "kecamatan", "postal_code")
_RW: Final = ("kelurahan_code", "rw", "source")


async def lock_register(fold: Fold) -> None:
    """Wait until no other load of the register runs, and keep others waiting until this transaction ends."""
    await fold.execute(SQL["lock_register"])


async def lock_register_shared(fold: Fold) -> None:
    """Wait until no load of the register runs, and keep loads waiting until this transaction ends.

    Who offers a request does this before he locks its assignment: a load locks in that order as well.
    """
    await fold.execute(SQL["lock_register_shared"])


def _columns(rows: Sequence[object], names: Sequence[str]) -> list[list[str]]:
    return [[getattr(row, name) for row in rows] for name in names]


async def end_kelurahan(fold: Fold, kept: Sequence[Kelurahan], at: datetime) -> int:
    """End the validity of every kelurahan that is not among the kept, just as it is; how many were ended."""
    return await fold.execute(SQL["end_kelurahan"], *_columns(kept, _KELURAHAN), at)


async def insert_kelurahan(fold: Fold, wanted: Sequence[Kelurahan], at: datetime) -> int:
    """Begin the validity of every wanted kelurahan that is not valid now; how many were added."""
    return await fold.execute(SQL["insert_kelurahan"], *_columns(wanted, _KELURAHAN), at)


async def end_rws(fold: Fold, kept: Sequence[Rw], at: datetime) -> int:
    """End the validity of every RW that is not among the kept, just as it is; how many were ended."""
    return await fold.execute(SQL["end_rws"], *_columns(kept, _RW), at)


async def insert_rws(fold: Fold, wanted: Sequence[Rw], at: datetime) -> int:
    """Begin the validity of every wanted RW that is not valid now; how many were added."""
    return await fold.execute(SQL["insert_rws"], *_columns(wanted, _RW), at)


async def list_officers(fold: Fold) -> dict[UUID, Officer]:
    """All officers and coordinators in office."""
    rows = await fold.fetch(SQL["list_officers"])
    return {
        row["officer_id"]: Officer(
            officer_id=row["officer_id"],
            role=row["role"],
            kelurahan_code=row["kelurahan_code"],
            rws=tuple(row["rws"]),
            on_duty=row["on_duty"],
            name=row["name"],
            phone=row["phone"],
            email=row["email"],
        )
        for row in rows
    }


async def upsert_officers(fold: Fold, officers: Sequence[tuple[Officer, datetime]]) -> None:
    """Record what is said of officers, each with the time at which it was said."""
    rows = [
        (o.officer_id, o.role, o.kelurahan_code, list(o.rws), o.on_duty, o.name, o.phone, o.email, at)
        for o, at in officers
    ]
    await fold.executemany(SQL["upsert_officer"], rows)


async def update_officer_left(fold: Fold, officer_id: UUID, at: datetime) -> None:
    """Record that an officer left. Raises RowCountError for one who was never registered."""
    await fold.execute_one(SQL["update_officer_left"], officer_id, at)


async def find_rw(fold: Fold, rw: RwRef) -> RwRow | None:
    """The RW as the register has it today."""
    row = await fold.fetchrow(SQL["find_rw"], rw.kelurahan_code, rw.rw)
    return RwRow(**row) if row else None


async def list_officers_of_rw(fold: Fold, rw: RwRef) -> list[OfficerContact]:
    """The officers of an RW, those on duty first; 20 at most."""
    rows = await fold.fetch(SQL["list_officers_of_rw"], rw.kelurahan_code, rw.rw)
    return [OfficerContact(**row) for row in rows]


async def find_officer(fold: Fold, rw: RwRef, request_id: UUID, round_: int) -> Candidate | None:
    """The officer on duty whom to ask next: the RW's own first, the least busy of them, none who declined."""
    row = await fold.fetchrow(SQL["find_officer"], rw.kelurahan_code, rw.rw, request_id, round_)
    return Candidate(**row) if row else None


async def serves_rw(fold: Fold, officer_id: UUID, rw: RwRef) -> bool:
    """Whether somebody is an officer of this RW, on duty or not."""
    return bool(await fold.fetchval(SQL["serves_rw"], officer_id, rw.kelurahan_code, rw.rw))


async def is_available(fold: Fold, officer_id: UUID, kelurahan_codes: Collection[str]) -> bool:
    """Whether somebody is an officer on duty in one of these kelurahan."""
    return bool(await fold.fetchval(SQL["is_available"], officer_id, list(kelurahan_codes)))


async def is_on_duty(fold: Fold, officer_id: UUID) -> bool:
    """Whether somebody is an officer on duty, wherever."""
    return bool(await fold.fetchval(SQL["is_on_duty"], officer_id))


async def find_role(fold: Fold, officer_id: UUID) -> str | None:
    """The role of an officer or coordinator of the register now, on duty or not."""
    found: str | None = await fold.fetchval(SQL["find_role"], officer_id)
    return found


async def has_left(fold: Fold, officer_id: UUID) -> bool:
    """Whether somebody was in the register and is no longer."""
    return bool(await fold.fetchval(SQL["has_left"], officer_id))


async def find_coordinator(fold: Fold, kelurahan_code: str) -> UUID | None:
    """The coordinator of a kelurahan, one on duty before others."""
    found: UUID | None = await fold.fetchval(SQL["find_coordinator"], kelurahan_code)
    return found


async def find_officer_name(fold: Fold, officer_id: UUID) -> str | None:
    """The name of somebody who is or was in the register."""
    found: str | None = await fold.fetchval(SQL["find_officer_name"], officer_id)
    return found


async def list_kelurahan_names(fold: Fold, kelurahan_codes: Collection[str]) -> dict[str, str]:
    """Names of these kelurahan by their codes; unknown ones are left out."""
    rows = await fold.fetch(SQL["list_kelurahan_names"], sorted(set(kelurahan_codes)))
    return {row["kelurahan_code"]: row["name"] for row in rows}
