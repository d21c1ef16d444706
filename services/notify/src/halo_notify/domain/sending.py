"""What an attempt to send means, and when the next one is due."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from halo_events.contract.event import SYSTEM, Event
from halo_events.contract.notify import (
    FailureReason,
    MessageFailed,
    MessageSent,
    MessageUnknown,
    UnknownReason,
)

BATCH: Final = 100
"""Messages that one job takes at a time."""

AT_ONCE: Final = 10
"""Calls to one gateway at the same time."""

CONNECT_WITHIN: Final = timedelta(seconds=3)
CALL_WITHIN: Final = timedelta(seconds=10)
"""The longest a call may take, the connection included."""

START_WITHIN: Final = timedelta(seconds=8)
"""No call of a batch begins later than this after its lease was taken, so that a process
that is told to stop has settled all of it within 20 seconds."""

LEASE: Final = timedelta(seconds=40)
"""How long a batch is one job's alone. Longer than its last call and the settling can take, so that a lease found
expired means that its job died or froze, perhaps in the middle of a call."""

SETTLE_WITHIN: Final = timedelta(seconds=32)
"""How long after the lease was taken a job goes on trying to settle it, should the database be away."""

TRY_FOR: Final = timedelta(hours=1)
"""How long a message is tried again after its first attempt, before it counts as failed."""

KEEP_FOR: Final = timedelta(days=30)
"""How long address and text are kept after a message was settled."""

_PAUSES: Final = tuple(timedelta(seconds=pause) for pause in (5, 15, 45, 120, 300))
_LONGEST_PAUSE: Final = timedelta(minutes=10)


class Verdict(StrEnum):
    """What a gateway's answer, or its silence, says."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    AWAY = "away"
    """It certainly did not take the message, and may take it later."""
    LOST = "lost"
    """It may or may not have taken the message."""
    NOT_TRIED = "not_tried"
    """It was not called in time."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt. `retry_after` is the pause that the gateway asks for."""

    verdict: Verdict
    retry_after: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way: to whom, and what it says. Personal data: never log it."""

    message_id: UUID
    address: str
    subject: str | None
    body: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that no job holds."""

    message_id: UUID
    request_id: UUID
    round: int


@dataclass(frozen=True, slots=True)
class Leased:
    """A message whose attempt is to be settled. `first_tried_at` is None before the first attempt was settled."""

    message_id: UUID
    request_id: UUID
    round: int
    attempts: int
    first_tried_at: datetime | None


@dataclass(frozen=True, slots=True)
class Lease:
    """A batch of messages that one job holds."""

    lease_id: UUID
    messages: tuple[Outgoing, ...]


def pause_before(attempt: int) -> timedelta:
    """How long to wait after so many failed attempts (1 is the first)."""
    return _PAUSES[attempt - 1] if attempt <= len(_PAUSES) else _LONGEST_PAUSE


def next_try(message: Leased, outcome: Outcome, now: datetime) -> datetime | None:
    """When to try again; None when the attempt settled the message, one way or the other."""
    if outcome.verdict is Verdict.NOT_TRIED:
        return now
    if outcome.verdict is not Verdict.AWAY:
        return None
    due_at = now + max(pause_before(message.attempts + 1), outcome.retry_after)
    return due_at if due_at <= (message.first_tried_at or now) + TRY_FOR else None


def settled(message: Leased, verdict: Verdict, now: datetime) -> Event:
    """The fact that a last attempt leaves behind."""
    about = {
        "occurred_at": now,
        "actor": SYSTEM,
        "request_id": message.request_id,
        "round": message.round,
        "message_id": message.message_id,
    }
    match verdict:
        case Verdict.ACCEPTED:
            return MessageSent(**about)
        case Verdict.REFUSED:
            return MessageFailed(**about, reason=FailureReason.REFUSED_BY_GATEWAY)
        case Verdict.AWAY:
            return MessageFailed(**about, reason=FailureReason.GATEWAY_AWAY)
        case Verdict.LOST:
            return MessageUnknown(**about, reason=UnknownReason.ANSWER_LOST)
        case Verdict.NOT_TRIED:
            raise ValueError("a message that was not tried is not settled")


def abandoned(message: Leased, now: datetime) -> Event:
    """The fact that an expired lease leaves behind: its job died, perhaps after the gateway took the message."""
    return MessageUnknown(
        occurred_at=now,
        actor=SYSTEM,
        request_id=message.request_id,
        round=message.round,
        message_id=message.message_id,
        reason=UnknownReason.LEASE_EXPIRED,
    )
