"""What an officer has to do next for a request."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from halo_dispatch.domain.assignments import State
from halo_dispatch.domain.items import ENDED, IN_HAND, ItemRow, ItemState, count_tries
from halo_dispatch.domain.lists import START, AssignmentRow, Position, VisitRow


class Step(StrEnum):
    """The next thing to do for a request. What happens at the service point meanwhile dispatch is not told."""

    ANSWER = "answer"
    GIVE_BACK = "give_back"
    DELIVER = "deliver"
    VISIT = "visit"
    PLAN_VISIT = "plan_visit"
    AWAIT_CALL = "await_call"
    RECORD_NEED = "record_need"
    BRING_PAPERS = "bring_papers"
    AWAIT_RESIDENT = "await_resident"


@dataclass(frozen=True, slots=True)
class Task:
    """An open request that an officer is asked to take or holds, with the documents of its round."""

    assignment: AssignmentRow
    items: tuple[ItemRow, ...]
    kelurahan: str
    """The kelurahan's name; its code where the register has none."""

    @property
    def request_id(self) -> UUID:
        """The request's id."""
        return self.assignment.request.request_id

    @property
    def is_offered(self) -> bool:
        """Whether the officer still has to answer."""
        return self.assignment.state == State.OFFERED

    def is_overdue(self, now: datetime) -> bool:
        """Whether the officer should have answered by now."""
        return self.is_offered and self.assignment.due_at is not None and self.assignment.due_at < now

    @property
    def visit_ahead(self) -> VisitRow | None:
        """The visit that was planned, and neither made nor missed."""
        visit = self.assignment.visit
        return visit if visit and visit.made_at is None and visit.missed_at is None else None

    @property
    def in_hand(self) -> tuple[ItemRow, ...]:
        """What can be delivered."""
        return tuple(item for item in self.items if item.state in IN_HAND)

    @property
    def with_officer(self) -> tuple[ItemRow, ...]:
        """What the officer has with him; a delivery of it may fail."""
        return tuple(item for item in self.items if item.state is ItemState.WITH_OFFICER)

    @property
    def tries(self) -> int:
        """How many tries in vain the officer is shown."""
        return count_tries(self.items, self.assignment.standing.round)

    def number(self, item: ItemRow) -> int | None:
        """Which one of several documents of the same kind it is, from 1; None for the only one."""
        alike = [each.item_id for each in self.items if each.kind == item.kind]
        return alike.index(item.item_id) + 1 if len(alike) > 1 else None

    @property
    def step(self) -> Step:
        """The next thing to do: what others wait for first."""
        visit = self.assignment.visit
        left = {item.state for item in self.items} - ENDED
        steps = (
            (self.is_offered, Step.ANSWER),
            (self.assignment.standing.cancel_requested, Step.GIVE_BACK),
            (ItemState.WITH_OFFICER in left, Step.DELIVER),
            (self.visit_ahead is not None, Step.VISIT),
            (left == {ItemState.AT_KELURAHAN}, Step.AWAIT_RESIDENT),
            (self.assignment.standing.call_desk_to_call, Step.AWAIT_CALL),
            (visit is None or visit.missed_at is not None, Step.PLAN_VISIT),
            (not self.items, Step.RECORD_NEED),
        )
        return next((step for applies, step in steps if applies), Step.BRING_PAPERS)


@dataclass(frozen=True, slots=True)
class TaskPosition:
    """Where a page of an officer's tasks begins: offered ones stand before those that he holds."""

    state: State
    after: Position


FIRST_TASK = TaskPosition(State.OFFERED, START)
"""Before the first task."""


@dataclass(frozen=True, slots=True)
class ProofRow:
    """A photo of a delivery that no delivery used yet."""

    paper_id: UUID
    uploaded_at: datetime
    cleared: bool
    quarantined: bool
