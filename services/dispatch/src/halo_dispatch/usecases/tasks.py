"""What an officer's pages show: his tasks, and one of them."""

from typing import Final
from uuid import UUID

from halo_events.runtime import Tx

from halo_dispatch.domain.assignments import State
from halo_dispatch.domain.lists import START, AssignmentRow
from halo_dispatch.domain.tasks import ProofRow, Task, TaskPosition
from halo_dispatch.errors import (
    AssignmentNotFoundError,
    AssignmentTakenError,
    NotOfferedError,
    RequestClosedError,
)
from halo_dispatch.repository import assignments, lists, register, requests
from halo_dispatch.usecases import read

MOST_PROOFS: Final = 10
"""Photos of one request that are looked at, the newest first."""


async def list_tasks(tx: Tx, officer_id: UUID, begin: TaskPosition, limit: int) -> list[Task]:
    """An officer's open requests: those that wait for his answer first, each kind the longest unchanged first."""
    rows = list[AssignmentRow]()
    states = (State.OFFERED, State.ACCEPTED)
    for state in states[states.index(begin.state) :]:
        after = begin.after if state is begin.state else START
        rows += await lists.list_assignments(tx, officer_id, {state}, after, limit - len(rows))
    return await _tasks(tx, rows)


async def see_task(tx: Tx, request_id: UUID, officer_id: UUID) -> Task:
    """One of an officer's open requests.

    Raises AssignmentNotFoundError, RequestCancelledError, RequestClosedError (also for his own where nothing is left
    to do), AssignmentTakenError with the holder's name, NotOfferedError.
    """
    row = await lists.find_open_assignment(tx, request_id, officer_id)
    if row is None:
        await _tell_why(tx, request_id, officer_id)
        raise RequestClosedError
    (task,) = await _tasks(tx, [row])
    return task


async def list_proofs(tx: Tx, request_id: UUID) -> list[ProofRow]:
    """Photos that may prove a delivery of a request, the newest first; some may not be cleared yet."""
    return await requests.list_proofs(tx, request_id, MOST_PROOFS)


async def _tasks(tx: Tx, rows: list[AssignmentRow]) -> list[Task]:
    items = await read.list_items_of_rounds(tx, rows)
    names = await register.list_kelurahan_names(tx, [row.request.kelurahan_code for row in rows])
    return [
        Task(
            assignment=row,
            items=items.get(row.request.request_id, ()),
            kelurahan=names.get(row.request.kelurahan_code, row.request.kelurahan_code),
        )
        for row in rows
    ]


async def _tell_why(tx: Tx, request_id: UUID, officer_id: UUID) -> None:
    assignment = await assignments.find_unlocked_assignment(tx, request_id)
    if assignment is None:
        raise AssignmentNotFoundError
    assignment.must_be_open()
    if assignment.is_held_by(officer_id):
        return
    if assignment.state is State.ACCEPTED and assignment.officer_id is not None:
        name = await register.find_officer_name(tx, assignment.officer_id)
        raise AssignmentTakenError(holder=name or "Satgas Pamor")
    raise NotOfferedError
