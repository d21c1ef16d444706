"""What people may do with a request: who, by which call, whether the rules allow it, and what it tells.

The first steps of each list are the straight way to the door, so that a failing life shrinks towards it.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import httpx
from halo_documents.domain.checklists import load_checklists
from halo_service.callers import Role

from lives.papers import CUT, GOOD, TEXT
from lives.register import COORDINATOR, KELURAHAN, Register
from lives.rules import Witness
from lives.sight import DESK, Item
from lives.town import Town

CHECKLISTS: Final = load_checklists()
OPERATOR: Final = "operator-1"
CARDS: Final = {"ktp_el", "kia"}
Act = Callable[[], Awaitable[httpx.Response | None]]


@dataclass(frozen=True, repr=False)
class Step:
    """One step: what the story calls it, the service that takes it, and the facts that it tells.

    `allowed` says whether the rules take it, once the service has heard everything.
    """

    name: str
    service: str
    allowed: Callable[[], object]
    act: Act
    tells: tuple[str, ...] = ()
    repeatable: bool = False
    """Whether it may be taken again and then changes nothing."""
    fits: Callable[[], bool] = lambda: True
    """Whether it is still the step that was meant, when what is under way has been heard."""

    def __repr__(self) -> str:
        return self.name

    def _repr_pretty_(self, printer: Any, _cycle: object) -> None:
        printer.text(self.name)  # where hypothesis lists what it drew


@dataclass
class People:
    """Everybody around one request."""

    town: Town
    sight: Witness
    register: Register
    eopen_id: str | None = None
    handovers: dict[UUID, tuple[int, tuple[UUID, ...]]] = field(default_factory=dict)
    """Handovers that wait at the counter: their round and items."""

    async def call(
        self, service: str, role: Role, sub: object, path: str, body: object | None = None
    ) -> httpx.Response:
        """Call a service."""
        codes = (KELURAHAN,) if role is Role.COORDINATOR else ()
        return await self.town.offices[service].caller(role, str(sub), *codes).create(f"/v1{path}", body or {})

    def officer(
        self, path: str, body: object | None = None, *, by: UUID | None = None, service: str = "dispatch"
    ) -> Act:
        """A call of the officer who is asked or holds, or of another."""
        return lambda: self.call(service, Role.OFFICER, by or self.sight.officer, path, body)

    def operator(self, path: str, body: object | None = None) -> Act:
        """A call of the operator."""
        return lambda: self.call("documents", Role.OPERATOR, OPERATOR, path, body)

    @property
    def open(self) -> bool:
        """Whether dispatch serves the request."""
        return not self.sight.closed and self.sight.state != "released"

    @property
    def alive(self) -> bool:
        """Whether documents works for the holder in this round."""
        sight = self.sight
        return sight.holder is not None and not sight.cancelled and sight.round == sight.served_round

    def straight(self) -> list[Step]:
        """The steps that lead to the door."""
        steps = [*self._assign(), *self._visit(), *self._collect(), *self._desk(), *self._counter(), *self._door()]
        return [step for step in steps if step.allowed()]

    def _assign(self) -> Iterator[Step]:
        sight = self.sight
        path = f"/assignments/{sight.request_id}"
        if sight.state == "offered":
            asked = sight.officer
            name = self.register.name(asked)
            mine = lambda: self.open and sight.state == "offered" and sight.officer == asked  # noqa: E731
            yield Step(f"{name} accepts", "dispatch", mine, self.officer(f"{path}/accept"), ("assignment.accepted",))
        if sight.state == "awaited":
            for officer_id in self.register.on_duty:
                name = self.register.name(officer_id)
                waits = lambda one=officer_id: (  # noqa: E731
                    self.open and sight.state == "awaited" and one in self.register.on_duty
                )
                act = self._by_coordinator(f"/queue/{sight.request_id}/offer", {"officer_id": str(officer_id)})
                yield Step(
                    f"the coordinator asks {name}", "dispatch", waits, act, ("assignment.offered",), repeatable=True
                )

    def _by_coordinator(self, path: str, body: object) -> Act:
        return lambda: self.call("dispatch", Role.COORDINATOR, COORDINATOR, path, body)

    def _visit(self) -> Iterator[Step]:
        sight, holds = self.sight, self._holding()
        if sight.visit and not sight.visited:
            visit = sight.visit
            planned = lambda: holds() and self.open and sight.visit == visit  # noqa: E731
            act = self.officer(f"/visits/{visit}/made")
            yield Step("the holder makes the visit", "dispatch", planned, act, ("visit.made",))
        elif not sight.visited:
            yield self.schedule("the holder plans a visit")

    def schedule(self, name: str) -> Step:
        """Plan a visit, or put the planned one off."""
        holds = self._holding()
        at = self.town.clock() + timedelta(hours=3)
        act = self.officer(f"/assignments/{self.sight.request_id}/visits", {"visit_at": at.isoformat()})
        can = lambda: holds() and self.open and self.sight.under_way  # noqa: E731
        return Step(name, "dispatch", can, act, ("visit.scheduled",))

    def _holding(self) -> Callable[[], bool]:
        holder = self.sight.holder
        return lambda: self.sight.holder == holder is not None and holder not in self.sight.left

    def _collect(self) -> Iterator[Step]:
        sight = self.sight
        if sight.visited and not sight.present:
            wanted = [{"kind": kind} for kind in sight.documents]
            need = {"items": wanted, "round": sight.served_round}
            act = self.officer(f"/dossiers/{sight.request_id}/need", need, service="documents")
            ready = lambda: self.alive and sight.visited and not sight.present  # noqa: E731
            yield Step("the holder records the need", "documents", ready, act, ("need.recorded",))
        for item in sight.present:
            for row in self.missing(item):
                yield self.bring(item, row, GOOD)
        if any(self.is_complete(item) for item in sight.present):
            yield self.submit()

    def missing(self, item: Item) -> list[str]:
        """The rows that an item still waits for, while it is collected."""
        if item.place != "needed" or item.rejected:
            return []
        rows = CHECKLISTS.version("2026-01").rows(item.kind)  # type: ignore[arg-type]
        return [row.row for row in rows if row.mandatory and row.row not in item.rows]

    def is_complete(self, item: Item) -> bool:
        """Whether an item can go to the desk."""
        return item.place == "needed" and not item.rejected and not self.missing(item)

    def submit(self) -> Step:
        """Send what is complete to the desk."""
        can = lambda: self.alive and any(self.is_complete(item) for item in self.sight.present)  # noqa: E731
        act = self.officer(f"/dossiers/{self.sight.request_id}/submit", service="documents")
        return Step("the holder submits", "documents", can, act, ("dossier.submitted",), repeatable=True)

    def bring(self, item: Item | None, row: str | None, content: bytes) -> Step:
        """Bring a paper for a row of an item, or the photo of a delivery: announced, uploaded, reported, checked."""

        async def act() -> httpx.Response:
            what: dict[str, Any] = {"purpose": "requirement" if item else "delivery_proof"}
            if item:
                what |= {"item_id": str(item.item_id), "row": row}
            what |= {"media_type": "image/jpeg", "size": len(content)}
            answer = await self.officer(f"/dossiers/{self.sight.request_id}/papers", what, service="documents")()
            if answer is None or not answer.is_success:
                return answer  # type: ignore[return-value] # a call has an answer
            form, paper = answer.json()["upload"], answer.json()["paper_id"]
            stored = await self.town.store.post(form["url"], data=form["fields"], files={"file": ("f", content)})
            stored.raise_for_status()
            reported = await self.officer(f"/papers/{paper}/uploaded", service="documents")()
            office = self.town.offices["documents"]
            await next(job for job in office.service.jobs if job.name == "check papers").run(office.database)
            return reported  # type: ignore[return-value] # the same

        def can() -> bool:
            return (
                self.alive
                and bool(self.sight.present)
                and (item is None or item.place == "needed")
                and not (item and item.rejected)
            )

        verdict = "paper.cleared" if content is GOOD else "paper.quarantined"
        what = f"{'a good' if content is GOOD else 'a bad'} paper for {item.label} {row}" if item else "a photo"
        return Step(f"the holder brings {what}", "documents", can, act, ("paper.uploaded", verdict))

    def at_desk(self, item: Item, step: str, places: Sequence[str], told: str, body: object = None) -> Step:
        """A step of the operator."""

        def can() -> bool:
            free = not item.held or step in {"reject", "resume"}
            return not self.sight.cancelled and item.place in places and not item.rejected and free

        act = self.operator(f"/items/{item.item_id}/{step}", body)
        return Step(f"the operator takes {item.label}: {step}", "documents", can, act, (told,))

    def _desk(self) -> Iterator[Step]:
        for item in self.sight.present:
            number = item.item_id.hex[:10].upper()
            if item.held:
                yield self.at_desk(item, "resume", DESK[1:4], "processing.resumed")
            yield self.at_desk(item, "verify", ("submitted",), "verification.passed")
            yield self.at_desk(item, "issue", ("verified",), "document.issued", {"issue_number": f"N-{number}"})
            blank = {"blank_serial": f"B-{number}"} if item.kind in CARDS else {}
            yield self.at_desk(item, "print", ("issued",), "document.printed", blank)

    def _counter(self) -> Iterator[Step]:
        printed = [item for item in self.sight.present if item.place == "printed"]
        lying = {item_id for _, items in self.handovers.values() for item_id in items}
        if ready := [item for item in printed if item.item_id not in lying]:
            yield self.lay_ready(ready)
        for handover_id, (number, items) in list(self.handovers.items()):
            yield self._confirm(handover_id, number, items)

    def lay_ready(self, items: Sequence[Item]) -> Step:
        """The operator lays items ready for the officer."""
        ids = tuple(item.item_id for item in items)

        async def act() -> httpx.Response:
            path, body = f"/dossiers/{self.sight.request_id}/handovers", {"items": [str(one) for one in ids]}
            answer = await self.call("documents", Role.OPERATOR, OPERATOR, path, body)
            if answer.is_success:
                self.handovers[UUID(answer.json()["handover_id"])] = (self.sight.served_round, ids)
            return answer

        def can() -> bool:
            lying = {item_id for _, offered in self.handovers.values() for item_id in offered}
            return self.alive and all(item.place == "printed" for item in items) and lying.isdisjoint(ids)

        return Step(f"the operator lays ready {_labels(items)}", "documents", can, act)

    def _confirm(self, handover_id: UUID, number: int, items: Sequence[UUID]) -> Step:
        async def act() -> httpx.Response | None:
            answer = await self.officer(f"/handovers/{handover_id}/confirm", service="documents")()
            if answer is not None and answer.is_success:
                self.handovers.pop(handover_id, None)
            return answer

        def can() -> bool:
            return self.alive and number == self.sight.served_round and handover_id in self.handovers

        return Step(f"the holder takes over {len(items)} documents", "documents", can, act, ("handover.completed",))

    async def withdraw(self, handover_id: UUID) -> httpx.Response:
        """The operator takes a handover back."""
        answer = await self.call("documents", Role.OPERATOR, OPERATOR, f"/handovers/{handover_id}/withdraw")
        if answer.is_success:
            self.handovers.pop(handover_id, None)
        return answer

    def _door(self) -> Iterator[Step]:
        in_hand = [item for item in self.sight.present if item.in_hand]
        if in_hand and not self.sight.photos:
            yield self.bring(None, None, GOOD)
        elif in_hand:
            yield self.deliver(in_hand)

    def deliver(self, items: Sequence[Item]) -> Step:
        """Hand documents over at the door."""
        holds = self._holding()
        photo = self.sight.photos[-1] if self.sight.photos else UUID(int=0)
        body = {
            "items": [str(item.item_id) for item in items],
            "receiver": {"name": "Warga Contoh"},
            "relation": "self",
            "proof": {"paper_id": str(photo)},
        }
        can = lambda: holds() and bool(self.sight.photos) and all(item.in_hand for item in items)  # noqa: E731
        act = self.officer(f"/assignments/{self.sight.request_id}/deliveries", body)
        return Step(f"the holder delivers {_labels(items)}", "dispatch", can, act, ("delivery.completed",))


def _labels(items: Sequence[Item]) -> str:
    return ", ".join(item.label for item in items)


BAD: Final = (TEXT, CUT)
"""Files that no check clears."""
