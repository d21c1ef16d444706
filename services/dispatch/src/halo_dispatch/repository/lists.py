"""The lists that officers and coordinators page through."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from halo_events.runtime import Fold

from halo_dispatch.domain.assignments import State
from halo_dispatch.domain.lists import AssignmentRow, Position, QueueRow, RequestRow, ResidentRow, VisitRow
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


async def list_assignments(
    fold: Fold, officer_id: UUID, states: Collection[State], after: Position, limit: int
) -> list[AssignmentRow]:
    """An officer's open assignments, the longest unchanged first."""
    rows = await fold.fetch(
        SQL["list_assignments"], officer_id, sorted(states), after.changed_at, after.request_id, limit
    )
    return [
        AssignmentRow(
            request=_request(dict(row)),
            state=row["state"],
            due_at=row["due_at"],
            changed_at=row["changed_at"],
            visit=VisitRow(row["visit_id"], row["visit_at"], row["made_at"]) if row["visit_id"] else None,
        )
        for row in rows
    ]


async def list_queue(fold: Fold, kelurahan_codes: Collection[str], after: Position, limit: int) -> list[QueueRow]:
    """What waits for a coordinator in these kelurahan, the longest waiting first."""
    rows = await fold.fetch(SQL["list_queue"], sorted(kelurahan_codes), after.changed_at, after.request_id, limit)
    return [QueueRow(_request(dict(row)), row["await_reason"], row["changed_at"]) for row in rows]
