"""Every record of e-OPen met its end: the good delivered once, the bad answered with their reason, repeats answered."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from halo_events.contract import dispatch, intake

from halo_demo.facts import Topics

Expectation = Mapping[str, Any]


def read_expectations(path: Path, first: int) -> list[Expectation]:
    """Read what must become of the records of the requests numbered up to `first`."""
    rows: list[Expectation] = [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]
    return [row for row in rows if row["n"] <= first]


def check_requests(expectations: Sequence[Expectation], report: Mapping[str, Any], topics: Topics) -> list[str]:
    """List what is wrong, from e-OPen's own report and the topics."""
    differences = []
    if len(report["sent"]) != len(expectations):
        differences.append(f"e-OPen sent {len(report['sent'])} records of {len(expectations)}")
    for row in expectations:
        differences += _check_answer(row, report["answers"])
    return differences + list(_check_deliveries(expectations, topics)) + list(_check_follow(expectations, report))


def _check_answer(row: Expectation, answers: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Compare the answers that this record caused; a record sent twice as it is is answered once."""
    if row["outcome"] == "dropped":
        return  # it bears the ce_id of the record that it repeats, whose answers are counted
    found = [answer for answer in answers if answer["causation_id"] == row["ce_id"]]
    kinds = Counter(answer["kind"] for answer in found)
    wanted = {"delivered": "received", "refused": "refused", "repeated": "progressed"}[row["outcome"]]
    where = f"record {row['ce_id']} ({row['ref']})"
    if kinds[wanted] != 1:
        yield f"{where}: {kinds[wanted]} answers `{wanted}` where one belongs"
        return
    if row["outcome"] == "delivered" and kinds["progressed"] != 1:
        yield f"{where}: {kinds['progressed']} answers `progressed` beside `received` where one belongs"
    answer = next(answer for answer in found if answer["kind"] == wanted)
    if answer["source_ref"] != row.get("source_ref", row["ref"]):
        yield f"{where}: the answer calls it {answer['source_ref']}"
    if row["outcome"] == "refused":
        yield from _check_reasons(where, row["reason"], answer["reasons"])


def _check_reasons(where: str, wanted: Mapping[str, Any], reasons: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    found = [(reason["code"], reason.get("field")) for reason in reasons]
    if (wanted["code"], wanted["field"]) not in found:
        yield f"{where}: refused for {found}, not for {wanted['code']} of {wanted['field']}"
    if not all(reason["message"]["id"] and reason["message"]["en"] for reason in reasons):
        yield f"{where}: a reason lacks its Indonesian or English words"


def _check_deliveries(expectations: Sequence[Expectation], topics: Topics) -> Iterator[str]:
    """Each good request: received once, every asked document delivered once, closed once."""
    received: dict[str, list[UUID]] = {}
    for _, event in topics.of(intake.RequestReceived):
        received.setdefault(event.source_ref or "", []).append(event.request_id)
    items = Counter[UUID]()
    for _, delivery in topics.of(dispatch.DeliveryCompleted):
        items.update([delivery.request_id] * len(set(delivery.items)))
    handed = Counter(item for _, delivery in topics.of(dispatch.DeliveryCompleted) for item in delivery.items)
    closed = Counter(event.request_id for _, event in topics.of(intake.RequestClosed))
    good = {row["ref"]: row for row in expectations if row["outcome"] == "delivered"}
    for ref, row in good.items():
        ids = received.pop(ref, [])
        if len(ids) != 1:
            yield f"{ref}: received {len(ids)} times"
        elif (items[ids[0]], closed[ids[0]]) != (len(row["documents"]), 1):
            counts = f"{items[ids[0]]} of {len(row['documents'])} documents delivered, closed {closed[ids[0]]} times"
            yield f"{ref} (request {ids[0]}): {counts}"
    yield from (f"{ref}: received, though nothing good was filed under it" for ref in received)
    yield from (f"item {item_id} was delivered {count} times" for item_id, count in handed.items() if count > 1)


def _check_follow(expectations: Sequence[Expectation], report: Mapping[str, Any]) -> Iterator[str]:
    """e-OPen, which reads nothing but `request.progressed`, saw each good request arrive and end."""
    for ref in sorted({row["ref"] for row in expectations if row["outcome"] == "delivered"}):
        statuses = report["followed"].get(ref, [])
        if "delivered" not in statuses or "closed" not in statuses:
            yield f"{ref}: e-OPen was told {', '.join(statuses) or 'nothing'}, and not of its delivery and end"
