"""Makes the demo's file of requests, and beside it what must become of each: `python -m halo_demo.make_requests`."""

import json
import random
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from halo_demo.faults import FAULTS, SHARE, Record, set_value
from halo_demo.lives import CANCEL_WHEN, EVERYDAY, EVERYDAY_EVERY, Life
from halo_demo.paths import DATA, KELURAHAN_FILE, RW_FILE
from halo_demo.register import read_rows
from halo_demo.residents import NOTES, House, make_resident

SEED: Final = 3275
REQUESTS: Final = 200
FILED: Final = "id.go.bekasikota.eopen.request.filed.v1"
CANCEL_ASKED: Final = "id.go.bekasikota.eopen.request.cancel_asked.v1"
SOURCE: Final = "/eopen"
FIRST_DAY: Final = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)
SINGLE: Final = (("ktp_el",), ("kartu_keluarga",), ("kia",), ("akta_kelahiran",), ("akta_kematian",))
SEVERAL: Final = (
    ("akta_kelahiran", "kartu_keluarga", "kia"),
    ("ktp_el", "kartu_keluarga"),
    ("akta_kematian", "kartu_keluarga"),
    ("ktp_el", "kia"),
)
SEVERAL_EVERY: Final = 5
UNKNOWN_RW: Final = "099"
UNKNOWN_RWS: Final = 6
FILED_AGAIN: Final = 6
"""Good requests that are filed once more: same eopen_id, new ce_id."""
SENT_AGAIN: Final = 4
"""Records that are sent once more, ce_id and all."""
MENDED: Final = ("wrong_nik", "bad_phone")
"""Refused requests of these faults are filed again, corrected, under the same eopen_id (the first of each)."""
LATER: Final = 7
"""How many lines after its first a repeat comes."""


@dataclass(frozen=True)
class Line:
    """A record and what must become of it."""

    record: Record
    expectation: dict[str, Any]


def make_lines(seed: int = SEED) -> list[Line]:
    """Make the whole file: a seed gives the same lines each time."""
    rng = random.Random(seed)  # noqa: S311 - sample data, not a secret
    faults = [None] * (REQUESTS - sum(SHARE.values())) + [name for name, count in SHARE.items() for _ in range(count)]
    rng.shuffle(faults)
    houses = _houses(rng)
    unknown = set(rng.sample([n for n, fault in enumerate(faults, 1) if fault is None], UNKNOWN_RWS))
    lines = [
        _make_line(rng, number, next(houses), fault, unknown_rw=number in unknown)
        for number, fault in enumerate(faults, start=1)
    ]
    _use_structured_mode(next(line for line in lines if line.expectation["outcome"] == "delivered"))
    return _with_repeats(rng, lines)


def _houses(rng: random.Random) -> Iterator[House]:
    """Go over all kelurahan again and again, each time in another order."""
    rws: dict[str, list[str]] = {}
    for row in read_rows(RW_FILE):
        rws.setdefault(row["kelurahan_code"], []).append(row["rw"])
    codes = [row["kelurahan_code"] for row in read_rows(KELURAHAN_FILE)]
    while True:
        rng.shuffle(codes)
        for code in codes:
            yield House(code, rng.choice(rws[code]), f"{rng.randint(1, 12):03d}")


def _make_line(rng: random.Random, number: int, house: House, fault: str | None, *, unknown_rw: bool) -> Line:
    ref = f"EO-2026-{number:06d}"
    record: Record = {"n": number, "ref": ref, "key": ref, "headers": _headers(rng, ref)}
    data = _make_data(rng, number, house, unknown_rw=unknown_rw) | {"eopen_id": ref}
    set_value(record, data)
    expectation = {
        "n": number,
        "ref": ref,
        "ce_id": record["headers"]["ce_id"],
        "outcome": "delivered",
        "documents": data["documents"],
        "kelurahan_code": house.kelurahan_code,
        "unknown_rw": unknown_rw,
    }
    if fault is None:
        return Line(record, expectation)
    bad = FAULTS[fault]
    clean = dict(record)
    clean["headers"] = dict(record["headers"])
    bad.spoil(record, data)
    if "value_base64" in record:
        del record["value"]
    ref_of_answer = ref if bad.ref == "eopen_id" else record["headers"]["ce_id"]
    reason = {"code": bad.code, "field": bad.field}
    expectation |= {"outcome": "refused", "fault": fault, "reason": reason, "source_ref": ref_of_answer}
    return Line(record | {"_clean": clean}, expectation)


def _headers(rng: random.Random, ref: str) -> dict[str, str]:
    return {
        "ce_specversion": "1.0",
        "ce_id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "ce_source": SOURCE,
        "ce_type": FILED,
        "ce_subject": ref,
        "content-type": "application/json",
    }


