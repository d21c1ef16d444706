"""The outbox: events wait in the database of their service until the relay has published them."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from halo_events.contract.event import Event
from halo_events.envelope import Envelope, encode_headers
from halo_events.errors import EventTooLargeError
from halo_events.runtime.murmur import partition_of
from halo_events.runtime.statements import load_statements

SIZE_LIMIT: Final = 64 * 1024
"""Bytes of data and headers of one event."""

_SQL: Final = load_statements(__package__)
_LOCK_CLASS: Final = 0x4F757442
"""First half of the advisory lock keys: keeps them apart from other locks of the database."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """An event on its way out."""

    topic: str
    partition: int
    key: str
    type: str
    event_id: str
    headers: str
    data: bytes


def outbox_row(event: Event, envelope: Envelope) -> OutboxRow:
    """Encode an event for its topic. Raises EventTooLargeError."""
    data = event.model_dump_json(exclude_none=True).encode()
    headers = json.dumps(encode_headers(envelope))
    if len(data) + len(headers) > SIZE_LIMIT:
        raise EventTooLargeError(f"{event.type}: {len(data)} bytes of data, {len(headers)} of headers")
    topic = event.topic
    partition = partition_of(event.key, topic.partitions)
    return OutboxRow(topic.name, partition, event.key, event.type, envelope.id, headers, data)


async def flush(connection: Any, rows: Sequence[OutboxRow]) -> None:  # noqa: ANN401 - asyncpg's pool proxy has no class
    """Insert rows, as the last statements of a transaction.

    The locks make insert order commit order within each partition: whoever writes to a partition next waits for this
    commit, so the relay, reading by id, can't overtake it. They are taken in sorted order, against deadlocks.
    """
    if not rows:
        return
    locks = sorted({zlib.crc32(f"{row.topic}/{row.partition}".encode()) - 2**31 for row in rows})
    await connection.execute(_SQL["lock_partitions"], _LOCK_CLASS, locks)
    columns = zip(*((r.topic, r.partition, r.key, r.type, r.event_id, r.headers, r.data) for r in rows), strict=True)
    await connection.execute(_SQL["insert_outbox"], *(list(column) for column in columns))
