"""The envelope codec: round trips, both modes, and what it refuses."""

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from cloudevents.core.bindings import kafka as peer
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from halo_events.envelope import Envelope, Headers, decode, encode_headers
from halo_events.errors import EnvelopeError
from hypothesis import given
from hypothesis import strategies as st

RECORDED = datetime(2026, 3, 1, tzinfo=UTC)
STRUCTURED = [("content-type", b"application/cloudevents+json; charset=utf-8")]
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
ATTRIBUTES = {"specversion": "1.0", "id": "1", "source": "/up", "type": "t.v1"}

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=100)
envelopes = st.builds(
    Envelope,
    id=text,
    source=text,
    type=text,
    time=st.datetimes(timezones=st.just(UTC)),
    subject=st.none() | text,
    sequence=st.none(),
    causation_id=st.none() | text,
    traceparent=st.none() | st.just(TRACE),
)


def binary(**attributes: bytes | None) -> Headers:
    """Headers of a good record, some of them replaced or left out."""
    headers: dict[str, bytes | None] = {f"ce_{name}": text.encode() for name, text in ATTRIBUTES.items()}
    headers |= {f"ce_{name}": value for name, value in attributes.items()}
    return [(name, value) for name, value in headers.items() if value != b"(left out)"]


def structured(**attributes: Any) -> bytes:
    """A good structured record, some attributes replaced, or left out where None."""
    event = ATTRIBUTES | {"data": {"a": 1}} | attributes
    return json.dumps({name: value for name, value in event.items() if value is not None}).encode()


@given(envelopes, st.binary(max_size=50))
def test_round_trip(envelope: Envelope, data: bytes) -> None:
    """What is written in binary mode is read as it was."""
    headers = [(name, value.encode()) for name, value in encode_headers(envelope)]

    assert decode(headers, data, RECORDED) == (envelope, data)


@given(envelopes, st.dictionaries(text, text))
def test_structured(envelope: Envelope, data: dict[str, str]) -> None:
    """A structured record is read as the same event, its data as JSON."""
    attributes = {name.removeprefix("ce_"): value for name, value in encode_headers(envelope)}
    read, raw = decode(STRUCTURED, json.dumps(attributes | {"data": data}).encode(), RECORDED)

    assert (read, json.loads(raw)) == (envelope, data)


def test_structured_with_ce_headers() -> None:
    """The content type decides first: headers of a structured record may repeat, or contradict, its attributes."""
    read, raw = decode([*STRUCTURED, *binary(id=b"other", source=b"/other")], structured(), RECORDED)

    assert (read.id, read.source, json.loads(raw)) == ("1", "/up", {"a": 1})


def test_base64_data() -> None:
    """Structured data may be given in base64."""
    value = structured(data=None, data_base64=b64encode(b'{"b": 2}').decode())

    assert decode(STRUCTURED, value, RECORDED)[1] == b'{"b": 2}'


@pytest.mark.parametrize("attribute", ["id", "source", "type", "specversion"])
@pytest.mark.parametrize("value", [b"(left out)", b"", None, b"\xff", b"a\0b", b"x" * 513, "é".encode() * 257])
def test_bad_required_attribute(attribute: str, value: bytes | None) -> None:
    """A missing, empty, null, undecodable, unstorable or too long attribute is named."""
    with pytest.raises(EnvelopeError) as refused:
        decode(binary(**{attribute: value}), b"{}", RECORDED)

    assert refused.value.attribute == attribute


@pytest.mark.parametrize("attribute", ["subject", "sequence", "causationid"])
@pytest.mark.parametrize("value", [b"\xff", b"a\0b", b"x" * 513])
def test_bad_optional_attribute(attribute: str, value: bytes) -> None:
    """What may be left out must still be good where it stands: handlers store it."""
    with pytest.raises(EnvelopeError) as refused:
        decode(binary(**{attribute: value}), b"{}", RECORDED)

    assert refused.value.attribute == attribute


@pytest.mark.parametrize("attribute", ["id", "source", "type", "subject"])
@pytest.mark.parametrize("value", ["a\0b", "\ud800", "x" * 513])
def test_bad_structured_attribute(attribute: str, value: str) -> None:
    """JSON can carry a NUL and a lone surrogate where headers can't."""
    with pytest.raises(EnvelopeError) as refused:
        decode(STRUCTURED, structured(**{attribute: value}), RECORDED)

    assert refused.value.attribute == attribute