def _make_data(rng: random.Random, number: int, house: House, *, unknown_rw: bool) -> dict[str, Any]:
    documents = rng.choice(SEVERAL) if number % SEVERAL_EVERY == 0 else SINGLE[number % len(SINGLE) - 1]
    rw = UNKNOWN_RW if unknown_rw else house.rw
    data: dict[str, Any] = {
        "occurred_at": (FIRST_DAY + timedelta(minutes=7 * number)).isoformat(),
        "resident": make_resident(rng, number, House(house.kelurahan_code, rw, house.rt)),
        "kelurahan_code": house.kelurahan_code,
        "rw": rw if rng.random() < 0.8 else rw.lstrip("0"),  # noqa: PLR2004 - some write 7 for 007
        "rt": house.rt,
        "documents": list(documents),
        "target_group": rng.choice(("elderly", "no_device", "no_time")),
        "household_size": rng.randint(1, 9),
        "language": "en" if rng.random() < 0.1 else "id",  # noqa: PLR2004 - one in ten
    }
    if rng.random() < 0.4:  # noqa: PLR2004 - some residents add a note
        data["resident"]["note"] = rng.choice(NOTES)
    if documents == ("akta_kelahiran",) and rng.random() < 0.5:  # noqa: PLR2004 - newborns have no NIK yet
        del data["resident"]["nik"]
    return data


def _use_structured_mode(line: Line) -> None:
    """Rewrite a good record so that the envelope stands in the value, which CloudEvents allows as well."""
    headers = line.record["headers"]
    envelope = {name.removeprefix("ce_"): value for name, value in headers.items() if name.startswith("ce_")}
    data = json.loads(line.record["value"])
    event = envelope | {"time": data["occurred_at"], "datacontenttype": "application/json", "data": data}
    set_value(line.record, event)
    line.record["headers"] = {"content-type": "application/cloudevents+json; charset=UTF-8"}
    line.expectation["structured"] = True


def _with_repeats(rng: random.Random, lines: Sequence[Line]) -> list[Line]:
    good = [
        line for line in lines if line.expectation["outcome"] == "delivered" and "structured" not in line.expectation
    ]
    chosen = rng.sample(good, FILED_AGAIN + SENT_AGAIN)
    later: dict[int, Line] = {}
    for line in chosen[:FILED_AGAIN]:
        later[line.record["n"]] = _filed_again(rng, line, "repeated", line.record)
    for line in chosen[FILED_AGAIN:]:
        later[line.record["n"]] = Line(line.record, line.expectation | {"outcome": "dropped"})
    for fault in MENDED:
        line = next(line for line in lines if line.expectation.get("fault") == fault)
        later[line.record["n"]] = _filed_again(rng, line, "delivered", line.record["_clean"])
        later[line.record["n"]].expectation["life"] = Life.STRAIGHT
    _give_lives(rng, [line for line in lines if line.expectation["outcome"] == "delivered"], later)
    return list(_interleave(lines, later))


def _give_lives(rng: random.Random, good: Sequence[Line], later: Mapping[int, Line]) -> None:
    """Choose the life of each good request; what is filed or sent again goes straight."""
    turn = 0
    for place, line in enumerate(good):
        line.expectation["life"] = Life.STRAIGHT
        if place % EVERYDAY_EVERY == 0 and line.record["n"] not in later:
            life = EVERYDAY[turn % len(EVERYDAY)]
            turn += 1
            line.expectation["life"] = life
            if life in CANCEL_WHEN:
                line.record["cancel"] = _cancelling(rng, line.record["ref"], CANCEL_WHEN[life])
                line.expectation["cancel_ce_id"] = line.record["cancel"]["headers"]["ce_id"]


def _cancelling(rng: random.Random, ref: str, when: str) -> Record:
    """Make what e-OPen publishes when the resident taps "cancel": `when` is the status that he sees then."""
    headers = _headers(rng, ref) | {"ce_type": CANCEL_ASKED}
    data = {"occurred_at": FIRST_DAY.isoformat(), "eopen_id": ref, "reason": "obtained_elsewhere"}
    return {"when": when, "key": ref, "headers": headers, "value": json.dumps(data)}


def _filed_again(rng: random.Random, line: Line, outcome: str, record: Mapping[str, Any]) -> Line:
    headers = _headers(rng, record["ref"])
    kept = {name: line.expectation[name] for name in ("n", "ref", "documents", "kelurahan_code", "unknown_rw")}
    return Line(dict(record) | {"headers": headers}, kept | {"ce_id": headers["ce_id"], "outcome": outcome})


def _interleave(lines: Sequence[Line], later: Mapping[int, Line]) -> Iterator[Line]:
    due: list[tuple[int, Line]] = []
    for place, line in enumerate(lines):
        yield line
        if line.record["n"] in later:
            due.append((place + LATER, later[line.record["n"]]))
        while due and due[0][0] <= place:
            yield due.pop(0)[1]
    yield from (line for _, line in due)


def write(folder: Path = DATA, seed: int = SEED) -> None:
    """Write `requests.jsonl` and `expectations.jsonl`."""
    lines = make_lines(seed)
    records = ({name: value for name, value in line.record.items() if name != "_clean"} for line in lines)
    (folder / "requests.jsonl").write_text(_as_lines(records), encoding="ascii")
    (folder / "expectations.jsonl").write_text(_as_lines(line.expectation for line in lines), encoding="ascii")


def _as_lines(rows: Iterator[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=True) + "\n" for row in rows)


if __name__ == "__main__":
    write()
