"""Writes docs/events.md from the contract and the services' handler tables: `make docs`.

A field's meaning is the text below it in the contract, else that of its type; what neither says stands in MEANINGS.
"""

# ruff: noqa: INP001 - a script, in no package

import ast
import inspect
import json
import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from halo_events import topics
from halo_events.contract import EVENTS, dispatch, documents, eopen, event, intake, notify, values
from halo_events.contract.event import Event
from pydantic import BaseModel

PAGE: Final = Path(__file__).with_name("events.md")
SERVICES: Final = ("intake", "dispatch", "documents", "notify")
CONTRACT: Final = (values, event, eopen, intake, dispatch, documents, notify)
WRITERS: Final = {"eopen": "e-OPen"}
ID: Final = "01930000-0000-7000-8000-00000000000"

MEANINGS: Final[Mapping[str, str]] = {
    "request_id": "The request; also the record's key.",
    "officer_id": "The officer, by his opaque id.",
    "operator_id": "The operator, by his opaque id.",
    "coordinator_id": "The kelurahan's coordinator, where the register names one.",
    "item_id": "The document that it is about.",
    "visit_id": "The visit.",
    "paper_id": "The paper.",
    "handover_id": "The handover.",
    "delivery_id": "The delivery.",
    "message_id": "The message.",
    "tracking_no": "The number that the resident knows the request by.",
    "due_at": "Until when the officer may answer.",
    "visit_at": "When the officer comes.",
    "since": "Since when it stands at this status.",
    "old_card_returned": "Whether the old card was taken back.",
    "checklist_version": "The version of the checklists under which the need was recorded.",
    "size": "Bytes.",
    "media_type": "The type of the file, by its content.",
    "checks": "Names of the checks that it passed.",
    "issue_number": "The number that the population administration gave the document.",
    "print_count": "How often it was printed.",
    "blank_serial": "Serial of the numbered blank; cards only.",
    "cause_type": "Type of the fact that is told.",
    "template": "Which text, by its name.",
    "on_duty": "Whether he works at present.",
    "rws": "The RW that he serves.",
    "name": "Personal data.",
    "phone": "Personal data: the telephone number.",
    "email": "Personal data: the e-mail address.",
    "address": "Personal data: the house.",
    "nik": "Personal data: NIK, 16 digits.",
    "kk": "Personal data: number of the family card, 16 digits.",
    "note": "Personal data: what helps to find the house or the person.",
    "rt": "Number of the RT.",
    "rw": "Number of the RW.",
    "kelurahan_code": "Kemendagri's code of the kelurahan.",
    "row": "A row of the checklist.",
    "kind": "Always `photo`.",
    "code": "What is wrong, as a word.",
    "Actor.id": "His opaque id.",
    "Bilingual.id": "In Indonesian.",
    "en": "In English.",
    "items": "The documents that it is about.",
    "rows": "The rows that are asked again, and why.",
    "documents": "Kinds of documents that are asked for.",
    "reasons": "All faults of the record.",
}
SAMPLES: Final[Mapping[str, Any]] = {
    **{name: ID + str(number) for number, name in enumerate(
        ("request_id", "officer_id", "coordinator_id", "item_id", "visit_id", "paper_id", "handover_id", "delivery_id",
         "message_id", "recipient_id"))},
    "occurred_at": "2026-11-24T09:30:00+07:00", "round": 1, "actor": {"role": "system"}, "eopen_id": "EO-2026-000123",
    "due_at": "2026-11-24T11:30:00+07:00", "visit_at": "2026-11-25T09:00:00+07:00",
    "since": "2026-11-24T09:30:00+07:00",
    "tracking_no": "HP26-7K3M-9QX2-F", "channel": "eopen", "source_ref": "EO-2026-000123", "documents": ["ktp_el"],
    "kelurahan_code": "32.75.09.1006", "rw": "007", "rt": "003", "language": "id", "target_group": "elderly",
    "resident": {"name": "Contoh Warga", "nik": "3275990101600001", "phone": "+6281234567890",
                 "address": "Jl. Contoh 1"},
    "reasons": [{"code": "nik_length", "field": "resident.nik",
                 "message": {"id": "NIK terdiri dari 16 angka.", "en": "A NIK has 16 digits."}}],
    "status": "received", "next": {"id": "Petugas akan menghubungi Anda.", "en": "An officer will call you."},
    "closed_by": "timer", "level": "rw_officer", "misses": 1, "tries": 1, "items": [ID + "3"], "relation": "self",
    "receiver": {"name": "Contoh Warga"}, "proof": {"kind": "photo", "paper_id": ID + "5", "sha256": "ab" * 32},
    "role": "satgas_pamor", "rws": ["007"], "on_duty": True, "checklist_version": "2026-01", "purpose": "requirement",
    "person": {"name": "Petugas Contoh", "phone": "+6281300000001"}, "row": "kk", "sha256": "ab" * 32, "size": 204800,
    "media_type": "image/jpeg", "checks": ["size", "type", "structure", "clamd"], "issue_number": "CONTOH-0001",
    "rows": [{"row": "kk", "reason": "unreadable"}], "print_count": 1, "blank_serial": "CONTOH-B-0001",
    "operator_id": "operator-1", "cause_type": "id.go.bekasikota.halopamor.visit.scheduled.v1", "cause_id": ID + "9",
    "recipient": "resident", "template": "visit_scheduled", "household_size": 4, "old_card_returned": False,
}  # fmt: skip
"""Plainly synthetic values by the name of their field; a reason is the first that the event knows."""
LEFT_OUT: Final = ("on_behalf", "taken_by")
"""Fields that the resident's own request does not have."""
HEAD: Final = """\
# Events

Every event of the platform, by topic: who writes it, who handles it, its fields, an example. Written by `make docs`
from the contract (`libs/events`) and the services' handler tables; don't edit it by hand. Words of enums are open: a
newer writer may use one that a reader does not know yet. An event only grows by fields that need not be there.
"""
NEED: Final = {"items": [{"item_id": ID + "3", "kind": "ktp_el"}]}


