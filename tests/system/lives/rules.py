"""The facts of a life, read in the order in which they were published, and the rules that each of them obeys.

Written from the lifecycle, not from the services: each topic is held against its own writer's rules, because a writer
knows all of its own facts, and of the others' only those that it has heard.
"""

from functools import singledispatchmethod
from typing import Any
from uuid import UUID

from halo_demo.facts import Fact
from halo_events.contract import dispatch, documents, intake
from halo_events.contract.event import ActorRole, Event

from lives.sight import Item, Sight
from lives.town import LifeError


def require(held: object, rule: str) -> None:
    """Raise LifeError where a fact breaks a rule."""
    if not held:
        raise LifeError(f"a step was taken that the rules refuse: {rule}")


class Witness(Sight):
    """Takes in facts one by one."""

    def see(self, fact: Fact) -> None:
        """Take in a fact. Raises LifeError where it breaks a rule."""
        self.apply(fact.event)

    @singledispatchmethod
    def apply(self, event: Event) -> None:
        """What follows from an event, by its class; nothing from most."""

    @apply.register
    def _(self, event: intake.RequestReceived) -> None:
        require(self.request_id is None, "a request is received once")
        self.request_id, self.tracking_no, self.documents = event.request_id, event.tracking_no, event.documents
        self.wanted = event.documents

    @apply.register
    def _(self, event: intake.RequestProgressed) -> None:
        self.told.append(event.status)

    @apply.register
    def _(self, event: intake.RequestCancelRequested) -> None:
        require(not self.cancelled, "what is cancelled is not asked to be cancelled")
        require(not self.pending, "one question is pending at a time")
        require(event.round == self.round, "a question is of the present round")
        self.asks += 1

    @apply.register
    def _(self, event: intake.RequestCancelled) -> None:
        require(not self.cancelled, "a request is cancelled once")
        require(self.state == "released" and event.round == self.served_round, "papers go back first")
        self.cancelled = True

    @apply.register
    def _(self, event: intake.RequestClosed) -> None:
        require(event.round == self.round, "the present round is closed")
        require(self.ended and not self.closed and not self.cancelled, "only what came to its end is closed")
        self.closed = True

    @apply.register
    def _(self, event: intake.RequestReopened) -> None:
        require(self.ended and not self.cancelled, "only what came to its end is re-opened")
        require(event.round == self.round + 1, "a new round has the next number")
        require(set(event.documents) <= set(self.documents), "a round wants what the request was for")
        self.round, self.wanted = event.round, event.documents
        self.asks, self.answers, self.closed = 0, 0, False

    @apply.register
    def _(self, event: dispatch.AssignmentOffered) -> None:
        anew = event.round == self.served_round + 1
        require(anew or event.round == self.served_round, "rounds follow one another")
        require(anew or self.state != "accepted", "what somebody holds is offered to nobody")
        require(anew or self.state != "released", "what was released is offered to nobody")
        require(event.officer_id not in self.left, "who left is asked nothing")
        self._begin(event.round)
        chosen = event.reason == "chosen_by_coordinator"
        require(chosen or event.officer_id not in self.declined, "who declined is not asked again by chance")
        self.state, self.officer = "offered", event.officer_id
        self.climbed[event.round].add("offered")

    def _begin(self, number: int) -> None:
        if number > self.served_round:
            self.served_round, self.visit, self.visited, self.declined = number, None, False, set()

    @apply.register
    def _(self, event: dispatch.AssignmentAwaited) -> None:
        require(event.round > self.served_round or self.state != "released", "what was released waits in no queue")
        self._begin(event.round)
        self.state, self.officer, self.visit = "awaited", None, None
        self.climbed[event.round] -= {"offered", "accepted", "visit_scheduled"}

    @apply.register
    def _(self, event: dispatch.AssignmentAccepted) -> None:
        require(self.state == "offered" and event.officer_id == self.officer, "who is asked accepts, and nobody else")
        require(event.round == self.served_round, "who accepts, accepts the present round")
        self.state = "accepted"
        self.climbed[event.round].add("accepted")

    @apply.register
    def _(self, event: dispatch.AssignmentDeclined) -> None:
        require(self.state == "offered" and event.officer_id == self.officer, "who is asked declines, and nobody else")
        self.state = "declined"
        self.declined.add(event.officer_id)

    @apply.register
    def _(self, event: dispatch.AssignmentReleased) -> None:
        require(event.round < self.round or self.asks, "nobody is released unasked")
        require(self.state != "released", "a request is released once")
        at_once = event.actor.role == ActorRole.SYSTEM
        require(not at_once or not self.visited, "papers of whoever was at the house go back first")
        self.state, self.visit = "released", None

    @apply.register
    def _(self, event: dispatch.AssignmentRetained) -> None:
        if event.round == self.round:
            require(self.pending, "each question has one answer")
            require(self.ended, "it is too late to cancel once nothing is open, and no sooner")
            self.answers += 1

    def _by_holder(self, event: Any) -> None:
        require(self.holder is not None and event.officer_id == self.holder, "the holder works, and nobody else")
        require(event.round == self.served_round, "work is of the present round")

    @apply.register
    def _(self, event: dispatch.VisitScheduled) -> None:
        self._by_holder(event)
        self.visit = event.visit_id
        self.climbed[event.round].add("visit_scheduled")

    @apply.register
    def _(self, event: dispatch.VisitMade) -> None:
        self._by_holder(event)
        require(event.visit_id == self.visit, "only the planned visit is made")
        self.visit, self.visited = None, True
        self.climbed[event.round].add("collecting")

    @apply.register
    def _(self, event: dispatch.VisitMissed) -> None:
        self._by_holder(event)
        require(event.visit_id == self.visit, "only the planned visit is missed")
        self.visit = None
        self.climbed[event.round].discard("visit_scheduled")

    def _at_the_door(self, event: dispatch.DeliveryCompleted | dispatch.DeliveryFailed) -> list[Item]:
        self._by_holder(event)
        items = [self.items[event.round].get(item_id) for item_id in event.items]
        require(all(item and item.in_hand for item in items), "only what is in hand comes to the door, once")
        return [item for item in items if item]

    @apply.register
    def _(self, event: dispatch.DeliveryCompleted) -> None:
        require(event.proof.paper_id in self.cleared_photos[event.round], "a delivery has a cleared photo of its round")
        for item in self._at_the_door(event):
            item.delivered = True

    @apply.register
    def _(self, event: dispatch.DeliveryFailed) -> None:
        for item in self._at_the_door(event):
            require(not item.kept, "what the kelurahan keeps comes to no door")
            item.tries += 1
        require(event.tries == max(self.item(item_id).tries for item_id in event.items), "tries are counted")

    @apply.register
    def _(self, event: dispatch.DeliveryReturned) -> None:
        for item_id in event.items:
            require(self.item(item_id).tries == 3, "the kelurahan keeps what three tries did not bring")
            self.item(item_id).kept = True

    @apply.register
    def _(self, event: dispatch.OfficerLeft) -> None:
        self.left.add(event.officer_id)

    @apply.register
    def _(self, event: documents.NeedRecorded) -> None:
        require(not self.items[event.round], "the need is recorded once a round")
        for number, item in enumerate(event.items, 1):
            label = f"item {number} ({item.kind})"
            self.items[event.round][item.item_id] = Item(item.item_id, item.kind, label)

    @apply.register
    def _(self, event: documents.PaperUploaded) -> None:
        self.papers[event.paper_id] = (event.item_id, event.row, event.purpose == "delivery_proof")

    @apply.register
    def _(self, event: documents.PaperCleared) -> None:
        item_id, row, proof = self.papers[event.paper_id]
        if proof:
            self.cleared_photos[event.round].append(event.paper_id)
        elif item_id and row:
            self.item(item_id).rows.add(row)

    def _move(self, item_id: UUID, before: str, after: str, *, held: bool = False) -> None:
        item = self.item(item_id)
        require(item.place == before and not item.rejected, f"{after} comes after {before}")
        require(held or not item.held, "what is on hold goes on with nothing")
        item.place = after

    @apply.register
    def _(self, event: documents.DossierSubmitted) -> None:
        for item_id in event.items:
            self._move(item_id, "needed", "submitted")

    @apply.register
    def _(self, event: documents.VerificationPassed) -> None:
        self._move(event.item_id, "submitted", "verified")

    @apply.register
    def _(self, event: documents.DocumentIssued) -> None:
        self._move(event.item_id, "verified", "issued")

    @apply.register
    def _(self, event: documents.DocumentPrinted) -> None:
        self._move(event.item_id, "issued", "printed")

    @apply.register
    def _(self, event: documents.HandoverCompleted) -> None:
        for item_id in event.items:
            self._move(item_id, "printed", "with_officer")

    @apply.register
    def _(self, event: documents.RevisionRequested) -> None:
        self._move(event.item_id, "submitted", "needed")
        self.item(event.item_id).rows -= {row.row for row in event.rows}

    @apply.register
    def _(self, event: documents.VerificationRejected) -> None:
        item = self.item(event.item_id)
        allowed = {"submitted", "verified"} | ({"needed"} if event.reason == "papers_never_came" else set())
        require(item.place in allowed and not item.rejected, "only what was not issued is rejected")
        item.rejected, item.held = True, False

    @apply.register
    def _(self, event: documents.ProcessingHeld) -> None:
        item = self.item(event.item_id)
        require(item.place in {"submitted", "verified", "issued"} and not item.held, "only open work is held, once")
        item.held = True

    @apply.register
    def _(self, event: documents.ProcessingResumed) -> None:
        require(self.item(event.item_id).held, "only what is held goes on")
        self.item(event.item_id).held = False
