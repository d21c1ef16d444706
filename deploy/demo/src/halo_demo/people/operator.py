"""An operator at the service point: verifies, issues and prints what lies on the desk, and hands it over."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID, uuid5

from halo_events.contract import documents

from halo_demo.facts import Fact
from halo_demo.lives import Life
from halo_demo.people.calls import NAMESPACE, Person
from halo_demo.people.counter import Handover
from halo_demo.people.office import Office

OPERATORS: Final = 6
PAGE: Final = 100
IDLE_SECONDS: Final = 2.0
WITHDRAW_EVERY: Final = 40
"""One handover in so many is taken back before the officer comes, and offered anew."""
CARDS: Final = frozenset({"ktp_el", "kia"})

Item = Mapping[str, Any]


class Desk:
    """The desk that the operators share: nobody takes items that a colleague works on."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._taken: set[str] = set()
        self._offered = 0
        self._led_astray: set[UUID] = set()
        self._revised: set[UUID] = set()
        self._submitted = asyncio.Event()
        office.watch.listen("dossier.submitted", self._on_submitted)
        office.watch.listen("revision.requested", self._on_revised)

    async def work(self, number: int) -> None:
        """Work as one operator until cancelled."""
        operator = await self._office.sign_in(f"operator-{number}", "operator")
        while True:
            self._submitted.clear()
            found = await self._take_one(operator)
            if found is None:
                await self._await_work()
            else:
                await self._process(operator, *found)

    def _on_submitted(self, fact: Fact) -> None:
        assert isinstance(fact.event, documents.DossierSubmitted)  # noqa: S101 - listened for by this name
        self._taken -= {str(item_id) for item_id in self._revised.intersection(fact.event.items)}
        self._submitted.set()

    def _on_revised(self, fact: Fact) -> None:
        assert isinstance(fact.event, documents.RevisionRequested)  # noqa: S101 - listened for by this name
        self._revised.add(fact.event.item_id)

    async def _await_work(self) -> None:
        try:
            await asyncio.wait_for(self._submitted.wait(), IDLE_SECONDS)
        except TimeoutError:
            return

    async def _take_one(self, operator: Person) -> tuple[UUID, Sequence[Item]] | None:
        """Take the request that waits longest, with all of its items that lie on the desk."""
        page = await self._office.line.get("documents", f"/v1/desk?state=submitted&limit={PAGE}", operator)
        by_request: dict[str, list[Item]] = defaultdict(list)
        for item in page["items"]:
            by_request[item["request_id"]].append(item)
        if page.get("next_cursor") and len(by_request) > 1:
            by_request.popitem()  # the rest of its items may stand on the next page
        for request_id, items in by_request.items():
            free = [item for item in items if item["item_id"] not in self._taken]
            if free:
                self._taken.update(item["item_id"] for item in free)
                return UUID(request_id), free
        return None

    async def _process(self, operator: Person, request_id: UUID, items: Sequence[Item]) -> None:
        kept = items if await self._lead_on(operator, request_id, items[0]) else items[1:]
        for item in kept:
            await self._print(operator, item)
        if kept:
            await self._hand_over(operator, request_id, {"items": [item["item_id"] for item in kept]})

    async def _lead_on(self, operator: Person, request_id: UUID, item: Item) -> bool:
        """Let an item go the way of its request's life, once; return whether it goes on now."""
        life = await self._office.life_of(request_id)
        if life not in {Life.REVISED, Life.HELD, Life.REJECTED} or request_id in self._led_astray:
            return True
        self._led_astray.add(request_id)
        line, path = self._office.line, f"/v1/items/{item['item_id']}"
        if life is Life.HELD:
            await line.post("documents", f"{path}/hold", operator, {"reason": "network_down"})
            await line.post("documents", f"{path}/resume", operator)
            return True
        if life is Life.REJECTED:
            await line.post("documents", f"{path}/reject", operator, {"reason": "data_conflict"})
            return False
        dossier = await line.get("documents", f"/v1/dossiers/{request_id}", operator)
        checklist = next(each for each in dossier["items"] if each["item_id"] == item["item_id"])["checklist"]
        row = next(row["row"] for row in checklist if row["mandatory"])
        await line.post("documents", f"{path}/revise", operator, {"rows": [{"row": row, "reason": "unreadable"}]})
        return False

    async def _hand_over(self, operator: Person, request_id: UUID, body: Mapping[str, Any]) -> None:
        line, path = self._office.line, f"/v1/dossiers/{request_id}/handovers"
        handover = await line.post("documents", path, operator, body)
        self._offered += 1
        if self._offered % WITHDRAW_EVERY == 0:
            await line.post("documents", f"/v1/handovers/{handover['handover_id']}/withdraw", operator)
            line.tally.withdrawn += 1
            handover = await line.post("documents", path, operator, body, attempt=2)
        self._office.counter.hand_over(request_id, Handover(UUID(handover["handover_id"]), frozenset(body["items"])))

    async def _print(self, operator: Person, item: Item) -> None:
        line, path = self._office.line, f"/v1/items/{item['item_id']}"
        number = uuid5(NAMESPACE, item["item_id"]).hex[:12].upper()
        await line.post("documents", f"{path}/verify", operator)
        await line.post("documents", f"{path}/issue", operator, {"issue_number": f"CONTOH-{number}"})
        blank = {"blank_serial": f"CONTOH-B-{number}"} if item["kind"] in CARDS else {}
        await line.post("documents", f"{path}/print", operator, blank)
