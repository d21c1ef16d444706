"""docs/for-eopen.md says what the contract says: fields, headers, statuses, and an example that is accepted."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from types import NoneType
from typing import get_args

from halo_events import topics
from halo_events.contract import BY_TYPE
from halo_events.contract.eopen import EOpenResident, RequestFiled
from halo_events.contract.intake import PublicStatus
from halo_events.contract.values import DocumentKind, TargetGroup
from halo_events.envelope import decode
from halo_intake.domain.filing import Filing, check_filing
from pydantic import BaseModel

TEXT = (Path(__file__).parents[2] / "docs" / "for-eopen.md").read_text(encoding="utf-8")


def documented_fields() -> dict[str, str]:
    """Each field of the page's table, and whether it must be there."""
    return dict(re.findall(r"^\| `([a-z_.]+)` \| (yes|no) \|", TEXT, re.MULTILINE))


def fields(model: type[BaseModel], prefix: str = "") -> dict[str, str]:
    """The fields of a model in the same form."""
    return {
        f"{prefix}{name}": "yes" if field.is_required() else "no"
        for name, field in model.model_fields.items()
        if NoneType not in get_args(field.annotation) or not field.is_required()
    }


def example() -> tuple[list[tuple[str, bytes]], bytes]:
    """Headers and value of the page's example."""
    headers = re.search(r"```text\n(.*?)```", TEXT, re.DOTALL)
    value = re.search(r"```json\n(.*?)```", TEXT, re.DOTALL)
    assert headers is not None
    assert value is not None
    pairs = [line.split(": ", 1) for line in headers[1].splitlines()]
    return [(name, text.encode()) for name, text in pairs], value[1].encode()


def test_fields() -> None:
    """The table has every field of the contract and no other, each rightly marked as needed or not."""
    assert documented_fields() == fields(RequestFiled) | fields(EOpenResident, "resident.")


def test_example_is_accepted() -> None:
    """The page's example is a record that intake accepts as it stands."""
    envelope, data = decode(*example(), datetime.now(UTC))
    event = RequestFiled.model_validate_json(data)

    filing = event.model_dump(mode="json") | {"channel": "eopen", "source_ref": event.eopen_id}
    assert envelope.type == RequestFiled.type
    assert isinstance(check_filing(filing), Filing)
    assert f"Key: `{event.key}`" in TEXT
    assert set(json.loads(data)) | {f"resident.{name}" for name in json.loads(data)["resident"]} <= set(
        documented_fields()
    )


def test_words() -> None:
    """Topics, event types, statuses, documents and target groups are those of the code."""
    assert {topics.EOPEN_REQUESTS.name, topics.REQUESTS.name} <= set(re.findall(r"`([a-z.0-9]+)`", TEXT))
    named = re.findall(r"^\| `(request\.[a-z_]+)` \|", TEXT, re.MULTILINE)
    assert {f"id.go.bekasikota.halopamor.{name}.v1" for name in named} == {
        kind for kind, event in BY_TYPE.items() if event.topic is topics.REQUESTS
    }
    words = set(re.findall(r"`([a-z_]+)`", TEXT))
    assert {*PublicStatus, *DocumentKind, *TargetGroup} <= words
    assert f"{topics.EOPEN_REQUESTS.partitions} partitions" in TEXT
