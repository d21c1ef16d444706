"""The topics, kept in memory: records as Kafka would give them, in order within a partition, in none between them."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from halo_demo.facts import Fact, read_fact
from halo_events import topics
from halo_events.contract.event import Event
from halo_events.envelope import Envelope, encode_headers
from halo_events.runtime.incoming import Slot
from halo_events.runtime.murmur import partition_of


@dataclass
class Log:
    """All records, and the facts of our own topics in the order in which they were published."""

    records: defaultdict[Slot, list[Any]] = field(default_factory=lambda: defaultdict(list))
    facts: list[Fact] = field(default_factory=list)

    def append_row(self, row: Mapping[str, Any], at: datetime, *, twice: bool = False) -> Fact:
        """Publish a row of an outbox as the relay does: `twice` where it died before it knew that the broker had it."""
        headers = [(name, text.encode()) for name, text in json.loads(row["headers"])]
        headers.append(("ce_sequence", f"{row['id']:020d}".encode()))
        record = self._append(Slot(row["topic"], row["partition"]), row["key"], headers, row["data"], at)
        if twice:
            self._append(Slot(row["topic"], row["partition"]), row["key"], headers, row["data"], at)
        fact = read_fact(record)
        self.facts.append(fact)
        return fact

    def append_eopen(self, event: Event, at: datetime) -> str:
        """Publish a record of e-OPen; its id."""
        topic = topics.EOPEN_REQUESTS
        envelope = Envelope(str(uuid4()), "/eopen", event.type, at, event.key)
        headers = [(name, text.encode()) for name, text in encode_headers(envelope)]
        data = event.model_dump_json(exclude_none=True).encode()
        slot = Slot(topic.name, partition_of(event.key, topic.partitions))
        self._append(slot, event.key, headers, data, at)
        return envelope.id

    def _append(
        self, slot: Slot, key: str, headers: Sequence[tuple[str, bytes]], value: bytes, at: datetime
    ) -> SimpleNamespace:
        record = SimpleNamespace(
            topic=slot.topic,
            partition=slot.partition,
            offset=len(self.records[slot]),
            timestamp=int(at.timestamp() * 1000),
            key=key.encode(),
            headers=headers,
            value=value,
        )
        self.records[slot].append(record)
        return record