def consumers() -> dict[str, list[str]]:
    """The services that handle each event of another's topic."""
    found: dict[str, list[str]] = {}
    for service in SERVICES:
        handlers = import_module(f"halo_{service}.handlers")
        decisions = handlers.decisions(3) if service == "intake" else handlers.DECISIONS
        boundaries = [handler for one in getattr(handlers, "BOUNDARIES", ()) for handler in one.accepts.values()]
        for kind in sorted({handler.event.type for handler in (*handlers.PROJECTIONS, *decisions, *boundaries)}):
            found.setdefault(kind, []).append(service)
    return found


def texts_below(module: ModuleType) -> Iterator[tuple[str, str]]:
    """Names of a module, as `Class.field` or alone, and the texts that stand below them or within the class."""
    tree = ast.parse(inspect.getsource(module))
    scopes = [("", tree.body)] + [(f"{node.name}.", node.body) for node in tree.body if isinstance(node, ast.ClassDef)]
    for prefix, body in scopes:
        for node, following in zip(body, [*body[1:], None], strict=True):
            if isinstance(node, ast.ClassDef):
                yield node.name, (ast.get_docstring(node) or "").split("\n\n")[0]
            target = node.target if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [None])[0]
            text = following.value if isinstance(following, ast.Expr) else None
            if isinstance(target, ast.Name) and isinstance(text, ast.Constant):
                yield f"{prefix}{target.id}", inspect.cleandoc(str(text.value))


def annotations() -> Iterator[tuple[str, str]]:
    """Fields of the contract, as `Class.field`, and their types as they are written."""
    for module in CONTRACT:
        for node in ast.parse(inspect.getsource(module)).body:
            for part in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
                    yield f"{node.name}.{part.target.id}", ast.unparse(part.annotation)


TEXTS: Final = {name: text for module in CONTRACT for name, text in texts_below(module)}
TYPES: Final = dict(annotations())


