"""The states of an assignment, and who may do what in each."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from halo_dispatch.domain.places import RwRef
from halo_dispatch.errors import (
    AssignmentHeldError,
    CancelNotAskedError,
    NotAwaitedError,
    NotHolderError,
    NotOfferedError,
    RequestCancelledError,
    RequestClosedError,
    VisitMadeError,
    VisitMissedError,
    VisitReplacedError,
)

MOST_MISSES: Final = 99
"""Missed visits of a round are counted up to this."""


class State(StrEnum):
    """Where an assignment stands. DECLINED lasts only until the next one is asked, within a transaction.

    RELEASED is the end of a request that the resident cancelled.
    """

    AWAITED = "awaited"
    OFFERED = "offered"
    DECLINED = "declined"
    ACCEPTED = "accepted"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who serves a request. `officer_id` is who is asked, or who holds it.

    `closed` says that intake closed the request, `cancelled` that nobody serves it any more, `cancel_pending` that
    the resident asked to cancel in this round and was not answered yet.
    """

    request_id: UUID
    round: int
    state: State
    officer_id: UUID | None
    closed: bool
    cancelled: bool
    cancel_pending: bool

    def is_offered_to(self, officer_id: UUID) -> bool:
        """Whether this officer is asked."""
        return self.state is State.OFFERED and self.officer_id == officer_id

    def is_held_by(self, officer_id: UUID) -> bool:
        """Whether this officer took it."""
        return self.state is State.ACCEPTED and self.officer_id == officer_id

    def must_be_served(self) -> None:
        """Raise RequestCancelledError where nobody serves the request any more."""
        if self.cancelled:
            raise RequestCancelledError

    def must_be_open(self) -> None:
        """As must_be_served; raise RequestClosedError where nothing is left to do."""
        self.must_be_served()
        if self.closed:
            raise RequestClosedError

    def must_be_held_by(self, officer_id: UUID) -> None:
        """Raise NotHolderError for anybody but the holder."""
        if not self.is_held_by(officer_id):
            raise NotHolderError

    def must_be_declinable_by(self, officer_id: UUID) -> None:
        """Raise AssignmentHeldError for who took it, NotOfferedError for who isn't asked."""
        if self.is_held_by(officer_id):
            raise AssignmentHeldError
        if not self.is_offered_to(officer_id):
            raise NotOfferedError

    def must_be_asked_back(self) -> None:
        """Raise CancelNotAskedError unless a resident who asked to cancel waits for the papers."""
        if not self.cancel_pending:
            raise CancelNotAskedError

    def must_be_awaited(self) -> None:
        """Raise NotAwaitedError unless the assignment waits in a queue."""
        if self.state is not State.AWAITED:
            raise NotAwaitedError


@dataclass(frozen=True, slots=True)
class Candidate:
    """The officer to ask next. `serves_rw` tells the RW's own officers from their neighbours."""

    officer_id: UUID
    serves_rw: bool


@dataclass(frozen=True, slots=True)
class Stranded:
    """An open request that was offered to an officer who left, or that he held. `declined`: others won't take it."""

    request_id: UUID
    round: int
    state: State
    rw: RwRef
    declined: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit of the holder to the house."""

    visit_id: UUID
    request_id: UUID
    visit_at: datetime
    replaced_at: datetime | None
    made_at: datetime | None
    missed_at: datetime | None
    miss_reason: str | None

    def must_not_be_missed_or_replaced(self) -> None:
        """Raise VisitMissedError or VisitReplacedError for a visit that did not take place."""
        if self.missed_at is not None:
            raise VisitMissedError
        if self.replaced_at is not None:
            raise VisitReplacedError

    def must_not_be_made(self) -> None:
        """Raise VisitMadeError for a visit that took place."""
        if self.made_at is not None:
            raise VisitMadeError


@dataclass(frozen=True, slots=True)
class Proof:
    """What documents said of a paper. It is unknown here where no fact about it was seen."""

    request_id: UUID
    round: int
    purpose: str | None
    sha256: str | None
    cleared: bool
    quarantined: bool
