"""Decoding records of a boundary: whatever outsiders send becomes an event or a rejection that names the fault."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from halo_events import topics
from halo_events.contract.eopen import RequestFiled
from halo_events.runtime import Handlers, Tx, boundary, on
from halo_events.runtime.grouping import group
from halo_events.runtime.incoming import Decoder, Verdict
from hypothesis import given
from hypothesis import strategies as st

GOOD: dict[str, Any] = {
    "occurred_at": "2026-01-02T03:04:05+07:00",
    "eopen_id": "E-1",
    "resident": {"name": "Contoh", "phone": "0812", "address": "Jalan Contoh 1"},
    "kelurahan_code": "32.75.09.1006",
    "rw": "7",
    "documents": ["ktp_el"],
}
HEADERS = [
    ("ce_specversion", b"1.0"),
    ("ce_id", b"1"),
    ("ce_source", b"/eopen"),
    ("ce_type", RequestFiled.type.encode()),
]
STRUCTURED = [("content-type", b"application/cloudevents+json")]


async def take(tx: Tx, event: Any) -> None: ...


DECODER = Decoder(
    Handlers(
        "intake", boundaries=(boundary(topics.EOPEN_REQUESTS, accepts=(on(RequestFiled, take),), on_rejected=take),)
    )
)


def record(
    value: bytes | None,
    headers: Any = HEADERS,
    timestamp: int = 1_700_000_000_000,
    *,
    offset: int = 5,
    key: bytes | None = None,
) -> Any:
    """A record of e-OPen's topic as aiokafka gives it."""
    topic = topics.EOPEN_REQUESTS.name
    return SimpleNamespace(
        topic=topic, partition=3, offset=offset, timestamp=timestamp, key=key, value=value, headers=headers
    )


def faults(value: bytes | None, headers: Any = HEADERS) -> list[tuple[str, str | None]]:
    """What the record is rejected for."""
    incoming = DECODER.decode(record(value, headers))
    assert incoming.verdict is Verdict.REJECTED
    assert incoming.rejection is not None
    return [(fault.code, fault.field) for fault in incoming.rejection.faults]


def filed(**changes: Any) -> bytes:
    """A good filing but for these fields."""
    return json.dumps(GOOD | changes).encode()


def test_good() -> None:
    """A good record is an event, known by its topic, source and id."""
    incoming = DECODER.decode(record(filed(unknown_field={"a": [1]})))

    assert incoming.verdict is Verdict.EVENT
    assert incoming.identity == (topics.EOPEN_REQUESTS.name, "/eopen", "1")
    assert incoming.key == "E-1"


@pytest.mark.parametrize(
    ("value", "headers", "fault"),
    [
        (b"{", HEADERS, ("broken_json", None)),
        (b"\xff", HEADERS, ("broken_json", None)),
        (b"[" * 100_000, HEADERS, ("broken_json", None)),
        (b"1" * 5_000, HEADERS, ("broken_json", None)),
        (None, HEADERS, ("broken_json", None)),
        (b"[]", HEADERS, ("not_an_object", None)),
        (b"null", HEADERS, ("not_an_object", None)),
        (filed(), [*HEADERS[:3], ("ce_type", b"t.v1")], ("unknown_type", "type")),
        (filed(), HEADERS[1:], ("envelope", "specversion")),
        (filed(), [], ("envelope", "specversion")),
        (filed(), STRUCTURED, ("envelope", "specversion")),
        (b"{", STRUCTURED, ("envelope", "data")),
        (None, STRUCTURED, ("envelope", "data")),
    ],
)
def test_record_as_a_whole(value: bytes | None, headers: Any, fault: tuple[str, str | None]) -> None:
    """A record that is no event of a known type is rejected for that."""
    assert faults(value, headers) == [fault]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"eopen_id": "a\0b"}, ("string_pattern_mismatch", "eopen_id")),
        ({"resident": GOOD["resident"] | {"name": "a\0b"}}, ("text_not_storable", "resident.name")),
        ({"resident": GOOD["resident"] | {"name": "\ud800"}}, ("string_unicode", "resident.name")),
        ({"resident": [1]}, ("model_type", "resident")),
        ({"resident": {"name": "A", "phone": "1"}}, ("missing", "resident.address")),
        ({"household_size": 2**63}, ("less_than_equal", "household_size")),
        ({"household_size": 10**4000}, ("less_than_equal", "household_size")),
        ({"household_size": float("nan")}, ("finite_number", "household_size")),
        ({"rw": "\u0663"}, ("string_pattern_mismatch", "rw")),
        ({"documents": []}, ("too_short", "documents")),
        ({"documents": [7]}, ("string_type", "documents.0")),
        ({"language": "NO!"}, ("enum", "language")),
        ({"language": {"a": 1}}, ("enum", "language")),
        ({"target_group": "\ud800"}, ("string_unicode", "target_group")),
        ({"occurred_at": "\ud800"}, ("string_unicode", "occurred_at")),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, ("time_not_storable", "occurred_at")),
    ],
)
def test_field(changes: dict[str, Any], fault: tuple[str, str]) -> None:
    """A bad field is named by its path in the data, each once, with nothing of how the reader checks it."""
    assert fault in faults(filed(**changes))
    assert len({field for _, field in faults(filed(**changes))}) == len(faults(filed(**changes)))


