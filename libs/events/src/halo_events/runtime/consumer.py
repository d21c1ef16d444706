"""The consumer: reads a service's topics and applies what it reads, each record once and in order."""

import asyncio
import math
import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final

import structlog
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from halo_events.runtime.assignment import Assignment, Polled
from halo_events.runtime.backoff import Backoff, wait_unless
from halo_events.runtime.batch import Batch, CulpritError, Tally, Work
from halo_events.runtime.connection import close, connect
from halo_events.runtime.database import utc_now
from halo_events.runtime.failure import GoneError, describe, is_infrastructure
from halo_events.runtime.grouping import merge
from halo_events.runtime.handlers import Handlers
from halo_events.runtime.health import Health
from halo_events.runtime.incoming import Decoder, Incoming, Slot
from halo_events.runtime.pace import Pace
from halo_events.runtime.reader import open_reader
from halo_events.runtime.salvage import is_unpacking, salvage

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer

    from halo_events.runtime.connection import Connection

_POLL_MS: Final = 100
_COMMIT_EVERY: Final = 5.0
_STOP_WITHIN: Final = 5.0
_RENEW_AFTER: Final = 60.0
"""Seconds. A poll that raised switches aiokafka's max_poll_interval off for good: then another session is to follow."""
_log = structlog.get_logger("halo_events.consumer")


class Consumer:
    """Reads the topics of one service in its Kafka group `halo-<service>`; any number of processes may share the work.

    `emitted` is set after a commit that published something, to wake a relay of the same process.
    """

    def __init__(
        self,
        handlers: Handlers,
        *,
        dsn: str,
        kafka: str,
        emitted: asyncio.Event | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.health = Health("consumer")
        self._handlers = handlers
        self._dsn = dsn
        self._kafka = kafka
        self._emitted = emitted
        self._clock = clock
        self._decoder = Decoder(handlers)
        self._pace = Pace()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; wait for a broker or a database that is away. Raises what is a fault of ours."""
        backoff = Backoff()
        self.health.trouble("start", "not assigned yet")
        try:
            while not stop.is_set():
                try:
                    await self._session(stop, backoff)
                except Exception as error:
                    if not is_infrastructure(error):
                        raise
                    self.health.trouble("infrastructure", type(error).__name__)
                    seconds = backoff.next()
                    _log.warning("consumer backs off", seconds=round(seconds, 2), **describe(error))
                    await wait_unless(stop, seconds)
        finally:
            self.health.alive = False

    async def _session(self, stop: asyncio.Event, backoff: Backoff) -> None:
        """One connection to the database and one membership in the group, until either breaks."""
        connection = await connect(self._dsn, f"halo-{self._handlers.service}-consumer")
        try:
            reader = open_reader(self._handlers.service, self._kafka)
            assignment = Assignment(reader, connection, self._handlers)
            try:
                await asyncio.wait_for(reader.start(), 15)
                reader.subscribe([topic.name for topic in self._handlers.topics], listener=assignment)
                await self._loop(reader, assignment, connection, stop, backoff)
            finally:
                await _leave(reader)
        finally:
            await close(connection)

    async def _loop(
        self,
        reader: "AIOKafkaConsumer",
        assignment: Assignment,
        connection: "Connection",
        stop: asyncio.Event,
        backoff: Backoff,
    ) -> None:
        batch = Batch(connection, self._handlers, self._clock)
        began_at = committed_at = time.monotonic()
        salvaged = False
        while not stop.is_set():
            generation = assignment.generation
            polled, ahead = await self._poll(reader, assignment)
            async with assignment.lock:
                if generation == assignment.generation:
                    if ahead:
                        salvaged = True
                        assignment.seek_back(ahead)
                    assignment.take(polled, self._decoder)
                    if await self._apply_all(batch, assignment) or time.monotonic() - began_at > backoff.most:
                        backoff.reset()
                else:
                    assignment.seek_back()
                assignment.raise_fault()
            self.health.troubles = assignment.troubles()
            if time.monotonic() - committed_at > _COMMIT_EVERY:
                await assignment.commit_to_kafka()
                committed_at = time.monotonic()
            if salvaged and time.monotonic() - began_at > _RENEW_AFTER and self.health.ready:
                break
        await assignment.commit_to_kafka()

    async def _poll(self, reader: "AIOKafkaConsumer", assignment: Assignment) -> tuple[Polled, dict[Slot, int]]:
        """What the next poll brings. Where it can't unpack a record: what was read by hand, and where to go on."""
        generation, most = assignment.generation, self._pace.records
        try:
            return await reader.getmany(timeout_ms=_POLL_MS, max_records=most), {}
        except Exception as error:
            if not is_unpacking(error):
                raise
            found = await salvage(self._kafka, assignment.flowing(), most)
            if not found and generation == assignment.generation:
                raise
        return (
            {TopicPartition(*slot): part.records for slot, part in found.items()},
            {slot: part.next_offset for slot, part in found.items()},
        )

    async def _apply_all(self, batch: Batch, assignment: Assignment) -> bool:
        """Apply all that is in hand, in as many transactions as failures make necessary; True if one succeeded."""
        pending, done = [assignment.work()], False
        while pending:
            work = assignment.unheld(pending.pop())
            if not work:
                continue
            started = time.monotonic()
            try:
                tally = await batch.apply(work, assignment.positions)
            except CulpritError as error:
                if error.incoming is None:
                    pending.extend(_halves(work))
                else:
                    await assignment.hold(error.incoming, _cause(error))
                    pending.append(work)
            except GoneError:
                raise
            except Exception as error:
                if is_infrastructure(error):
                    self._pace.note(sum(map(len, work.values())), math.inf)
                    raise
                if sum(map(len, work.values())) > 1:
                    pending.extend(_halves(work))
                else:
                    await assignment.hold(next(iter(work.values()))[0], error)
            else:
                assignment.advance(tally.positions)
                self._pace.note(sum(map(len, work.values())), time.monotonic() - started)
                self._tell(tally)
                done = True
        return done

    def _tell(self, tally: Tally) -> None:
        if tally.emitted and self._emitted is not None:
            self._emitted.set()
        _log.debug(
            "batch",
            handled=tally.handled,
            duplicate=tally.duplicate,
            unknown=tally.unknown,
            rejected=tally.rejected,
            fenced=tally.fenced,
            emitted=tally.emitted,
        )


def _cause(error: CulpritError) -> Exception:
    return error.__cause__ if isinstance(error.__cause__, Exception) else error


def _halves(work: Work) -> list[Work]:
    """Split work in the middle of its order: the half to be done first comes last, as from a stack."""
    order = merge(work)
    parts: list[Work] = []
    for members in (order[len(order) // 2 :], order[: len(order) // 2]):
        part: dict[Slot, list[Incoming]] = {}
        for incoming in members:
            part.setdefault(incoming.slot, []).append(incoming)
        parts.append(part)
    return parts


async def _leave(reader: "AIOKafkaConsumer") -> None:
    """Leave the group, within a bound: with the broker away, stopping hangs."""
    try:
        await asyncio.wait_for(reader.stop(), _STOP_WITHIN)
    except (TimeoutError, KafkaError) as error:
        _log.warning("consumer left without goodbye", **describe(error))
