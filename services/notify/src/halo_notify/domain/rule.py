"""What one row of the table of messages says."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Generic, TypeVar
from uuid import UUID

from halo_events.contract.event import RequestEvent
from halo_events.contract.notify import MessageChannel, Recipient

E = TypeVar("E", bound=RequestEvent)

SMS_FIRST: Final = (MessageChannel.SMS, MessageChannel.EMAIL)
MAIL_FIRST: Final = (MessageChannel.EMAIL, MessageChannel.SMS)


class Party(StrEnum):
    """An officer whom the event does not name: who serves the request in the event's round."""

    HOLDER = "holder"
    ASKED_OR_HOLDER = "asked_or_holder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[E]):
    """One row: on this event, this recipient is told by this template.

    `officer` picks the officer or coordinator whom the text names or the message goes to. Where the event names none,
    `party` says who it is; while nobody serves, a message to him is not written, and a text to the resident names none.

    `when` picks the time the text tells, `reason` a word that it explains, `item` the document that it names,
    `documents` how many documents it concerns, `rows` how many requirements; `delivered` counts the documents that were
    delivered in the round.

    `unless` tells nobody when it holds. `cancelling` tells only where cancelling was asked for in the event's round,
    and only an officer who does not know it yet.
    """

    event: type[E]
    recipient: Recipient
    template: str
    channels: tuple[MessageChannel, ...] = SMS_FIRST
    officer: Callable[[E], UUID | None] | None = None
    party: Party | None = None
    when: Callable[[E], datetime] | None = None
    reason: Callable[[E], str] | None = None
    item: Callable[[E], UUID] | None = None
    documents: Callable[[E], int] | None = None
    rows: Callable[[E], int] | None = None
    delivered: bool = False
    unless: Callable[[E], bool] | None = None
    cancelling: bool = False

    @property
    def names_officer(self) -> bool:
        """Whether the text may name an officer."""
        return self.officer is not None or self.party is not None