@pytest.mark.parametrize(
    ("value", "attribute"),
    [
        (b"", "data"),
        (None, "data"),
        (b"{", "data"),
        (b"\xff\xfe", "data"),
        (b"[1]", "data"),
        (b"[" * 100_000, "data"),
        (structured(data=None), "data"),
        (structured(data=None, data_base64="?"), "data_base64"),
        (structured(data=None, data_base64=7), "data_base64"),
        (structured(id=7), "id"),
        (structured(specversion=1.0), "specversion"),
        (structured(specversion="0.3"), "specversion"),
    ],
)
def test_structured_garbage(value: bytes | None, attribute: str) -> None:
    """A structured record that is no event is refused by the part that is at fault."""
    with pytest.raises(EnvelopeError) as refused:
        decode(STRUCTURED, value, RECORDED)

    assert refused.value.attribute == attribute


@pytest.mark.parametrize(
    "time", ["yesterday", "2026-01-01T00:00:00", "1700000000", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
)
def test_bad_time(time: str) -> None:
    """A time is RFC 3339 with an offset, and has a form in UTC."""
    with pytest.raises(EnvelopeError) as refused:
        decode(binary(time=time.encode()), b"{}", RECORDED)

    assert refused.value.attribute == "time"


def test_time() -> None:
    """The time is told in UTC; without one, the record's own counts."""
    jakarta = datetime(2026, 1, 2, 7, tzinfo=timezone(timedelta(hours=7)))

    assert decode(binary(time=b"2026-01-02T07:00:00+07:00"), b"{}", RECORDED)[0].time == jakarta
    assert decode(binary(), b"{}", RECORDED)[0].time == RECORDED


@pytest.mark.parametrize("value", [None, b"", b"x" * 100_000, b"00-zz-1-01", b"\xff", b"ff" + TRACE[2:].encode()])
def test_foreign_trace(value: bytes | None) -> None:
    """A trace that can't be continued is begun anew: it never spoils the event, nor those that follow from it."""
    assert decode([*binary(), ("traceparent", value)], b"{}", RECORDED)[0].traceparent is None


def test_surrogate_in_a_structured_trace() -> None:
    """A lone surrogate in the trace would come out of the relay as an error for ever."""
    assert decode(STRUCTURED, structured(traceparent="\ud800"), RECORDED)[0].traceparent is None


def test_headers_of_others() -> None:
    """What others add to a record, binary, null or of a strange name, is no concern of the envelope."""
    headers = [
        *binary(),
        ("x-trace", b"\xff\xfe"),
        ("x-null", None),
        ("ce_a\0b", b"\xff"),
        ("traceparent", TRACE.encode()),
    ]

    assert decode(headers, b"{}", RECORDED)[0].traceparent == TRACE


def test_errors_hold_no_values() -> None:
    """An error names the attribute and never says what it held."""
    with pytest.raises(EnvelopeError) as refused:
        decode(binary(subject=b"Siti\0"), b"{}", RECORDED)

    assert "Siti" not in str(refused.value)


def test_peer_reads_ours() -> None:
    """The official SDK reads our binary records."""
    envelope = Envelope("0198", "/halopamor/intake", "a.b.v1", RECORDED, "subject-1", None, "0197", TRACE)
    headers = {name: value.encode() for name, value in encode_headers(envelope)}
    event = peer.from_binary(peer.KafkaMessage(headers, b"key", b'{"a": 1}'), JSONFormat(), CloudEvent)

    assert (event.get_id(), event.get_source(), event.get_type()) == ("0198", "/halopamor/intake", "a.b.v1")
    assert (event.get_time(), event.get_subject(), event.get_data()) == (RECORDED, "subject-1", {"a": 1})
    assert event.get_extension("causationid") == "0197"


@pytest.mark.parametrize("write", [peer.to_binary, peer.to_structured])
def test_we_read_peer(write: Any) -> None:
    """We read what the official SDK writes, in both modes."""
    attributes = {
        "specversion": "1.0",
        "id": "p-1",
        "source": "/eopen",
        "type": "t.v1",
        "time": RECORDED,
        "subject": "s",
        "datacontenttype": "application/json",
    }
    message = write(CloudEvent(attributes, {"a": "é"}), JSONFormat())
    envelope, data = decode(list(message.headers.items()), message.value, datetime.now(UTC))

    assert envelope == Envelope("p-1", "/eopen", "t.v1", RECORDED, "s")
    assert json.loads(data) == {"a": "é"}
