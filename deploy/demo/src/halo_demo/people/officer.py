"""A Satgas Pamor officer: answers offers, visits, records the need, collects papers, delivers."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from halo_events.contract import dispatch, documents, intake
from halo_events.contract.event import RequestEvent

from halo_demo.errors import CallError, DemoError
from halo_demo.facts import Fact
from halo_demo.lives import Life
from halo_demo.people import clerk
from halo_demo.people.calls import Person
from halo_demo.people.lists import find_listed
from halo_demo.people.office import EVENT_SECONDS, Office
from halo_demo.people.papers import Bearer, First, Wanted, bring_paper

AHEAD: Final = timedelta(hours=3)
MISTAKE_EVERY: Final = 80
"""With one request in so many the officer first uploads a file of the wrong type."""
MISSES: Final = 2
"""Visits at which nobody is at home, after which the call desk calls."""
TRIES: Final = 3
"""Deliveries in vain, after which the kelurahan keeps the documents."""
LOOKS: Final = 150
LOOK_SECONDS: Final = 0.5
"""How often, and how far apart, an officer looks whether his phone shows what the resident told him."""
PARTS_EVERY: Final = 3
"""One request in so many of those with several documents goes through the desk in two parts."""

Item = Mapping[str, Any]


@dataclass(frozen=True)
class Case(Bearer):
    """A request that an officer works on; `number` counts them in the order of their first offers."""

    number: int
    resident: str
    life: Life
    round: int


async def answer_offer(office: Office, offer: Fact, number: int) -> None:
    """Look at the offer and take it to the end, or decline it."""
    event = offer.event
    assert isinstance(event, dispatch.AssignmentOffered)  # noqa: S101 - listened for by this name
    officer = await office.sign_in(event.officer_id, "officer")
    async with office.collecting:
        assignment = await _find_offer(office, officer, event.request_id)
        path = f"/v1/assignments/{event.request_id}"
        life = await office.life_of(event.request_id) if event.round == 1 else Life.STRAIGHT
        if life is Life.DECLINED and not _was_declined(office, event.request_id):
            await office.line.post("dispatch", f"{path}/decline", officer, {"reason": "overloaded"})
            return
        await office.line.post("dispatch", f"{path}/accept", officer, attempt=event.round)
        case = Case(event.request_id, officer, number, assignment["resident"]["name"], life, event.round)
        await _visit(office, case)
        if case.life is Life.CANCELLED:
            await _give_back(office, case)
            return
        parts = _split(case, await _record_need(office, case, assignment["documents"]))
    for place, items in enumerate(parts, start=1):
        async with office.collecting:
            await _collect(office, case, items, place)
        given = await _heed_desk(office, case, items) if place == 1 else items
        await _fetch(office, case, given)
        async with office.delivering:
            await _deliver(office, case, given)


async def _find_offer(office: Office, officer: Person, request_id: UUID) -> Mapping[str, Any]:
    """Look through the officer's list, as his phone shows it."""
    found = await find_listed(office, officer, "/v1/assignments?state=offered", request_id)
    if found is None:
        raise DemoError(f"request {request_id} is offered, but not on its officer's list")
    return found


def _was_declined(office: Office, request_id: UUID) -> bool:
    return any(isinstance(fact.event, dispatch.AssignmentDeclined) for fact in office.watch.facts_of(request_id))


async def _visit(office: Office, case: Case) -> None:
    if case.life is Life.MISSED:
        for _ in range(MISSES):
            visit_id = await _schedule(office, case)
            await office.line.post("dispatch", f"/v1/visits/{visit_id}/missed", case.officer, {"reason": "nobody_home"})
        await clerk.call_resident(office, case.request_id)
    visit_id = await _schedule(office, case)
    await office.line.post("dispatch", f"/v1/visits/{visit_id}/made", case.officer)


async def _schedule(office: Office, case: Case) -> str:
    visit_at = (datetime.now(UTC) + AHEAD).isoformat()
    path = f"/v1/assignments/{case.request_id}/visits"
    visit = await office.line.post("dispatch", path, case.officer, {"visit_at": visit_at})
    visit_id: str = visit["visit_id"]
    return visit_id


async def _give_back(office: Office, case: Case) -> None:
    """Give back all papers when the resident asks to cancel, and say so."""
    await office.watch.wait_for(case.request_id, _is_a(intake.RequestCancelRequested), EVENT_SECONDS)
    for _ in range(LOOKS):
        try:
            await office.line.post("dispatch", f"/v1/assignments/{case.request_id}/release", case.officer)
        except CallError as refusal:
            if refusal.code != "cancel-not-asked":  # the phone does not show it yet
                raise
            await asyncio.sleep(LOOK_SECONDS)
        else:
            return
    raise DemoError(f"request {case.request_id}: its officer was never shown that its resident wants to cancel")


