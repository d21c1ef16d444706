"""Every record of e-OPen met its end: the good delivered once, the bad answered with their reason, repeats answered."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from halo_events.contract import dispatch, intake

from halo_demo.facts import Topics
from halo_demo.lives import ROUNDS, Life, delivered_documents, lives_of

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
        differences += _check_cancelling(row, report["answers"])
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


def _check_cancelling(row: Expectation, answers: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A resident who asked to cancel is answered: that it was passed on, or how far the request is."""
    if "cancel_ce_id" not in row:
        return
    kinds = [answer["kind"] for answer in answers if answer["causation_id"] == row["cancel_ce_id"]]
    wanted = "cancel_requested" if row["life"] == Life.CANCELLED else "progressed"
    if kinds != [wanted]:
        yield f"record {row['cancel_ce_id']} ({row['ref']}): answered {', '.join(kinds) or 'nothing'}, not {wanted}"


def _check_reasons(where: str, wanted: Mapping[str, Any], reasons: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    found = [(reason["code"], reason.get("field")) for reason in reasons]
    if (wanted["code"], wanted["field"]) not in found:
        yield f"{where}: refused for {found}, not for {wanted['code']} of {wanted['field']}"
    if not all(reason["message"]["id"] and reason["message"]["en"] for reason in reasons):
        yield f"{where}: a reason lacks its Indonesian or English words"


def _check_deliveries(expectations: Sequence[Expectation], topics: Topics) -> Iterator[str]:
    """Each good request: received once, each document that its life brings delivered once, closed once a round."""
    received: dict[str, list[UUID]] = {}
    for _, event in topics.of(intake.RequestReceived):
        received.setdefault(event.source_ref or "", []).append(event.request_id)
    items = Counter[UUID]()
    for _, delivery in topics.of(dispatch.DeliveryCompleted):
        items.update([delivery.request_id] * len(set(delivery.items)))
    handed = Counter(item for _, delivery in topics.of(dispatch.DeliveryCompleted) for item in delivery.items)
    closed = Counter(event.request_id for _, event in topics.of(intake.RequestClosed))
    cancelled = Counter(event.request_id for _, event in topics.of(intake.RequestCancelled))
    good = {row["ref"]: row for row in expectations if row["outcome"] == "delivered"}
    for ref, row in good.items():
        ids = received.pop(ref, [])
        if len(ids) != 1:
            yield f"{ref}: received {len(ids)} times"
        else:
            life = Life(row["life"])
            wanted = delivered_documents(life, len(row["documents"]))
            ends = 0 if life is Life.CANCELLED else ROUNDS.get(life, 1)
            found = (items[ids[0]], closed[ids[0]], cancelled[ids[0]])
            if found != (wanted, ends, life is Life.CANCELLED):
                counts = f"{found[0]} of {wanted} documents delivered, closed {found[1]} times"
                yield f"{ref} (request {ids[0]}): {counts}{', cancelled' * found[2]}"
    yield from (f"{ref}: received, though nothing good was filed under it" for ref in received)
    yield from (f"item {item_id} was delivered {count} times" for item_id, count in handed.items() if count > 1)


def _check_follow(expectations: Sequence[Expectation], report: Mapping[str, Any]) -> Iterator[str]:
    """e-OPen, which reads nothing but `request.progressed`, saw each good request arrive and end."""
    documents = {row["ref"]: len(row["documents"]) for row in expectations if row["outcome"] == "delivered"}
    for ref, life in sorted(lives_of(expectations).items()):
        statuses = report["followed"].get(ref, [])
        if not _ends(life, documents[ref]) <= set(statuses):
            yield f"{ref}: e-OPen was told {', '.join(statuses) or 'nothing'}, and not of its delivery and end"


def _ends(life: Life, documents: int) -> set[str]:
    """Say with which statuses a request ends; one of which nothing is given is closed as well, and stays rejected."""
    if life is Life.CANCELLED:
        return {"cancelled"}
    return {"delivered", "closed"} if delivered_documents(life, documents) else {"rejected"}
