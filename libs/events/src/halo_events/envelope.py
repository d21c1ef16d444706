"""CloudEvents 1.0 in the Kafka protocol binding: our own small codec.

Binary mode is written; binary and structured mode are read. Which one a record is, is told by its content type first,
as the binding demands. Sources: CloudEvents 1.0.2, sections 2 and 3; Kafka protocol binding 1.0.2, section 3.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from halo_events.errors import EnvelopeError

Headers = Sequence[tuple[str, bytes | None]]

_STRUCTURED: Final = "application/cloudevents"
_ATTRIBUTE_LIMIT: Final = 512
"""Bytes of one attribute in UTF-8; ids and sources of outsiders become part of a database key, which is bounded."""
_TIME: Final = TypeAdapter(AwareDatetime)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]")
"""How every RFC 3339 time begins; pydantic alone would take a number of seconds, too."""
_TRACEPARENT: Final = re.compile(r"(?!ff)[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_ATTRIBUTES: Final = (
    "specversion",
    "id",
    "source",
    "type",
    "time",
    "subject",
    "sequence",
    "causationid",
    "traceparent",
)
_READ: Final = frozenset({"content-type", "traceparent", *(f"ce_{name}" for name in _ATTRIBUTES)})
"""The headers that are looked at: others, of whatever name, may hold anything."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is said about an event apart from its data.

    `time` is when the event was recorded; `sequence` orders the events of one source; `causation_id` is the id of the
    event that led to this one.
    """

    id: str
    source: str
    type: str
    time: datetime
    subject: str | None = None
    sequence: str | None = None
    causation_id: str | None = None
    traceparent: str | None = None


def encode_headers(envelope: Envelope) -> list[tuple[str, str]]:
    """The record headers of an event in binary mode, all but `ce_sequence`, which the relay adds."""
    optional = (
        ("ce_subject", envelope.subject),
        ("ce_causationid", envelope.causation_id),
        ("traceparent", envelope.traceparent),
    )
    return [
        ("ce_specversion", "1.0"),
        ("ce_id", envelope.id),
        ("ce_source", envelope.source),
        ("ce_type", envelope.type),
        ("ce_time", envelope.time.isoformat()),
        *((name, value) for name, value in optional if value is not None),
        ("content-type", "application/json"),
    ]


def decode(headers: Headers, value: bytes | None, recorded_at: datetime) -> tuple[Envelope, bytes]:
    """Split a record into its envelope and its JSON data, empty where the record has no value.

    `recorded_at` is the record's own timestamp, used where the event bears no time. A malformed `traceparent` counts as
    none, as W3C Trace Context 1 (section 3.2) demands. Raises EnvelopeError.
    """
    texts = {name: _header_text(name, raw) for name, raw in headers if raw is not None and name in _READ}
    if texts.get("content-type", "").lower().startswith(_STRUCTURED):
        return _structured(value or b"", recorded_at)
    attributes = {name[3:]: text for name, text in texts.items() if name.startswith("ce_")}
    attributes.setdefault("traceparent", texts.get("traceparent", ""))
    return _envelope(attributes, recorded_at), value or b""


def _header_text(name: str, raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        if name == "traceparent":
            return ""
        raise EnvelopeError(name.removeprefix("ce_"), "is not UTF-8") from None


def _structured(value: bytes, recorded_at: datetime) -> tuple[Envelope, bytes]:
    try:
        event = json.loads(value)
    except (ValueError, RecursionError):
        raise EnvelopeError("data", "is no JSON") from None
    if not isinstance(event, dict):
        raise EnvelopeError("data", "is no JSON object")
    attributes = {name: text for name, text in event.items() if isinstance(text, str)}
    return _envelope(attributes, recorded_at), _structured_data(event)


def _structured_data(event: Mapping[str, Any]) -> bytes:
    if "data_base64" in event:
        try:
            return base64.b64decode(event["data_base64"], validate=True)
        except (binascii.Error, TypeError, ValueError):
            raise EnvelopeError("data_base64", "is no base64") from None
    if "data" not in event:
        raise EnvelopeError("data", "is missing")
    return json.dumps(event["data"]).encode()


def _envelope(attributes: Mapping[str, str], recorded_at: datetime) -> Envelope:
    try:
        return _checked(attributes, recorded_at)
    except EnvelopeError as error:
        if error.attribute != "id":
            error.record_id = _optional(attributes, "id")
        raise


def _checked(attributes: Mapping[str, str], recorded_at: datetime) -> Envelope:
    if attributes.get("specversion") != "1.0":
        raise EnvelopeError("specversion", "must be 1.0")
    return Envelope(
        id=_required(attributes, "id"),
        source=_required(attributes, "source"),
        type=_required(attributes, "type"),
        time=_time(attributes.get("time"), recorded_at),
        subject=_optional(attributes, "subject"),
        sequence=_optional(attributes, "sequence"),
        causation_id=_optional(attributes, "causationid"),
        traceparent=_traceparent(attributes.get("traceparent")),
    )


def _required(attributes: Mapping[str, str], name: str) -> str:
    text = _optional(attributes, name)
    if text is None:
        raise EnvelopeError(name, "is missing")
    return text


def _optional(attributes: Mapping[str, str], name: str) -> str | None:
    text = attributes.get(name)
    if not text:
        return None
    if not storable(text):
        raise EnvelopeError(name, "holds characters that cannot be stored")
    if len(text.encode()) > _ATTRIBUTE_LIMIT:
        raise EnvelopeError(name, f"is longer than {_ATTRIBUTE_LIMIT} bytes")
    return text


def _traceparent(text: str | None) -> str | None:
    return text if text is not None and _TRACEPARENT.fullmatch(text) else None


def storable(text: str) -> bool:
    """Whether a text can be stored: no NUL, no lone surrogate."""
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _time(text: str | None, recorded_at: datetime) -> datetime:
    if text is None:
        return recorded_at
    try:
        if not _DATE.match(text):
            raise EnvelopeError("time", "is no RFC 3339 time")
        return _TIME.validate_python(text).astimezone(UTC)
    except (ValidationError, OverflowError):
        raise EnvelopeError("time", "is no RFC 3339 time with an offset") from None
