"""Partitions held at their head: a record whose cause is missing, or whose handling fails, is tried again in place.

Nothing of the partition passes the held record; all other partitions flow.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from halo_events.errors import EventError, NotYetError
from halo_events.runtime.backoff import Backoff
from halo_events.runtime.failure import describe
from halo_events.runtime.incoming import Incoming, Slot

STOPPED_AFTER: Final = 5
"""Failures of one record after which its partition counts as stopped. It is still tried, now and then."""


@dataclass(slots=True)
class Hold:
    """One held partition: the records read from the failing one on, and when to try again."""

    records: Sequence[Incoming]
    error: Exception
    backoff: Backoff
    due_at: float
    ends: Mapping[Slot, int] | None = None
    """For a missing cause: how far its possible partitions reached when the hold began."""
    read_to_ends: bool = False
    """All of `ends` had been read at the last failure."""
    exhausted: bool = False
    """A missing cause that can't come any more: everything that might bring it has been read."""
    tries: int = 1

    @property
    def awaits_cause(self) -> bool:
        """Whether it is a cause that is missing, and not a fault."""
        return isinstance(self.error, NotYetError)

    @property
    def stopped(self) -> bool:
        """Whether waiting seems to be in vain: at once for what is wrong with the record itself."""
        if self.awaits_cause:
            return self.exhausted
        return self.tries >= STOPPED_AFTER or isinstance(self.error, EventError | ValidationError)


class Holds:
    """All held partitions of one consumer."""

    def __init__(self) -> None:
        self._by_slot: dict[Slot, Hold] = {}

    def head(self, slot: Slot) -> int | None:
        """The offset at which a partition is held, if it is."""
        held = self._by_slot.get(slot)
        return held.records[0].offset if held else None

    def clear(self) -> None:
        """Forget everything: the partitions will be read again from their positions."""
        self._by_slot.clear()

    def items(self) -> list[tuple[Slot, Hold]]:
        """The held partitions as they are now."""
        return list(self._by_slot.items())

    def hold(self, slot: Slot, records: Sequence[Incoming], error: Exception) -> Hold:
        """Hold a partition at the first of these records, or hold it on after another failure of the same record."""
        former = self._by_slot.get(slot)
        first = 0.05 if isinstance(error, NotYetError) else 0.5
        if former is None or former.records[0].offset != records[0].offset:
            backoff = Backoff(first, 2.0 if isinstance(error, NotYetError) else 30.0)
            held = Hold(records, error, backoff, time.monotonic() + backoff.next())
        else:
            held = former
            held.records, held.error, held.tries = records, error, former.tries + 1
            held.due_at = time.monotonic() + former.backoff.next()
        self._by_slot[slot] = held
        return held

    def release(self, slot: Slot) -> None:
        """The partition flows again."""
        del self._by_slot[slot]

    def due(self, advanced: set[Slot]) -> list[Slot]:
        """The partitions to try again now: their time has come, or a sibling's advance may have brought the cause."""
        now = time.monotonic()
        numbers = {slot.partition for slot in advanced}
        return [
            slot
            for slot, held in self._by_slot.items()
            if held.due_at <= now or (held.awaits_cause and slot.partition in numbers)
        ]

    def troubles(self) -> dict[str, str]:
        """The stopped partitions, each with the class of its error and where it was raised."""
        return {
            f"{slot.topic}/{slot.partition}": f"stopped at offset {held.records[0].offset}: "
            + " ".join(describe(held.error).values())
            for slot, held in self._by_slot.items()
            if held.stopped
        }
