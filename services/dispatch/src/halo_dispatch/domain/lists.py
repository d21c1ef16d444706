"""What officers, coordinators and the public read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page of a list begins: after the row that changed then and has this id."""

    changed_at: datetime
    request_id: UUID


CALL_DESK_CALLS_AT: Final = 2
"""Missed visits of a round from which on the call desk calls the resident."""

START: Final = Position(datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0))
"""Before the first row."""


@dataclass(frozen=True, slots=True)
class ResidentRow:
    """Whom to visit: personal data, for the officer asked or holding, and for the coordinator."""

    name: str
    phone: str
    address: str
    note: str | None


@dataclass(frozen=True, slots=True)
class RequestRow:
    """What is kept of a request."""

    request_id: UUID
    tracking_no: str
    kelurahan_code: str
    rw: str
    rt: str | None
    documents: Sequence[str]
    target_group: str | None
    household_size: int | None
    language: str
    resident: ResidentRow


@dataclass(frozen=True, slots=True)
class Standing:
    """How a request stands: its round, how many visits of it were missed, whether a cancel waits for an answer.

    `latest_missed`: no visit was planned or made since the last one that was missed.
    """

    round: int
    missed_visits: int
    cancel_requested: bool
    latest_missed: bool

    @property
    def call_desk_to_call(self) -> bool:
        """Whether the latest visit was missed, and so many before, that the call desk calls the resident."""
        return self.latest_missed and self.missed_visits >= CALL_DESK_CALLS_AT


@dataclass(frozen=True, slots=True)
class VisitRow:
    """The latest visit of a request's round that was not replaced."""

    visit_id: UUID
    visit_at: datetime
    made_at: datetime | None
    missed_at: datetime | None


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """One open assignment of an officer."""

    request: RequestRow
    standing: Standing
    state: str
    due_at: datetime | None
    changed_at: datetime
    visit: VisitRow | None


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One request that waits for its coordinator."""

    request: RequestRow
    standing: Standing
    reason: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class OfficerContact:
    """Who is my officer: name and service number."""

    name: str
    phone: str
    on_duty: bool


@dataclass(frozen=True, slots=True)
class CallRow:
    """One request whose resident the call desk calls, and the officer for whom a time is agreed."""

    request: RequestRow
    standing: Standing
    missed_at: datetime
    miss_reason: str
    officer: OfficerContact


@dataclass(frozen=True, slots=True)
class RwRow:
    """An RW of the register, with its kelurahan's name. `source` says who claims that it exists."""

    kelurahan_code: str
    kelurahan: str
    rw: str
    source: str
