"""A message as the log shows it: who was told what over which channel, and whether it went out."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from halo_events.contract.notify import Recipient

_NAMESPACE: Final = UUID("a63722da-ecdb-501f-b863-818801a2c8d5")
"""Namespace of message ids. Never change it: a repeated event would make its message anew."""


class MessageState(StrEnum):
    """What is known of a message."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the list of messages, newest first: just after this message."""

    queued_at: datetime
    message_id: UUID


NEWEST: Final = Place(datetime(9999, 12, 31, tzinfo=UTC), UUID(int=2**128 - 1))
"""The place before all messages."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the log. `reason` says why it failed or why nobody knows."""

    message_id: UUID
    request_id: UUID
    round: int
    cause_type: str
    cause_id: str
    recipient: str
    recipient_id: UUID | None
    channel: str
    template: str
    language: str
    state: MessageState
    reason: str | None
    queued_at: datetime
    settled_at: datetime | None


def message_id(cause_id: str, recipient: Recipient, template: str) -> UUID:
    """The same cause makes the same message for the same recipient: its repeat makes no second one."""
    return uuid5(_NAMESPACE, f"{cause_id} {recipient} {template}")
