"""The lists that officers and coordinators page through."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from halo_events.runtime import Fold

from halo_dispatch.domain.assignments import State
from halo_dispatch.domain.lists import (
    CALL_DESK_CALLS_AT,
    AssignmentRow,
    CallRow,
    OfficerContact,
    Position,
    QueueRow,
    RequestRow,
    ResidentRow,
    Standing,
    VisitRow,
)
from halo_dispatch.repository.statements import SQL


def _request(row: Mapping[str, Any]) -> RequestRow:
    return RequestRow(
        request_id=row["request_id"],
        tracking_no=row["tracking_no"],
        kelurahan_code=row["kelurahan_code"],
        rw=row["rw"],
        rt=row["rt"],
        documents=tuple(row["documents"]),
        target_group=row["target_group"],
        household_size=row["household_size"],
        language=row["language"],
        resident=ResidentRow(name=row["name"], phone=row["phone"], address=row["address"], note=row["note"]),
    )


def _standing(row: Mapping[str, Any]) -> Standing:
    return Standing(row["round"], row["misses"], row["cancel_pending"], row["missed_at"] is not None)


def _visit(row: Mapping[str, Any]) -> VisitRow | None:
    if row["visit_id"] is None:
        return None
    return VisitRow(row["visit_id"], row["visit_at"], row["made_at"], row["missed_at"])


def _assignment(row: Mapping[str, Any]) -> AssignmentRow:
    return AssignmentRow(
        request=_request(row),
        standing=_standing(row),
        state=row["state"],
        due_at=row["due_at"],
        changed_at=row["changed_at"],
        visit=_visit(row),
    )


async def list_assignments(
    fold: Fold, officer_id: UUID, states: Collection[State], after: Position, limit: int
) -> list[AssignmentRow]:
    """An officer's open assignments, the longest unchanged first."""
    rows = await fold.fetch(
        SQL["list_assignments"], officer_id, sorted(states), after.changed_at, after.request_id, limit
    )
    return [_assignment(dict(row)) for row in rows]


async def find_open_assignment(fold: Fold, request_id: UUID, officer_id: UUID) -> AssignmentRow | None:
    """The open assignment of a request, if this officer is asked or holds it."""
    row = await fold.fetchrow(SQL["find_open_assignment"], request_id, officer_id)
    return _assignment(dict(row)) if row else None


async def list_queue(fold: Fold, kelurahan_codes: Collection[str], after: Position, limit: int) -> list[QueueRow]:
    """What waits for a coordinator in these kelurahan, the longest waiting first."""
    rows = await fold.fetch(SQL["list_queue"], sorted(kelurahan_codes), after.changed_at, after.request_id, limit)
    return [QueueRow(_request(dict(row)), _standing(dict(row)), row["await_reason"], row["changed_at"]) for row in rows]


def _call(row: Mapping[str, Any]) -> CallRow:
    officer = OfficerContact(row["officer_name"], row["officer_phone"], row["on_duty"])
    return CallRow(_request(row), _standing(row), row["missed_at"], row["miss_reason"], officer)


async def list_calls(fold: Fold, after: Position, limit: int) -> list[CallRow]:
    """Whose residents the call desk calls, the longest waiting first."""
    rows = await fold.fetch(SQL["list_calls"], CALL_DESK_CALLS_AT, after.changed_at, after.request_id, limit)
    return [_call(dict(row)) for row in rows]
