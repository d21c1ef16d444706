"""From a record of Kafka to what is to be done with it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pydantic import ValidationError

from halo_events.contract.event import Event
from halo_events.envelope import Envelope, decode
from halo_events.errors import EnvelopeError
from halo_events.runtime.handlers import Boundary, Fault, Handler, Handlers, Rejection

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

_FAULT_LIMIT: Final = 50
_LATEST_MS: Final = 4_102_444_800_000
"""The year 2100, in milliseconds: a record's timestamp is any 64-bit number that its writer chose."""


class Slot(NamedTuple):
    """A partition of a topic."""

    topic: str
    partition: int


class Verdict(Enum):
    """What a record turned out to be."""

    EVENT = auto()
    UNKNOWN = auto()
    """Of a type that this service doesn't handle: skipped, and not entered in the inbox."""
    REJECTED = auto()
    """A boundary record that is no valid event: answered."""
    UNDECODABLE = auto()
    """A record of one of our own topics that can't be read: it stops its partition."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A decoded record."""

    slot: Slot
    offset: int
    timestamp: int
    verdict: Verdict
    envelope: Envelope | None = None
    event: Event | None = None
    rejection: Rejection | None = None
    error: Exception | None = None
    record_key: str | None = None

    @property
    def key(self) -> str:
        """The key of its event; without an event the record's own, so that an answer keeps its turn; else its place."""
        return self.event.key if self.event else self.record_key or self._place

    @property
    def _place(self) -> str:
        return f"{self.slot.topic}/{self.slot.partition}/{self.offset}"

    @property
    def identity(self) -> tuple[str, str, str]:
        """Topic, source and id: by these an effect happens once. An unreadable record is known by its place."""
        if self.envelope is None:
            return (self.slot.topic, "", self._place)
        return (self.slot.topic, self.envelope.source, self.envelope.id)


class Decoder:
    """Decodes the records of one service's topics."""

    def __init__(self, handlers: Handlers) -> None:
        tables = (*handlers.projections, *handlers.decisions)
        self._classes = {handler.event.type: handler.event for handler in tables}
        self._boundaries = handlers.boundary_of

    def decode(self, record: "ConsumerRecord[bytes, bytes]") -> Incoming:
        """Decode a record. It never raises for what the record holds.

        Headers of None are the mark of a record that can't be unpacked.
        """
        incoming = self._decode(record)
        if incoming.verdict is Verdict.REJECTED and record.key:
            return replace(incoming, record_key=record.key.decode("latin-1"))
        return incoming

    def _decode(self, record: "ConsumerRecord[bytes, bytes]") -> Incoming:
        slot = Slot(record.topic, record.partition)
        recorded_at = datetime.fromtimestamp(min(max(record.timestamp, 0), _LATEST_MS) / 1000, UTC)
        boundary = self._boundaries.get(record.topic)
        place = (slot, record.offset, record.timestamp)
        try:
            if record.headers is None:
                raise EnvelopeError("headers", "can't be read")  # noqa: TRY301 - answered as any other broken envelope
            envelope, data = decode(record.headers, record.value, recorded_at)
        except EnvelopeError as error:
            if boundary is None:
                return Incoming(*place, Verdict.UNDECODABLE, error=error)
            faults = (Fault("envelope", error.attribute),)
            data_object = _json_object(record.value)
            rejection = Rejection(*slot, record.offset, None, data_object, faults, error.record_id)
            return Incoming(*place, Verdict.REJECTED, rejection=rejection)
        if boundary is not None:
            return _decode_boundary(place, boundary, envelope, data)
        event_class = self._classes.get(envelope.type)
        if event_class is None:
            return Incoming(*place, Verdict.UNKNOWN, envelope)
        try:
            return Incoming(*place, Verdict.EVENT, envelope, event_class.model_validate_json(data))
        except ValidationError as error:
            return Incoming(*place, Verdict.UNDECODABLE, envelope, error=error)


def _decode_boundary(place: tuple[Slot, int, int], boundary: Boundary, envelope: Envelope, data: bytes) -> Incoming:
    handler: Handler | None = boundary.accepts.get(envelope.type)
    if handler is None:
        return _rejected(place, envelope, _json_object(data), (Fault("unknown_type", "type"),))
    try:
        parsed = json.loads(data)
    except (ValueError, RecursionError):
        return _rejected(place, envelope, None, (Fault("broken_json"),))
    if not isinstance(parsed, dict):
        return _rejected(place, envelope, None, (Fault("not_an_object"),))
    try:
        event = handler.event.model_validate(parsed)
    except ValidationError as error:
        return _rejected(place, envelope, parsed, _faults(error, parsed))
    return Incoming(*place, Verdict.EVENT, envelope, event)


def _rejected(
    place: tuple[Slot, int, int], envelope: Envelope, data: dict[str, Any] | None, faults: Sequence[Fault]
) -> Incoming:
    slot, offset, _ = place
    rejection = Rejection(slot.topic, slot.partition, offset, envelope, data, tuple(faults))
    return Incoming(*place, Verdict.REJECTED, envelope, rejection=rejection)


def _faults(error: ValidationError, data: dict[str, Any]) -> list[Fault]:
    """The first fault of each field."""
    found: dict[str, Fault] = {}
    for detail in error.errors(include_input=False, include_context=False, include_url=False)[:_FAULT_LIMIT]:
        path = _field_path(detail["loc"], data, missing=detail["type"] == "missing")
        found.setdefault(path, Fault(detail["type"], path))
    return list(found.values())


def _field_path(location: Sequence[int | str], data: object, *, missing: bool) -> str:
    """The dotted path of a field within the data. Beyond it, pydantic goes on with the members of an open enum."""
    path: list[str] = []
    for part in location:
        if isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        elif isinstance(data, dict) and (missing or part in data):
            data = data.get(str(part))
        else:
            break
        path.append(str(part))
    return ".".join(path)


def _json_object(data: bytes | None) -> dict[str, Any] | None:
    try:
        parsed = json.loads(data or b"")
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None