async def _record_need(office: Office, case: Case, kinds: list[str]) -> list[Item]:
    """Record what is needed; return the items with their checklists."""
    path = f"/v1/dossiers/{case.request_id}"
    need = {"items": [{"kind": kind} for kind in kinds], "round": case.round}
    await office.line.post("documents", f"{path}/need", case.officer, need)
    dossier = await office.line.get("documents", path, case.officer)
    items: list[Item] = dossier["items"]
    return items


def _split(case: Case, items: list[Item]) -> list[list[Item]]:
    """Return all items as one part, or as two where the resident finds the papers of the last one only later."""
    late = len(items) > 1 and case.number % PARTS_EVERY == 0
    return [items[:-1], items[-1:]] if late else [items]


async def _collect(office: Office, case: Case, items: list[Item], place: int) -> None:
    """Bring every mandatory paper of these items, and hand in what is complete."""
    wanted = [
        Wanted("requirement", item["item_id"], row["row"])
        for item in items
        for row in item["checklist"]
        if row["mandatory"]
    ]
    first = _first_file(case) if place == 1 else First.GOOD
    await asyncio.gather(
        *(bring_paper(office, case, paper, First.GOOD if turn else first) for turn, paper in enumerate(wanted))
    )
    path = f"/v1/dossiers/{case.request_id}/submit"
    await office.line.post("documents", path, case.officer, attempt=f"{case.round}/{place}")


def _first_file(case: Case) -> First:
    if case.life is Life.INFECTED:
        return First.INFECTED
    return First.RENAMED if case.number % MISTAKE_EVERY == 0 else First.GOOD


async def _heed_desk(office: Office, case: Case, items: list[Item]) -> list[Item]:
    """Bring again what the desk asks for once more; return the items that it gives."""
    if case.life is Life.REVISED:
        fact = await office.watch.wait_for(case.request_id, _is_a(documents.RevisionRequested), EVENT_SECONDS)
        asked = fact.event
        assert isinstance(asked, documents.RevisionRequested)  # noqa: S101 - waited for by this class
        again = [Wanted("requirement", str(asked.item_id), row.row) for row in asked.rows]
        await asyncio.gather(*(bring_paper(office, case, paper) for paper in again))
        path = f"/v1/dossiers/{case.request_id}/submit"
        await office.line.post("documents", path, case.officer, attempt=f"{case.round}/again")
    if case.life is Life.REJECTED:
        fact = await office.watch.wait_for(case.request_id, _is_a(documents.VerificationRejected), EVENT_SECONDS)
        rejected = fact.event
        assert isinstance(rejected, documents.VerificationRejected)  # noqa: S101 - waited for by this class
        return [item for item in items if item["item_id"] != str(rejected.item_id)]
    return items


def _is_a(event_class: type[RequestEvent]) -> Callable[[Fact], bool]:
    return lambda fact: isinstance(fact.event, event_class)


async def _fetch(office: Office, case: Case, items: list[Item]) -> None:
    """Wait at the counter until the operator has handed over all of these, and confirm."""
    waiting = {item["item_id"] for item in items}
    while waiting:
        handover = await office.counter.wait(case.request_id, EVENT_SECONDS)
        await office.line.post("documents", f"/v1/handovers/{handover.handover_id}/confirm", case.officer)
        waiting -= handover.items


async def _deliver(office: Office, case: Case, items: list[Item]) -> None:
    """Take a photo at the door and record the delivery; where all tries are in vain, later at the kelurahan."""
    if not items:
        return
    if case.life is Life.RETURNED:
        await _try_in_vain(office, case, items)
    photo = await bring_paper(office, case, Wanted("delivery_proof"))
    delivery = {
        "items": [item["item_id"] for item in items],
        "receiver": {"name": case.resident},
        "relation": "self",
        "proof": {"paper_id": str(photo)},
        "old_card_returned": False,
    }
    await office.line.post("dispatch", f"/v1/assignments/{case.request_id}/deliveries", case.officer, delivery)


async def _try_in_vain(office: Office, case: Case, items: list[Item]) -> None:
    path = f"/v1/assignments/{case.request_id}/failed-deliveries"
    failure = {"items": [item["item_id"] for item in items], "reason": "nobody_home"}
    for attempt in range(1, TRIES + 1):
        await office.line.post("dispatch", path, case.officer, failure, attempt=attempt)
