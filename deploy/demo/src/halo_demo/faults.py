"""The ways in which sample requests are bad, and the answer each of them must get."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

Record = dict[str, Any]
"""One line of the requests' file: n, ref, key, headers, and value or value_base64."""

NUL: Final = "\0"
LONE_SURROGATE: Final = "\ud800"
UNKNOWN_KELURAHAN: Final = "32.75.99.1001"
UNKNOWN_TYPE: Final = "id.go.bekasikota.eopen.request.wished.v1"
TOO_LARGE: Final = 2**63


@dataclass(frozen=True)
class Fault:
    """What is done to a good record, and the reason code and field of the refusal that answers it."""

    code: str
    field: str | None
    spoil: Callable[[Record, dict[str, Any]], None]
    ref: str = "eopen_id"
    """What the refusal calls the record by: `eopen_id`, or `ce_id` where the data can't be read."""


def set_value(record: Record, data: Mapping[str, Any]) -> None:
    """Put the data into the record, in ASCII, so that every character stands in the file as it goes on the wire."""
    record["value"] = json.dumps(data, ensure_ascii=True, separators=(",", ":"))


def _in_resident(field: str, value: Any) -> Callable[[Record, dict[str, Any]], None]:  # noqa: ANN401 - JSON
    def spoil(record: Record, data: dict[str, Any]) -> None:
        set_value(record, data | {"resident": data["resident"] | {field: value}})

    return spoil


def _in_name(character: str) -> Callable[[Record, dict[str, Any]], None]:
    def spoil(record: Record, data: dict[str, Any]) -> None:
        name = data["resident"]["name"]
        set_value(record, data | {"resident": data["resident"] | {"name": f"{name}{character}x"}})

    return spoil


def _with(field: str, value: Any) -> Callable[[Record, dict[str, Any]], None]:  # noqa: ANN401 - JSON
    def spoil(record: Record, data: dict[str, Any]) -> None:
        set_value(record, data | {field: value})

    return spoil


def _cut_short(record: Record, data: dict[str, Any]) -> None:
    set_value(record, data)
    record["value"] = record["value"][: len(record["value"]) // 2]


def _no_text(record: Record, data: dict[str, Any]) -> None:
    """Bytes that are no UTF-8: a backend that wrote Latin-1."""
    text = json.dumps(data | {"note": "Contoh: r\u00e9sum\u00e9"}, ensure_ascii=False)
    record["value_base64"] = base64.b64encode(text.encode("latin-1")).decode()


def _rename_type(record: Record, data: dict[str, Any]) -> None:
    set_value(record, data)
    record["headers"]["ce_type"] = UNKNOWN_TYPE


FAULTS: Final[Mapping[str, Fault]] = {
    "wrong_nik": Fault("nik_birth_date", "resident.nik", _in_resident("nik", "3275993202990001")),
    "short_nik": Fault("nik_length", "resident.nik", _in_resident("nik", "32759901019")),
    "unknown_kelurahan": Fault("kelurahan_unknown", "kelurahan_code", _with("kelurahan_code", UNKNOWN_KELURAHAN)),
    "bad_phone": Fault("phone_invalid", "resident.phone", _in_resident("phone", "0888-12")),
    "cut_short": Fault("broken_json", None, _cut_short, ref="ce_id"),
    "no_text": Fault("broken_json", None, _no_text, ref="ce_id"),
    "unknown_type": Fault("unknown_type", None, _rename_type),
    "nul_in_name": Fault("text_not_storable", "resident.name", _in_name(NUL)),
    "surrogate_in_name": Fault("text_not_storable", "resident.name", _in_name(LONE_SURROGATE)),
    "too_large_number": Fault("less_than_equal", "household_size", _with("household_size", TOO_LARGE)),
    "unknown_document": Fault("document_unknown", "documents.0", _with("documents", ["surat_contoh"])),
}
"""By name. Together they are every kind of bad input that intake must answer."""

SHARE: Final[Mapping[str, int]] = {
    "wrong_nik": 2,
    "short_nik": 1,
    "unknown_kelurahan": 3,
    "bad_phone": 2,
    "cut_short": 2,
    "no_text": 1,
    "unknown_type": 2,
    "nul_in_name": 2,
    "surrogate_in_name": 2,
    "too_large_number": 2,
    "unknown_document": 1,
}
"""How many of the two hundred requests have each fault."""
