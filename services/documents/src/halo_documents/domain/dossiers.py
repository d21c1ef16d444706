"""The dossier of a request: its holder, its items, and the order of their steps."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from halo_events.contract.event import Actor
from halo_events.contract.values import DocumentKind

from halo_documents.domain.checklists import Row
from halo_documents.domain.papers import Paper

CARDS: Final = frozenset({DocumentKind.KTP_EL, DocumentKind.KIA})
"""Kinds that are printed on numbered blanks."""


class ItemState(StrEnum):
    """How far an item is; each step follows the one before it. The last three are ends."""

    NEEDED = "needed"
    SUBMITTED = "submitted"
    VERIFIED = "verified"
    ISSUED = "issued"
    PRINTED = "printed"
    HANDED_OVER = "handed_over"
    DELIVERED = "delivered"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class DeskState(StrEnum):
    """The states that the desk lists: where an item lies with the service point, or is still with the officer."""

    NEEDED = "needed"
    SUBMITTED = "submitted"
    VERIFIED = "verified"
    ISSUED = "issued"
    PRINTED = "printed"


HOLDABLE: Final = (ItemState.SUBMITTED, ItemState.VERIFIED, ItemState.ISSUED)
"""Where work on an item may be put on hold, and goes on."""


ENDS: Final = frozenset({ItemState.DELIVERED, ItemState.REJECTED, ItemState.CANCELLED})
"""Where nothing more happens to an item."""


@dataclass(frozen=True, slots=True)
class Holder:
    """The officer who accepted a request last, and the round in which he did.

    `present_round`: the round that the request is in, as far as is known here; a later one until somebody accepts it
    anew. `visited`: somebody was at the house in his round. `released`: the request waits for an officer, or was given
    up. `has_left`: the register has him no more; one of whom its topic has not told yet is taken to be in it.
    `cancelled`: nobody works on the request any more.
    """

    officer_id: UUID
    round: int
    present_round: int
    visited: bool
    has_left: bool = False
    released: bool = False
    cancelled: bool = False

    @property
    def is_in_charge(self) -> bool:
        """Whether he holds the request now."""
        return not self.has_left and not self.released and not self.cancelled

    def is_actor(self, actor: Actor) -> bool:
        """Whether this officer is the one who acts."""
        return actor.id == str(self.officer_id)


@dataclass(frozen=True, slots=True)
class Dossier:
    """What was recorded at the house, in one round of a request."""

    request_id: UUID
    round: int
    officer_id: UUID
    checklist_version: str


@dataclass(frozen=True, slots=True)
class Item:
    """One document of a dossier. `state_at` is when it came into its state.

    `collector_id` recorded the need, `holder_id` holds the request now: neither may decide at the desk. While it is
    held `held_reason` says what it waits for, since `held_at`; `rejection` is why it was rejected. `cancel_round`
    is the round of its request in which the resident asked last to cancel.
    """

    item_id: UUID
    request_id: UUID
    round: int
    kind: DocumentKind
    state: ItemState
    state_at: datetime
    collector_id: UUID
    holder_id: UUID | None = None
    tracking_no: str | None = None
    kelurahan_code: str | None = None
    issue_number: str | None = None
    print_count: int = 0
    blank_serial: str | None = None
    held_reason: str | None = None
    held_at: datetime | None = None
    rejection: str | None = None
    cancel_round: int | None = None

    @property
    def cancel_requested(self) -> bool:
        """Whether the resident asked to cancel, and the item may still be kept back.

        Dispatch answers. Its answer ends each item: cancelled, or delivered or rejected already where it was too late.
        """
        return self.cancel_round == self.round and self.state not in ENDS

    @property
    def waits_for(self) -> tuple[str, datetime] | None:
        """What it waits for, and since when. Where the work on it is over, what it waited for last counts no more."""
        if self.held_reason is None or self.held_at is None or self.state not in HOLDABLE:
            return None
        return self.held_reason, self.held_at

    def was_collected_by(self, person_id: str | None) -> bool:
        """Whether somebody is an officer of this item."""
        return person_id in {str(officer) for officer in (self.collector_id, self.holder_id) if officer}


@dataclass(frozen=True, slots=True)
class RevisedRow:
    """A row of an item that the latest revision asked for again, and why."""

    item_id: UUID
    row: str
    reason: str
    requested_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """An item that is still with the officer.

    `missing` are the mandatory rows that no cleared paper meets, `checking` the rows whose papers are being checked. It
    can go once both are empty; `hopeful`: the checks under way may be all that it waits for.
    """

    item_id: UUID
    kind: DocumentKind
    missing: tuple[Row, ...]
    checking: tuple[Row, ...] = ()
    hopeful: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether it can go to the desk."""
        return not self.missing and not self.checking


@dataclass(frozen=True, slots=True)
class Submission:
    """The items that went to the desk, and those that wait for papers or for their check."""

    items: tuple[UUID, ...]
    waiting: tuple[Waiting, ...] = ()


@dataclass(frozen=True, slots=True)
class Handover:
    """Printed items on their way from the desk to the officer: both sides confirm, or the desk withdraws them."""

    handover_id: UUID
    request_id: UUID
    round: int
    items: tuple[UUID, ...]
    operator_id: str
    created_at: datetime
    confirmed_at: datetime | None = None
    withdrawn_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still waits for the officer."""
        return self.confirmed_at is None and self.withdrawn_at is None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the request asks for in its present round, and for whom: personal data."""

    tracking_no: str
    kelurahan_code: str
    rw: str
    documents: tuple[str, ...]
    name: str
    nik: str | None
    kk: str | None
    address: str
    round: int = 1
    cancelled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class File:
    """All that a reader of a dossier sees, in one round; what is not known yet is None or empty."""

    request_id: UUID
    round: int
    asked: Asked | None
    holder: Holder | None
    dossier: Dossier | None
    items: tuple[Item, ...] = ()
    papers: tuple[Paper, ...] = ()
    revised: tuple[RevisedRow, ...] = ()
    handovers: tuple[Handover, ...] = ()

    @property
    def present_round(self) -> int:
        """The round that the request is in."""
        return max(self.holder.round if self.holder else 1, self.asked.round if self.asked else 1)

    @property
    def is_alive(self) -> bool:
        """Whether anything may still happen in this round."""
        return self.round == self.present_round and (self.asked is None or self.asked.cancelled_at is None)
