"""One transaction per poll: fence, inbox, projections and decisions, offsets, outbox; all of it or nothing."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from halo_events.runtime.failure import GoneError, is_infrastructure
from halo_events.runtime.grouping import group, merge
from halo_events.runtime.handlers import Handler, Handlers
from halo_events.runtime.incoming import Incoming, Slot, Verdict
from halo_events.runtime.outbox import flush
from halo_events.runtime.statements import load_statements
from halo_events.runtime.transaction import Tx

if TYPE_CHECKING:
    from halo_events.runtime.connection import Connection

_SQL: Final = load_statements(__package__)

Work = Mapping[Slot, Sequence[Incoming]]
"""Records per partition, each sequence without gaps from the partition's position on."""


class CulpritError(Exception):
    """The handling of one record failed, or of one among several; its cause is `__cause__`."""

    def __init__(self, incoming: Incoming | None) -> None:
        super().__init__("handling failed")
        self.incoming = incoming


@dataclass(slots=True)
class Tally:
    """What one transaction did."""

    handled: int = 0
    duplicate: int = 0
    unknown: int = 0
    rejected: int = 0
    fenced: int = 0
    emitted: int = 0
    positions: dict[Slot, int] = field(default_factory=dict)


class Batch:
    """Applies work to the database of one service, as one consumer."""

    def __init__(self, connection: "Connection", handlers: Handlers, clock: Callable[[], datetime]) -> None:
        self._connection = connection
        self._handlers = handlers
        self._clock = clock

    async def apply(self, work: Work, positions: Mapping[Slot, int]) -> Tally:
        """Run one transaction over the work. `positions` are the offsets that the caller believes to stand at.

        Raises CulpritError for a failed handling, GoneError where the positions are not what the database says, and
        errors of the infrastructure as they are.
        """
        tally = Tally()
        async with self._connection.transaction():
            fresh = await self._fence(work, positions, tally)
            events = await self._enter_inbox(merge(fresh), tally)
            tx = Tx(self._connection, self._handlers, self._clock())
            for members in group(events):
                await self._handle(tx, members)
            await self._advance(work, tally)
            tally.emitted = len(tx.outbox)
            await flush(self._connection, tx.outbox)
        return tally

    async def _fence(self, work: Work, positions: Mapping[Slot, int], tally: Tally) -> Work:
        """Lock the positions; leave out what somebody else handled meanwhile."""
        topics, partitions = [slot.topic for slot in work], [slot.partition for slot in work]
        rows = await self._connection.fetch(_SQL["fence"], self._handlers.service, topics, partitions)
        stored = {Slot(row["topic"], row["partition"]): row["next_offset"] for row in rows}
        fresh: dict[Slot, Sequence[Incoming]] = {}
        for slot, records in work.items():
            position = stored.get(slot)
            if position is None or position < positions[slot]:
                raise GoneError(f"{slot.topic}/{slot.partition}")
            fresh[slot] = [incoming for incoming in records if incoming.offset >= position]
            tally.fenced += len(records) - len(fresh[slot])
            tally.positions[slot] = max(position, records[-1].offset + 1)
        return fresh

    async def _enter_inbox(self, records: Sequence[Incoming], tally: Tally) -> list[Incoming]:
        """Keep the first of each identity, and of these what was not handled before."""
        first: dict[tuple[str, str, str], Incoming] = {}
        for incoming in records:
            if incoming.verdict is Verdict.UNDECODABLE:
                raise CulpritError(incoming) from incoming.error
            if incoming.verdict is Verdict.UNKNOWN:
                tally.unknown += 1
            elif incoming.identity in first:
                tally.duplicate += 1
            else:
                first[incoming.identity] = incoming
        if not first:
            return []
        columns = [list(column) for column in zip(*first, strict=True)]
        rows = await self._connection.fetch(_SQL["insert_inbox"], self._handlers.service, *columns)
        candidates = list(first.values())
        fresh = [candidates[row["n"] - 1] for row in rows]
        tally.duplicate += len(candidates) - len(fresh)
        tally.rejected = sum(incoming.verdict is Verdict.REJECTED for incoming in fresh)
        tally.handled = len(fresh) - tally.rejected
        return fresh

    async def _handle(self, tx: Tx, members: list[Incoming]) -> None:
        """Handle a group: all projections before all decisions, each for the whole group where it can take one."""
        for handler in self._handlers_of(members[0]):
            if handler.batched:
                await _call(tx, members, handler.call, [incoming.event for incoming in members])
            else:
                for incoming in members:
                    await _call(tx, [incoming], handler.call, incoming.event)
        for incoming in members:
            if incoming.rejection is not None:
                on_rejected = self._handlers.boundary_of[incoming.slot.topic].on_rejected
                await _call(tx, [incoming], on_rejected, incoming.rejection)

    def _handlers_of(self, incoming: Incoming) -> list[Handler]:
        if incoming.event is None:
            return []
        kind = incoming.event.type
        boundary = self._handlers.boundary_of.get(incoming.slot.topic)
        if boundary is not None:
            return [boundary.accepts[kind]]
        found = (self._handlers.projection_of.get(kind), self._handlers.decision_of.get(kind))
        return [handler for handler in found if handler is not None]

    async def _advance(self, work: Work, tally: Tally) -> None:
        slots = list(work)
        await self._connection.execute(
            _SQL["update_positions"],
            self._handlers.service,
            [slot.topic for slot in slots],
            [slot.partition for slot in slots],
            [tally.positions[slot] for slot in slots],
        )


async def _call(
    tx: Tx, members: Sequence[Incoming], call: Callable[[Any, Any], Awaitable[None]], argument: object
) -> None:
    """Call a handler; a failure that is not the infrastructure's names its culprit, if there is but one candidate."""
    tx.handle({incoming.key: incoming.envelope for incoming in members if incoming.envelope})
    try:
        await call(tx, argument)
    except Exception as error:
        if is_infrastructure(error):
            raise
        raise CulpritError(members[0] if len(members) == 1 else None) from error
