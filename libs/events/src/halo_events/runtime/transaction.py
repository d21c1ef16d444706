"""What projections, decisions, routes and jobs hold in their hands: one database transaction that can emit."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from uuid_utils.compat import uuid7

from halo_events.contract.event import Event
from halo_events.envelope import Envelope
from halo_events.runtime.handlers import Handler, Handlers
from halo_events.runtime.outbox import OutboxRow, outbox_row

if TYPE_CHECKING:
    import asyncpg

    DatabaseConnection = asyncpg.Connection[asyncpg.Record]


class RowCountError(Exception):
    """A statement that must touch exactly one row touched another number of them."""

    def __init__(self, touched: int) -> None:
        super().__init__(f"touched {touched} rows instead of 1")
        self.touched = touched


class Fold:
    """What a projection may do: read and write its service's tables, and see the envelope of the fact.

    A projection takes its times from the event or the envelope, never from a clock: a rebuild must give equal rows.
    """

    def __init__(self, connection: "DatabaseConnection") -> None:
        self._connection = connection
        self.envelopes: Sequence[Envelope] = ()

    @property
    def envelope(self) -> Envelope:
        """The envelope of the event that is being folded or decided upon. Raises LookupError outside of a handler."""
        if len(self.envelopes) != 1:
            raise LookupError("no single event is being handled")
        return self.envelopes[0]

    async def fetch(self, sql: str, *args: object) -> "list[asyncpg.Record]":
        """All rows of a query."""
        return await self._connection.fetch(sql, *args)

    async def fetchrow(self, sql: str, *args: object) -> "asyncpg.Record | None":
        """The first row of a query, if any."""
        return await self._connection.fetchrow(sql, *args)

    async def fetchval(self, sql: str, *args: object) -> Any:  # noqa: ANN401 - a column may hold anything
        """The first column of the first row, if any."""
        return await self._connection.fetchval(sql, *args)

    async def execute(self, sql: str, *args: object) -> int:
        """Run a statement; the number of rows it touched."""
        status = await self._connection.execute(sql, *args)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def execute_one(self, sql: str, *args: object) -> None:
        """Run a statement that must touch exactly one row. Raises RowCountError."""
        touched = await self.execute(sql, *args)
        if touched != 1:
            raise RowCountError(touched)

    async def executemany(self, sql: str, args: Sequence[Sequence[object]]) -> None:
        """Run a statement once per argument list."""
        await self._connection.executemany(sql, args)


class Tx(Fold):
    """A transaction that can emit events. `now` (aware, UTC) stands still throughout."""

    def __init__(self, connection: "DatabaseConnection", handlers: Handlers, now: datetime) -> None:
        super().__init__(connection)
        self.now = now
        self.emitted: list[Event] = []
        self.outbox: list[OutboxRow] = []
        self.handlers = handlers
        self._causes: Mapping[str, Envelope] = {}

    def handle(self, causes: Mapping[str, Envelope]) -> None:
        """Say which events are being handled, by their keys: what is emitted now is caused by them."""
        self._causes = causes
        self.envelopes = tuple(causes.values())

    async def emit(self, event: Event) -> str:
        """Publish a fact with this transaction, and fold it at once. The event id (UUIDv7) is returned.

        Raises EventTooLargeError, and ValueError for an event of another service's topic.
        """
        envelope, row = self._prepare(event)
        projection = self.handlers.projection_of.get(event.type)
        if projection is not None:
            await self._fold(projection, [event] if projection.batched else event, [envelope])
        self.outbox.append(row)
        self.emitted.append(event)
        return envelope.id

    async def emit_all(self, events: Sequence[Event]) -> None:
        """Publish facts of one type with different keys, folding them in one go where the projection is batched.

        Raises what `emit` does, and ValueError for facts of several types or of one key; none is published then.
        """
        projection = self.handlers.projection_of.get(events[0].type) if events else None
        if projection is None or not projection.batched:
            for event in events:
                await self.emit(event)
            return
        if len({event.type for event in events}) > 1 or len({event.key for event in events}) < len(events):
            raise ValueError("a list of events has one type, and each key once")
        envelopes, rows = zip(*map(self._prepare, events), strict=True)
        await self._fold(projection, events, envelopes)
        self.outbox.extend(rows)
        self.emitted.extend(events)

    def _prepare(self, event: Event) -> tuple[Envelope, OutboxRow]:
        if event.topic.owner != self.handlers.service:
            raise ValueError(f"{event.type} is not for {self.handlers.service} to write")
        envelope = self._envelope_of(event)
        return envelope, outbox_row(event, envelope)

    def _envelope_of(self, event: Event) -> Envelope:
        cause = self._causes.get(event.key)
        if cause is None and len(self._causes) == 1:
            cause = next(iter(self._causes.values()))
        return Envelope(
            id=str(uuid7()),
            source=self.handlers.source,
            type=event.type,
            time=self.now,
            subject=event.key,
            causation_id=cause.id if cause else None,
            traceparent=cause.traceparent if cause else None,
        )

    async def _fold(self, projection: Handler, facts: object, envelopes: Sequence[Envelope]) -> None:
        handling, self.envelopes = self.envelopes, envelopes
        try:
            await projection.call(self, facts)
        finally:
            self.envelopes = handling
