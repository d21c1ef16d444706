"""The documents of a request, and how far they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

TRIES_AT_THE_DOOR: Final = 3
"""After so many tries in vain the kelurahan keeps a document."""


class ItemState(StrEnum):
    """How far a document is, as dispatch needs to know it."""

    NEEDED = "needed"
    WITH_OFFICER = "with_officer"
    AT_KELURAHAN = "at_kelurahan"
    DELIVERED = "delivered"
    REJECTED = "rejected"


IN_HAND: Final = frozenset({ItemState.WITH_OFFICER, ItemState.AT_KELURAHAN})
"""What can be delivered: by the officer at the house, or at the kelurahan where the resident fetches it."""

ENDED: Final = frozenset({ItemState.DELIVERED, ItemState.REJECTED})
"""Nothing is left to do for the document."""


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A document of a request. `tries` says how often it could not be handed over."""

    request_id: UUID
    round: int
    item_id: UUID
    kind: str
    state: ItemState
    tries: int


def all_ended(items: Sequence[ItemRow], round_: int) -> bool:
    """Whether this round has documents, and each was delivered or rejected."""
    states = {item.state for item in items if item.round == round_}
    return bool(states) and states <= ENDED


def count_tries(items: Sequence[ItemRow], round_: int) -> int:
    """How many tries in vain this round has, of all its documents together."""
    return sum(item.tries for item in items if item.round == round_)


def all_rejected(items: Sequence[ItemRow], round_: int) -> bool:
    """Whether this round has documents, and each was rejected."""
    return {item.state for item in items if item.round == round_} == {ItemState.REJECTED}
