"""What leads a request off its straight way, and what nobody may do."""

from collections.abc import Iterator
from uuid import UUID, uuid5

import httpx
from halo_events.contract.eopen import RequestCancelAsked
from halo_service.callers import Role

from lives.papers import GOOD
from lives.register import OFFICERS
from lives.sight import DESK, Item
from lives.steps import BAD, Act, People, Step

STRANGER = UUID(int=8, version=4)


class Everybody(People):
    """People who take detours, and now and then what is not theirs."""

    def detours(self) -> list[Step]:
        """What the rules take at this moment, beside the straight way."""
        steps = [*self._around_the_house(), *self._around_the_desk(), *self._around_the_door(), *self._around_the_end()]
        return [step for step in steps if step.allowed()]

    def cheeky(self) -> list[Step]:
        """What the rules refuse at this moment."""
        steps = [*self._not_theirs(), *self._too_early(), *self._detours_of_all()]
        return [step for step in steps if not step.allowed()]

    def _detours_of_all(self) -> Iterator[Step]:
        yield from self._around_the_desk()
        yield from self._around_the_end()

    def _around_the_house(self) -> Iterator[Step]:
        sight = self.sight
        asked, path = sight.officer, f"/assignments/{sight.request_id}"
        if sight.state == "offered":
            name = self.register.name(asked)
            mine = lambda: self.open and sight.state == "offered" and sight.officer == asked  # noqa: E731
            act = self.officer(f"{path}/decline", {"reason": "ill"})
            yield Step(f"{name} declines", "dispatch", mine, act, ("assignment.declined",))
        if sight.visit:
            visit, holds = sight.visit, self._holding()
            planned = lambda: holds() and self.open and sight.visit == visit  # noqa: E731
            act = self.officer(f"/visits/{visit}/missed", {"reason": "nobody_home"})
            yield Step("the holder finds nobody home", "dispatch", planned, act, ("visit.missed",))
        if sight.holder:
            yield self.schedule("the holder plans another visit")
        if len(self.register.on_duty) > 1:
            for officer_id in self.register.on_duty:
                yield self._leave(officer_id)

    def _leave(self, officer_id: UUID) -> Step:
        async def act() -> None:
            await self.register.load(self.town.offices["dispatch"].database, officer_id)

        can = lambda: officer_id in self.register.on_duty  # noqa: E731
        return Step(f"{self.register.name(officer_id)} leaves", "dispatch", can, act, ("officer.left",))

    def _around_the_desk(self) -> Iterator[Step]:
        for item in self.sight.present:
            for bad in BAD:
                for row in self.missing(item)[:1]:
                    yield self.bring(item, row, bad)
            if rows := sorted(item.rows):
                asked = {"rows": [{"row": rows[0], "reason": "unreadable"}]}
                yield self.at_desk(item, "revise", ("submitted",), "revision.requested", asked)
                asked = {"rows": [{"row": row, "reason": "incomplete"} for row in rows]}
                yield self.at_desk(item, "revise", ("submitted",), "revision.requested", asked)
            yield self._hold(item)
            for reason, places in (("not_entitled", DESK[1:3]), ("papers_never_came", DESK[:3])):
                yield self.at_desk(item, "reject", places, "verification.rejected", {"reason": reason})
        printed = [item for item in self.sight.present if item.place == "printed"]
        if len(printed) > 1:
            yield self.lay_ready(printed[:1])
        for handover_id in self.handovers:
            yield self._withdraw(handover_id)

    def _hold(self, item: Item) -> Step:
        body = {"reason": "network_down"}
        return self.at_desk(item, "hold", ("submitted", "verified", "issued"), "processing.held", body)

    def _withdraw(self, handover_id: UUID) -> Step:
        can = lambda: handover_id in self.handovers and not self.sight.cancelled  # noqa: E731
        act = lambda: self.withdraw(handover_id)  # noqa: E731
        return Step("the operator takes a handover back", "documents", can, act)

    def _around_the_door(self) -> Iterator[Step]:
        in_hand = [item for item in self.sight.present if item.in_hand]
        for items in [in_hand, in_hand[:1]][: len(in_hand)]:
            yield self._fail(items)
        if len(in_hand) > 1 and self.sight.photos:
            yield self.deliver(in_hand[:1])

    def _fail(self, items: list[Item]) -> Step:
        holds = self._holding()
        can = lambda: holds() and all(item.in_hand and not item.kept for item in items)  # noqa: E731
        body = {"items": [str(item.item_id) for item in items], "reason": "nobody_home"}
        act = self.officer(f"/assignments/{self.sight.request_id}/failed-deliveries", body)
        labels = ", ".join(item.label for item in items)
        return Step(f"the holder finds nobody for {labels}", "dispatch", can, act, ("delivery.failed",))

    def _around_the_end(self) -> Iterator[Step]:
        sight = self.sight
        if self.eopen_id:
            yield self.ask_eopen()
        yield self._cancel()
        holds = self._holding()
        asked = lambda: holds() and self.open and sight.pending and sight.round == sight.served_round  # noqa: E731
        act = self.officer(f"/assignments/{sight.request_id}/release")
        name, told = "the holder says that all papers are back", ("assignment.released",)
        yield Step(name, "dispatch", asked, act, told, repeatable=True)
        yield self.reopen()

    def ask_eopen(self) -> Step:
        """The resident asks in e-OPen to cancel: every record is answered."""

        async def act() -> None:
            occurred_at = self.town.clock()
            self.town.tell_eopen(RequestCancelAsked(occurred_at=occurred_at, eopen_id=self.eopen_id or "EO-0"))
            await self.town.settle("intake")

        return Step("the resident asks in e-OPen to cancel", "intake", lambda: True, act)

    def _cancel(self) -> Step:
        sight = self.sight
        can = lambda: sight.status not in OVER and not sight.pending  # noqa: E731

        async def act() -> httpx.Response:
            path = f"/requests/{sight.tracking_no}/cancel"
            return await self.call("intake", Role.CLERK, "clerk-1", path, {"reason": "moved_away"})

        return Step("the clerk asks to cancel", "intake", can, act, ("request.cancel_requested",))

    def reopen(self) -> Step:
        """The clerk begins the request anew, for the first of its documents."""
        sight = self.sight
        can = lambda: sight.ended and not sight.cancelled  # noqa: E731

        async def act() -> httpx.Response:
            path, body = f"/requests/{sight.tracking_no}/reopen", {"reason": "wrong_data"}
            return await self.call("intake", Role.CLERK, "clerk-1", path, body | {"documents": sight.documents[:1]})

        return Step("the clerk opens it anew", "intake", can, act, ("request.reopened",))

    def _not_theirs(self) -> Iterator[Step]:
        sight, path = self.sight, f"/assignments/{self.sight.request_id}"
        others = [one for one in OFFICERS if one != sight.officer]
        for other in (*others[:1], STRANGER):
            name = self.register.name(other)
            act = self.officer(f"{path}/accept", by=other)
            yield self._never(f"{name} accepts what he is not asked", "dispatch", act)
            act = self.officer(f"{path}/visits", {"visit_at": self.town.clock().isoformat()}, by=other)
            yield self._never(f"{name} plans another's visit", "dispatch", act)
            act = self.officer(f"/dossiers/{sight.request_id}/submit", by=other, service="documents")
            yield self._never(f"{name} submits another's dossier", "documents", act)
        for item in sight.present if sight.holder else ():
            yield self._never("the holder himself verifies", "documents", self._collector_verifies(item))

    def _never(self, name: str, service: str, act: Act) -> Step:
        officer = self.sight.officer
        return Step(name, service, lambda: False, act, fits=lambda: self.sight.officer == officer)

    def _collector_verifies(self, item: Item) -> Act:
        holder = self.sight.holder
        return lambda: self.call("documents", Role.OPERATOR, holder, f"/items/{item.item_id}/verify")

    def _too_early(self) -> Iterator[Step]:
        yield self.submit()
        for item in self.sight.present:
            yield self.at_desk(item, "verify", ("submitted",), "verification.passed")
            number = uuid5(item.item_id, "cheeky").hex[:10].upper()
            yield self.at_desk(item, "issue", ("verified",), "document.issued", {"issue_number": f"X-{number}"})
            yield self.at_desk(item, "print", ("issued",), "document.printed", {"blank_serial": f"X-{number}"})
            yield self.lay_ready([item])
            yield self.deliver([item])
            yield self._fail([item])
            yield self.bring(item, "kk", GOOD)


OVER = {"delivered", "rejected", "closed", "cancelled"}
"""Too late to cancel."""
