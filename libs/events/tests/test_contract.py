"""The contract: what holds for every topic and every event class."""

import inspect
import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import UUID

import pytest
from halo_events import contract, topics
from halo_events.contract import BY_TYPE, EVENTS, dispatch, documents, eopen, intake, notify
from halo_events.contract.event import Actor, ActorRole, Event, LongText, OpenMember, Part, Text
from halo_events.contract.values import AnyDocumentKind, Bilingual, DocumentKind, KelurahanCode, RwNumber
from halo_events.runtime.murmur import partition_of
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

MODULES = (eopen, intake, dispatch, documents, notify)
PERSONAL_MODELS = {"resident", "person", "receiver"}
PERSONAL_NAMES = {"name", "nik", "kk", "phone", "email", "address", "note", "birth", "mother"}


def parts(annotation: Any) -> Iterator[Any]:
    """The types that an annotation is made of."""
    origin = get_origin(annotation)
    if origin is Annotated or origin in (Union, UnionType, tuple, list):
        for inner in get_args(annotation):
            yield from parts(inner)
    else:
        yield annotation


def walk(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    """All fields of a model and of the models within it."""
    for name, info in model.model_fields.items():
        yield (*path, name), info
        for part in parts(info.annotation):
            if inspect.isclass(part) and issubclass(part, BaseModel):
                yield from walk(part, (*path, name))


def nodes(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """All schemas within a JSON schema."""
    if isinstance(schema, dict):
        yield path, schema
        for name, inner in schema.items():
            yield from nodes(inner, f"{path}/{name}")
    elif isinstance(schema, list):
        for inner in schema:
            yield from nodes(inner, path)


def takes(validate: Callable[[Any], Any], value: Any) -> bool:
    """Whether a value is valid."""
    try:
        validate(value)
    except ValidationError:
        return False
    return True


def test_every_class_is_listed() -> None:
    """Every class of the contract that bears a type is in the table, once."""
    found = {
        value
        for module in MODULES
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, Event) and "type" in vars(value)
    }

    assert found == set(EVENTS)
    assert len(BY_TYPE) == len(EVENTS) == len(set(EVENTS))


@pytest.mark.parametrize("event", EVENTS)
def test_class(event: type[Event]) -> None:
    """A class belongs to a declared topic and says so in the type's form; its docstring says what happened."""
    owner = "eopen" if event.topic.owner == "eopen" else "halopamor"
    words = re.findall(r"[A-Z][a-z]+", event.__name__)

    assert event.topic in topics.ALL
    forms = [f"{'_'.join(words[:cut])}.{'_'.join(words[cut:])}".lower() for cut in range(1, len(words))]
    assert event.type.removeprefix(f"id.go.bekasikota.{owner}.").removesuffix(".v1") in forms
    assert event.__doc__
    assert event.__module__ != contract.event.__name__


@pytest.mark.parametrize("topic", topics.ALL, ids=lambda topic: topic.name)
def test_topic(topic: topics.Topic) -> None:
    """A topic has one owner, a retention and the common number of partitions; its key is a field of its events."""
    events = [event for event in EVENTS if event.topic is topic]

    assert topic.owner in {"eopen", "intake", "dispatch", "documents", "notify"}
    assert topic.retention_ms == topics.FOR_EVER or topic.retention_ms >= topics.DAY_MS
    assert topic.partitions == topics.PARTITIONS
    assert topic.boundary == (topic.owner == "eopen")
    assert topic.reference == (topic.key not in {"request_id", "eopen_id"})
    assert all(topic.key in event.model_fields for event in events)
    assert {event.__module__.rpartition(".")[2] for event in events} == {topic.owner}


def test_topic_names() -> None:
    """No two topics share a name."""
    assert len({topic.name for topic in topics.ALL}) == len(topics.ALL)


@pytest.mark.parametrize("event", EVENTS)
def test_personal_data_is_nested(event: type[Event]) -> None:
    """Personal fields stand only within one nested model, so that it can be sealed as a whole."""
    for path, info in walk(event):
        if path[-1] in PERSONAL_NAMES or path[-1].endswith("_name") or "EmailStr" in str(info.annotation):
            assert PERSONAL_MODELS & set(path[:-1]), path
    assert sum(name in PERSONAL_MODELS for name in event.model_fields) <= 1


@pytest.mark.parametrize("event", EVENTS)
def test_everything_is_bounded(event: type[Event]) -> None:
    """Texts and lists have a greatest length, numbers a greatest value."""
    limits = {
        "integer": {"maximum"},
        "array": {"maxItems"},
        "string": {"maxLength", "pattern", "format", "enum", "const"},
        "number": set(),
    }
    for path, schema in nodes(event.model_json_schema()):
        if isinstance(schema.get("type"), str) and schema["type"] in limits:
            assert limits[schema["type"]] & schema.keys(), path


@pytest.mark.parametrize("event", EVENTS)
def test_no_field_takes_what_cannot_be_stored(event: type[Event]) -> None:
    """A NUL, a lone surrogate, a text without end and 2**63 are refused by every field, in JSON and in Python."""
    for path, info in walk(event):
        field: TypeAdapter[Any] = TypeAdapter(Annotated[info.annotation, info])
        for bad in ("a\0b", "\ud800", "a\udfff", "x" * 3_000, 2**63, 2.0**70):
            assert not takes(field.validate_python, bad), path
            assert not takes(field.validate_python, [bad]), path
        for bad_json in (rb'"a\u0000b"', rb'"\ud800"', rb'["a\u0000b"]', b"9223372036854775808"):
            assert not takes(field.validate_json, bad_json), path


def test_open_enum() -> None:
    """A reader knows a known member as such, and lets a newer one pass as text; a malformed one is refused."""
    kinds: TypeAdapter[Any] = TypeAdapter(AnyDocumentKind)

    assert kinds.validate_json('"ktp_el"') is DocumentKind.KTP_EL
    assert kinds.validate_json('"passport"') == "passport"
    for bad in ("", "KTP", "a b", "_a", "x" * 65, "a\n"):
        with pytest.raises(ValidationError):
            kinds.validate_python(bad)


@pytest.mark.parametrize("event", EVENTS)
def test_every_enum_is_open(event: type[Event]) -> None:
    """Wherever an event holds an enum, a member that only newer writers know is taken, and known ones stay members."""
    for path, info in walk(event):
        enums = [part for part in parts(info.annotation) if inspect.isclass(part) and issubclass(part, StrEnum)]
        if not enums:
            continue
        adapter: TypeAdapter[Any] = TypeAdapter(Annotated[info.annotation, *info.metadata, None])
        many = get_origin(info.annotation) is tuple
        for word in (next(iter(enums[0])).value, "newer_member"):
            read = adapter.validate_python([word] if many else word)
            read = read[0] if many else read
            assert read == word, path
            assert isinstance(read, enums[0]) == (word != "newer_member"), path


def test_newer_fields_are_ignored() -> None:
    """Readers let fields of newer writers pass, in the event and in its parts."""
    actor = Actor.model_validate({"role": "officer", "id": "a", "team": "x"})

    assert actor == Actor(role=ActorRole.OFFICER, id="a")


@pytest.mark.parametrize(
    ("model", "good", "bad"),
    [
        (KelurahanCode, "32.75.09.1006", "\u0663\u0662.75.09.1006"),
        (RwNumber, "007", "\u0660\u0660\u0667"),
        (Text, " Siti ", "   "),
        (LongText, "x" * 2_000, "x" * 2_001),
        (OpenMember, "rw_officer", "rw-officer"),
    ],
)
def test_value(model: Any, good: str, bad: str) -> None:
    """Digits are ASCII digits; blanks around a text don't count; lengths have their end."""
    assert TypeAdapter(model).validate_python(good) == good.strip()
    with pytest.raises(ValidationError):
        TypeAdapter(model).validate_python(bad)


def test_errors_hide_input() -> None:
    """What failed is not repeated in the error, anywhere in the contract."""
    with pytest.raises(ValidationError) as refused:
        Bilingual.model_validate({"id": "Siti\0", "en": 7})

    assert "Siti" not in str(refused.value)
    models = {part for event in EVENTS for _, info in walk(event) for part in parts(info.annotation)}
    for model in (*EVENTS, *(part for part in models if inspect.isclass(part) and issubclass(part, Part))):
        assert model.model_config.get("hide_input_in_errors"), model
        assert model.model_config.get("frozen"), model


@pytest.mark.parametrize(
    ("key", "hashed"),
    [("21", -973932308), ("foobar", -790332482), ("a-little-bit-long-string", -985981536)],
)
def test_partition_is_kafkas(key: str, hashed: int) -> None:
    """Keys go where every other Kafka client puts them (vectors of the Java client's UtilsTest)."""
    assert partition_of(key, 12) == (hashed & 0x7FFFFFFF) % 12
    assert partition_of(key, 2**31 - 1) == (hashed & 0x7FFFFFFF) % (2**31 - 1)


@given(st.uuids())
def test_equal_keys_share_a_partition(key: UUID) -> None:
    """A request lies in the same partition of every topic: order across topics rests on it."""
    assert len({partition_of(str(key), topic.partitions) for topic in topics.ALL}) == 1


def test_the_rules_see_faults() -> None:
    """A plain field would be found by the rules above."""

    class Careless(BaseModel):
        word: str
        number: int
        many: tuple[str, ...]

    schemas = dict(nodes(Careless.model_json_schema()))
    fields = Careless.model_fields
    assert takes(TypeAdapter(Annotated[str, fields["word"]]).validate_python, "a\0b")
    assert takes(TypeAdapter(Annotated[int, fields["number"]]).validate_python, 2**63)
    assert "maxItems" not in schemas["/properties/many"]
    assert [path for path, _ in walk(Careless)] == [("word",), ("number",), ("many",)]
