"""The relay: publishes the outbox of one database. One process leads, others stand by."""

import asyncio
import math
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import structlog

from halo_events.runtime.backoff import Backoff, wait_unless
from halo_events.runtime.connection import Timeouts, close, connect
from halo_events.runtime.failure import describe, is_infrastructure
from halo_events.runtime.health import Health
from halo_events.runtime.publisher import Publisher
from halo_events.runtime.statements import load_statements

if TYPE_CHECKING:
    import asyncpg

    from halo_events.runtime.connection import Connection

_SQL: Final = load_statements(__package__)
_LOCK: Final = 0x52656C79
_ROWS: Final = 1000
_POLL: Final = 0.1
"""Seconds between looks at the outbox when nobody rings: other processes write to it too."""
_STANDBY: Final = 0.5
_TOUCH: Final = 1.0
_LOOK: Final = 2.0
"""Seconds between looks for declared topics that the broker lacks."""
_LEAD_TIMEOUTS: Final = Timeouts(idle_session=5)
"""A frozen leader loses its lock after 5 seconds, as it can't touch its session."""
_log = structlog.get_logger("halo_events.relay")


class LeadLostError(OSError):
    """The session that holds the relay's lock has ended: somebody else may lead now."""


class Relay:
    """Moves rows from the outbox to the topics, in the order of their ids per partition."""

    def __init__(
        self, service: str, *, dsn: str, kafka: str, topics: Sequence[str] = (), emitted: asyncio.Event | None = None
    ) -> None:
        self.health = Health("relay")
        self.leads = False
        self._service = service
        self._dsn = dsn
        self._kafka = kafka
        self._topics = topics
        self._emitted = emitted or asyncio.Event()
        self._held: dict[str, float] = {}
        self._topic_backoffs: dict[str, Backoff] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Lead or stand by until `stop` is set. Raises what is a fault of ours."""
        backoff = Backoff()
        try:
            while not stop.is_set():
                try:
                    await self._stand_by(stop, backoff)
                except Exception as error:
                    if not is_infrastructure(error):
                        raise
                    self.health.trouble("infrastructure", type(error).__name__)
                    seconds = backoff.next()
                    _log.warning("relay backs off", seconds=round(seconds, 2), **describe(error))
                    await wait_unless(stop, seconds)
        finally:
            self.health.alive = False

    async def _stand_by(self, stop: asyncio.Event, backoff: Backoff) -> None:
        lock = await connect(self._dsn, f"halo-{self._service}-relay-lock", _LEAD_TIMEOUTS)
        try:
            while not stop.is_set():
                if await lock.fetchval(_SQL["try_relay_lock"], _LOCK):
                    await self._lead(lock, stop, backoff)
                    return
                self.health.troubles.clear()
                await wait_unless(stop, _STANDBY)
        finally:
            self.leads = False
            await close(lock)

    async def _lead(self, lock: "Connection", stop: asyncio.Event, backoff: Backoff) -> None:
        work = await connect(self._dsn, f"halo-{self._service}-relay")
        touch = asyncio.create_task(_keep(lock))
        try:
            self.leads = True
            _log.info("relay leads")
            while not stop.is_set():
                await self._publish_until_error(work, touch, stop, backoff)
        finally:
            touch.cancel()
            await asyncio.gather(touch, return_exceptions=True)
            await close(work)

    async def _publish_until_error(
        self, work: "Connection", touch: "asyncio.Task[None]", stop: asyncio.Event, backoff: Backoff
    ) -> None:
        """One life of a producer: it is made anew after any produce error."""
        publisher = await Publisher.start(self._service, self._kafka)
        look_at = 0.0
        try:
            while not stop.is_set():
                if touch.done():
                    raise LeadLostError("the relay's lock session ended")
                if time.monotonic() >= look_at:
                    missing = await publisher.missing(self._topics)
                    self._note_missing(missing)
                    look_at = time.monotonic() + (_LOOK if missing else math.inf)
                self._emitted.clear()
                rows = await work.fetch(_SQL["list_outbox"], _ROWS, self._held_topics())
                if rows and not await self._round(work, publisher, rows):
                    return
                self.health.well("infrastructure")
                backoff.reset()
                if not rows:
                    await wait_unless(self._emitted, _POLL)
        finally:
            await publisher.discard()

    async def _round(self, work: "Connection", publisher: Publisher, rows: "Sequence[asyncpg.Record]") -> bool:
        """Publish rows and remove what was acknowledged; False where the producer is spent."""
        acknowledged, failed = await publisher.publish(rows)
        if acknowledged:
            await work.execute(_SQL["delete_outbox"], acknowledged)
        for topic in {row["topic"] for row in rows} - failed.keys():
            self._topic_backoffs.pop(topic, None)
            self.health.well(topic)
        for topic, error in failed.items():
            seconds = self._topic_backoffs.setdefault(topic, Backoff(0.2, 15)).next()
            self._held[topic] = time.monotonic() + seconds
            self.health.trouble(topic, f"publishing fails: {type(error).__name__}")
            _log.warning("topic held back", topic=topic, seconds=round(seconds, 2), **describe(error))
        return not failed

    def _held_topics(self) -> list[str]:
        now = time.monotonic()
        self._held = {topic: until for topic, until in self._held.items() if until > now}
        return list(self._held)

    def _note_missing(self, missing: Sequence[str]) -> None:
        self.health.well("topics")
        if missing:
            self.health.trouble("topics", f"missing: {', '.join(missing)}; run `halo-events topics apply`")


async def _keep(lock: "Connection") -> None:
    """Touch the lock's session until it breaks."""
    while True:
        await asyncio.sleep(_TOUCH)
        await lock.execute(_SQL["touch"])
