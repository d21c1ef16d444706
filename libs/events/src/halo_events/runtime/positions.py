"""The stored positions of one consumer: what the database says, which is what counts."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from halo_events.runtime.incoming import Slot
from halo_events.runtime.statements import load_statements

if TYPE_CHECKING:
    from halo_events.runtime.connection import Connection

_SQL: Final = load_statements(__package__)


class Positions:
    """Reads and begins the positions of a consumer."""

    def __init__(self, connection: "Connection", consumer: str) -> None:
        self._connection = connection
        self._consumer = consumer

    async def load(self, first: Mapping[Slot, int]) -> dict[Slot, int]:
        """The positions of these partitions; those never read begin at their first offset."""
        slots = list(first)
        await self._connection.execute(
            _SQL["insert_positions"],
            self._consumer,
            [slot.topic for slot in slots],
            [slot.partition for slot in slots],
            [first[slot] for slot in slots],
        )
        return await self._all()

    async def reached(self, ends: Mapping[Slot, int]) -> bool:
        """Whether all these partitions have been read up to these offsets, by whichever member owns them."""
        stored = await self._all()
        return all(stored.get(slot, 0) >= end for slot, end in ends.items())

    async def _all(self) -> dict[Slot, int]:
        rows = await self._connection.fetch(_SQL["list_positions"], self._consumer)
        return {Slot(row["topic"], row["partition"]): row["next_offset"] for row in rows}