def meaning(model: type[BaseModel], name: str) -> str:
    """What a field means. Raises LookupError where nobody says it."""
    owners = [base.__name__ for base in model.__mro__ if f"{base.__name__}.{name}" in TYPES]
    own = next((TEXTS[key] for owner in owners if (key := f"{owner}.{name}") in TEXTS), None)
    if own is not None:
        return own
    for key in (f"{model.__name__}.{name}", name):
        if key in MEANINGS:
            return MEANINGS[key]
    words = ast.walk(ast.parse(TYPES[f"{owners[0]}.{name}"]))
    known = [TEXTS[word.id] for word in words if isinstance(word, ast.Name) and word.id in TEXTS and word.id[0] != "_"]
    if not known:
        raise LookupError(f"docs/events_page.py: MEANINGS lacks `{name}` of {model.__name__}")
    return known[0]


def shape(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """A type in a few words."""
    if "$ref" in schema:
        return shape(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in schema:
        options = [shape(one, definitions) for one in schema["anyOf"] if one.get("type") != "null"]
        return options[0]
    if "enum" in schema:
        return " or ".join(f"`{member}`" for member in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {shape(schema['items'], definitions)}"
    if "const" in schema:
        return f"`{schema['const']}`"
    formats = {"uuid": "UUID", "date-time": "time, RFC 3339", "email": "e-mail address"}
    plain = {"string": "text", "integer": "number", "boolean": "true or false", "object": "object"}
    return formats.get(schema.get("format", "")) or plain[schema["type"]]


def fields(kind: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """One row for each field, nested ones by their paths."""
    schema = kind.model_json_schema(mode="validation")
    for name, field in kind.model_fields.items():
        text = shape(schema["properties"][name], schema.get("$defs", {}))
        told = " ".join(meaning(kind, name).split())
        yield f"| `{prefix}{name}` | {text} | {'yes' if field.is_required() else 'no'} | {told} |"
        for part in _parts(field.annotation):
            mark = "[]" if text.startswith("list") else ""
            yield from fields(part, f"{prefix}{name}{mark}.")


def _parts(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 - any type
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        return
    for inner in getattr(annotation, "__args__", ()):
        yield from _parts(inner)


def example(kind: type[Event]) -> str:
    """A record's value. Raises KeyError for a field that has no sample, ValidationError for one that does not fit."""
    found: dict[str, Any] = {}
    schema = kind.model_json_schema()
    for name in kind.model_fields:
        if name == "reason":
            first = shape(schema["properties"][name], schema.get("$defs", {})).split("`")
            found[name] = first[1]
        elif name not in LEFT_OUT:
            found[name] = SAMPLES[name]
    found |= NEED if kind is documents.NeedRecorded else {}
    checked = kind.model_validate(found)
    return json.dumps(json.loads(checked.model_dump_json(exclude_none=True)), indent=2, ensure_ascii=False)


def page() -> str:
    """The whole page."""
    known = consumers()
    lines = HEAD.splitlines()
    for topic in topics.ALL:
        writer = WRITERS.get(topic.owner, topic.owner)
        kept = "for ever" if topic.retention_ms < 0 else f"for {topic.retention_ms // topics.DAY_MS} days"
        lines += ["", f"## `{topic.name}`", ""]
        lines += [
            f"Written by {writer}. Key: `{topic.key}`. {topic.partitions} partitions, kept {kept}.",
            "",
            "| event | means | handled by |",
            "| --- | --- | --- |",
        ]
        members = [kind for kind in EVENTS if kind.topic is topic]
        for kind in members:
            told = " ".join((kind.__doc__ or "").split("\n\n")[0].split())
            others = [name for name in known.get(kind.type, ()) if name != topic.owner]
            lines.append(f"| [`{short(kind)}`](#{anchor(kind)}) | {told} | {', '.join(others) or 'nobody'} |")
        for kind in members:
            lines += ["", f"### {short(kind)}", "", f"`{kind.type}`", ""]
            lines += ["| field | type | needed | meaning |", "| --- | --- | --- | --- |", *fields(kind)]
            lines += ["", "```json", example(kind), "```"]
    return "\n".join(lines) + "\n"


def short(kind: type[Event]) -> str:
    """The type without its prefix and version."""
    return ".".join(kind.type.split(".")[-3:-1])


def anchor(kind: type[Event]) -> str:
    """How a heading is linked."""
    return short(kind).replace(".", "")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.name} is written\n")
