"""The partitions that a consumer has: their positions, the records in hand, and those held back."""

import asyncio
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import structlog
from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError

from halo_events.errors import NotYetError
from halo_events.runtime.batch import Work
from halo_events.runtime.failure import describe
from halo_events.runtime.handlers import Handlers
from halo_events.runtime.holds import Hold, Holds
from halo_events.runtime.incoming import Decoder, Incoming, Slot
from halo_events.runtime.positions import Positions

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer, ConsumerRecord

    from halo_events.runtime.connection import Connection

Polled = Mapping[TopicPartition, Sequence["ConsumerRecord[bytes, bytes]"]]
"""The records that a poll brought, per partition."""

_KAFKA_WITHIN: Final = 5.0
_log = structlog.get_logger("halo_events.consumer")


class Assignment(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka ships no types
    """Follows the group's rebalances. `lock` is held by whoever uses positions or the connection.

    `generation` changes at each rebalance: records polled before it are dropped.
    """

    def __init__(self, reader: "AIOKafkaConsumer", connection: "Connection", handlers: Handlers) -> None:
        self.lock = asyncio.Lock()
        self.generation = 0
        self.positions: dict[Slot, int] = {}
        self._reader = reader
        self._stored = Positions(connection, handlers.service)
        self._topics = handlers.topics
        self._in_hand: dict[Slot, list[Incoming]] = {}
        self._holds = Holds()
        self._retried: set[Slot] = set()
        self._advanced: set[Slot] = set()
        self._out_of_range: dict[Slot, str] = {}
        self._fault: Exception | None = None
        self._assigned = False
        self._kafka_trouble = ""

    async def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        """Wait for the running transaction, then let go of everything."""
        async with self.lock:
            self._forget()
        _log.info("partitions revoked", count=len(revoked))

    async def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        """Read the positions of the new partitions and start reading there.

        Fetching has begun already, so they are paused first. An exception would be swallowed here: the loop raises it.
        """
        self._reader.pause(*assigned)
        for partition in assigned:
            self._reader.seek(partition, 0)  # any position: aiokafka must not look for one of its own
        try:
            async with self.lock:
                self._forget()
                await self._load(assigned)
        except Exception as error:  # noqa: BLE001 - told to the loop, which sorts it
            self._fault = error
        self._assigned = True
        _log.info("partitions assigned", count=len(assigned))

    def _forget(self) -> None:
        self.generation += 1
        self.positions.clear()
        self._in_hand.clear()
        self._holds.clear()
        self._retried.clear()
        self._advanced.clear()
        self._out_of_range.clear()

    async def _load(self, assigned: Sequence[TopicPartition]) -> None:
        if not assigned:
            return
        first = await asyncio.wait_for(self._reader.beginning_offsets(assigned), _KAFKA_WITHIN)
        ends = await asyncio.wait_for(self._reader.end_offsets(assigned), _KAFKA_WITHIN)
        stored = await self._stored.load({Slot(*partition): offset for partition, offset in first.items()})
        for partition in assigned:
            slot, position = Slot(*partition), stored[Slot(*partition)]
            if not first[partition] <= position <= ends[partition]:
                self._out_of_range[slot] = f"position {position} outside {first[partition]} to {ends[partition]}"
                _log.error("offset out of range", topic=slot.topic, partition=slot.partition, position=position)
                continue
            self.positions[slot] = position
            self._reader.seek(partition, position)
            self._reader.resume(partition)

    def flowing(self) -> dict[Slot, int]:
        """The positions of the partitions that are not held."""
        return {slot: position for slot, position in self.positions.items() if self._holds.head(slot) is None}

    def seek_back(self, ahead: Mapping[Slot, int] = MappingProxyType({})) -> None:
        """Read again from the positions what a poll brought that was dropped or broke off, or from `ahead` of them."""
        for slot, position in {**self.flowing(), **ahead}.items():
            self._reader.seek(TopicPartition(*slot), position)

    def raise_fault(self) -> None:
        """Raise what went wrong in a rebalance."""
        if self._fault is not None:
            raise self._fault

    def take(self, polled: Polled, decoder: Decoder) -> None:
        """Take what a poll brought, and the held records whose time has come."""
        self._in_hand = {
            Slot(*partition): [decoder.decode(r) for r in records] for partition, records in polled.items()
        }
        self._retried = set(self._holds.due(self._advanced))
        self._advanced = set()
        for slot, held in self._holds.items():
            if slot in self._retried:
                self._in_hand[slot] = list(held.records)

    def work(self) -> Work:
        """All records in hand."""
        return self._in_hand

    def unheld(self, work: Work) -> Work:
        """What of the work may be tried: each partition up to the record that holds it."""
        free: dict[Slot, Sequence[Incoming]] = {}
        for slot, records in work.items():
            head = self._holds.head(slot)
            if head is not None and slot not in self._retried:
                records = [incoming for incoming in records if incoming.offset < head]  # noqa: PLW2901
            if records:
                free[slot] = records
        return free

    async def hold(self, culprit: Incoming, error: Exception) -> None:
        """Hold the culprit's partition at it."""
        slot = culprit.slot
        records = [incoming for incoming in self._in_hand[slot] if incoming.offset >= culprit.offset]
        held = self._holds.hold(slot, records, error)
        self._retried.discard(slot)
        self._reader.pause(TopicPartition(*slot))
        if isinstance(error, NotYetError):
            await self._look_for_cause(slot, held)
        if held.tries == 1 or held.stopped:
            tell = _log.error if held.stopped else _log.info if held.awaits_cause else _log.warning
            state = "partition stopped" if held.stopped else "partition held"
            tell(state, topic=slot.topic, partition=slot.partition, offset=culprit.offset, **describe(error))

    async def _look_for_cause(self, slot: Slot, held: Hold) -> None:
        """Find out whether the cause can still come: not, once all that was there at the hold has been read."""
        if held.ends is None:
            siblings = [
                TopicPartition(topic.name, number)
                for topic in self._topics
                if topic.name != slot.topic and not topic.boundary
                for number in (range(topic.partitions) if topic.reference else (slot.partition,))
            ]
            try:
                ends = await asyncio.wait_for(self._reader.end_offsets(siblings), _KAFKA_WITHIN) if siblings else {}
            except (TimeoutError, KafkaError) as error:
                _log.warning("ends unknown", **describe(error))
                return
            held.ends = {Slot(*partition): offset for partition, offset in ends.items()}
        held.exhausted = held.read_to_ends
        held.read_to_ends = await self._stored.reached(held.ends)

    def advance(self, positions: Mapping[Slot, int]) -> None:
        """Note what a transaction committed; let partitions flow whose held record is done."""
        for slot, position in positions.items():
            if position > self.positions[slot]:
                self._advanced.add(slot)
            self.positions[slot] = position
            head = self._holds.head(slot)
            if head is not None and position > head:
                self._holds.release(slot)
                self._reader.resume(TopicPartition(*slot))

    async def commit_to_kafka(self) -> None:
        """Tell Kafka the positions, so that lag tools see the group. Nothing depends on it."""
        offsets = {TopicPartition(*slot): position for slot, position in self.positions.items()}
        if not offsets:
            return
        try:
            await asyncio.wait_for(self._reader.commit(offsets), _KAFKA_WITHIN)
        except (TimeoutError, KafkaError) as error:
            self._kafka_trouble = type(error).__name__
        else:
            self._kafka_trouble = ""

    def troubles(self) -> dict[str, str]:
        """Why the consumer is not ready, by partition or part."""
        found = self._holds.troubles()
        found |= {f"{slot.topic}/{slot.partition}": why for slot, why in self._out_of_range.items()}
        if not self._assigned:
            found["assignment"] = "not assigned yet"
        else:
            missing = [topic.name for topic in self._topics if not self._reader.partitions_for_topic(topic.name)]
            found |= dict.fromkeys(missing, "missing in the broker; run `halo-events topics apply`")
        if self._kafka_trouble:
            found["kafka"] = self._kafka_trouble
        return found