def test_answer_names_the_record() -> None:
    """A rejection keeps the envelope even where the record has no value, so that the answer can name its id."""
    rejection = DECODER.decode(record(None)).rejection

    assert rejection is not None
    assert rejection.envelope is not None
    assert (rejection.envelope.id, rejection.partition, rejection.offset) == ("1", 3, 5)


def test_many_faults() -> None:
    """The faults of one record are limited."""
    assert len(faults(filed(documents=[7] * 500))) <= 50


@pytest.mark.parametrize("timestamp", [-1, 0, 2**62])
def test_any_timestamp(timestamp: int) -> None:
    """A record's timestamp is any number its writer chose."""
    incoming = DECODER.decode(record(filed(), timestamp=timestamp))

    assert incoming.envelope is not None
    assert datetime(1970, 1, 1, tzinfo=UTC) <= incoming.envelope.time < datetime(2101, 1, 1, tzinfo=UTC)


texts = st.text(st.characters()) | st.just("\ud800") | st.just("a\0")
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
headers = st.lists(
    st.tuples(
        st.sampled_from([name for name, _ in HEADERS] + ["content-type", "ce_time", "x"]), st.none() | st.binary()
    )
)


@given(st.dictionaries(st.sampled_from(sorted(GOOD)), values), headers, st.none() | st.binary(max_size=20))
def test_never_raises(changes: dict[str, Any], extra: Any, value: bytes | None) -> None:
    """Decoding has an answer to everything."""
    for given_headers in (HEADERS, [*HEADERS, *extra], extra, STRUCTURED):
        for given_value in (filed(**changes), json.dumps({"specversion": "1.0", "data": changes}).encode(), value):
            incoming = DECODER.decode(record(given_value, given_headers))
            assert incoming.verdict in {Verdict.EVENT, Verdict.REJECTED}


def test_turns_of_one_key() -> None:
    """A rejection keeps its turn among the records of its key, whatever stands before them in the poll."""
    values = [(b"X", filed(eopen_id="X")), (b"E-1", filed(rw="x")), (b"E-1", filed()), (b"E-1", b"{"), (b"\xff", b"{")]
    poll = [DECODER.decode(record(value, offset=n, key=key)) for n, (key, value) in enumerate(values)]

    handled = [incoming.offset for members in group(poll) for incoming in members]

    assert [offset for offset in handled if offset in {1, 2, 3}] == [1, 2, 3]
    assert sorted(handled) == [0, 1, 2, 3, 4]


def test_identity_of_the_unreadable() -> None:
    """Two records of one key without a readable envelope are two: they are known by their places."""
    one, other = (DECODER.decode(record(b"{", [], offset=offset, key=b"E-1")) for offset in (5, 6))

    assert one.key == other.key
    assert one.identity != other.identity
