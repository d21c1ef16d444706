"""Random legal lives of a request, told in random orders: the status is that of a bookkeeper who knows no tables."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from itertools import count, pairwise
from typing import Any, ClassVar, NamedTuple
from uuid import UUID, uuid5

from halo_events.contract import dispatch, documents
from halo_events.contract.event import SYSTEM, Event
from halo_events.envelope import Envelope
from halo_events.runtime import Database
from halo_intake.usecases.reopening import Reopening, reopen_request
from halo_service.callers import Caller, Role
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

Make = Callable[..., dict[str, Any]]
ComeIn = Callable[..., Awaitable[list[Event]]]

CLERK = Caller("clerk-7", frozenset({Role.CLERK}), acting_as=Role.CLERK)
START = datetime.fromisoformat("2026-03-02T10:00:00+07:00")
NUMBERS = count()
ENDED = ("delivered", "rejected")


class Fact(NamedTuple):
    """What happened in a round, and to which item; to none where it concerns the request."""

    round: int
    name: str
    item: int = -1


class Round(NamedTuple):
    """What dispatch and documents write in one round, each in its own order."""

    assignments: list[Fact]
    dossier: list[Fact]


VISITING = {
    "received": {"offered": "offered"},
    "offered": {"offered": "offered", "accepted": "accepted"},
    "accepted": {"left": "received", "scheduled": "scheduled"},
    "scheduled": {"missed": "accepted", "scheduled": "scheduled", "left": "received", "made": "made"},
}
AT_THE_DESK = {
    "needed": {"submitted": "submitted", "rejected": "rejected"},
    "submitted": {"held": "held", "revised": "needed", "rejected": "rejected", "passed": "verified"},
    "held": {"resumed": "submitted", "rejected": "rejected"},
    "verified": {"verified_held": "verified_held", "rejected": "rejected", "issued": "issued"},
    "verified_held": {"resumed": "verified", "rejected": "rejected"},
    "issued": {"issued_held": "issued_held", "printed": "printed"},
    "issued_held": {"resumed": "issued"},
    "printed": {"handed": "handed"},
}
HELD = ("held", "verified_held", "issued_held")


def walk(
    draw: st.DrawFn, moves: dict[str, dict[str, str]], state: str, *, last: Sequence[str]
) -> tuple[list[str], str]:
    """A random walk to one of the last states: the moves, and where it ended. From 12 moves on straight ahead."""
    made: list[str] = []
    while state not in last:
        choices = sorted(moves[state])
        move = draw(st.sampled_from(choices)) if len(made) < 12 else list(moves[state])[-1]
        made.append(move)
        state = moves[state][move]
    return made, state


@st.composite
def rounds(draw: st.DrawFn, number: int) -> Round:
    """A legal round, from the offer to the last item's end."""
    before, _ = walk(draw, VISITING, "received", last=["made"])
    after = draw(st.lists(st.just(["left", "offered", "accepted"]), max_size=1))
    assignments = [Fact(number, name) for name in [*before, *(name for names in after for name in names)]]
    walks = [walk(draw, AT_THE_DESK, "needed", last=["handed", "rejected"]) for _ in range(draw(st.integers(1, 3)))]
    items = [[Fact(number, name, item) for name in made] for item, (made, _) in enumerate(walks)]
    dossier = [Fact(number, "needed", len(items)), *draw(merged(items))]
    handed = [item for item, (_, end) in enumerate(walks) if end == "handed"]
    deliveries = [
        [*([Fact(number, "kept", item)] if draw(st.booleans()) else []), Fact(number, "delivered", item)]
        for item in handed
    ]
    return Round([*assignments, *draw(merged(deliveries))], dossier)


@st.composite
def merged(draw: st.DrawFn, lists: Iterable[Sequence[Any]]) -> list[Any]:
    """The lists as one, each in its own order."""
    left = [list(items) for items in lists if items]
    found = []
    while left:
        chosen = draw(st.sampled_from(left))
        found.append(chosen.pop(0))
        left = [items for items in left if items]
    return found


@st.composite
def arrivals(draw: st.DrawFn, assignments: Sequence[Fact], dossier: Sequence[Fact]) -> list[Fact]:
    """Both topics as they may reach intake, each in its own order; often one of them is ahead for a while."""
    ahead = draw(st.integers(0, len(assignments)))
    return [*assignments[:ahead], *draw(merged([assignments[ahead:], dossier]))]


class Bookkeeper:
    """Keeps in mind where each thing is now, as a clerk with a notebook would, and says the public status from that."""

    ORDER = ("collecting", "submitted", "processing", "printed", "with_officer", "at_kelurahan")
    STAGES: ClassVar[dict[str, str]] = {"accepted": "accepted", "scheduled": "visit_scheduled", "missed": "accepted"}
    PLACES: ClassVar[dict[str, str]] = {
        "submitted": "submitted", "revised": "collecting", "passed": "processing", "issued": "processing",
        "printed": "printed", "handed": "with_officer", "rejected": "rejected",
    }  # fmt: skip

    def __init__(self) -> None:
        self.stage = "received"
        self.places: dict[int, str] = {}
        self.held: set[int] = set()
        self.brought: dict[int, str] = {}

    def hear(self, fact: Fact) -> str:
        """Note a fact; the status then."""
        match fact.name:
            case "needed":
                self.places = dict.fromkeys(range(fact.item), "collecting")
            case "held" | "verified_held" | "issued_held":
                self.held.add(fact.item)
            case "resumed":
                self.held.discard(fact.item)
            case "kept" | "delivered":
                self.brought[fact.item] = {"kept": "at_kelurahan", "delivered": "delivered"}[fact.name]
            case _ if fact.item >= 0:
                self.places[fact.item] = self.PLACES[fact.name]
            case "made":
                self.stage = "collecting"
            case _ if self.stage != "collecting":
                self._promise(fact.name)
        return self.status()

    def _promise(self, name: str) -> None:
        if name == "left":
            self.stage = "received"
        elif name == "offered":
            self.stage = "offered" if self.stage == "received" else self.stage
        else:
            self.stage = self.STAGES[name]

    def status(self) -> str:
        """The public status."""
        if not self.places:
            return self.stage
        now = {item: self.brought.get(item, place) for item, place in self.places.items()}
        still_open = {item: place for item, place in now.items() if place not in ENDED}
        if not still_open:
            return "delivered" if "delivered" in now.values() else "rejected"
        least = min(still_open.values(), key=self.ORDER.index)
        waits = any(place == least and item in self.held - self.brought.keys() for item, place in still_open.items())
        return "held" if waits else least


CLASSES: dict[str, type[Event]] = {
    "offered": dispatch.AssignmentOffered, "accepted": dispatch.AssignmentAccepted, "left": dispatch.AssignmentAwaited,
    "scheduled": dispatch.VisitScheduled, "missed": dispatch.VisitMissed, "made": dispatch.VisitMade,
    "kept": dispatch.DeliveryReturned, "delivered": dispatch.DeliveryCompleted, "needed": documents.NeedRecorded,
    "submitted": documents.DossierSubmitted, "revised": documents.RevisionRequested,
    "rejected": documents.VerificationRejected, "passed": documents.VerificationPassed,
    "issued": documents.DocumentIssued, "printed": documents.DocumentPrinted, "handed": documents.HandoverCompleted,
    "resumed": documents.ProcessingResumed, **dict.fromkeys(HELD, documents.ProcessingHeld),
}  # fmt: skip
REASONS = {
    "offered": "officer_of_rw", "left": "officer_left", "missed": "nobody_home", "rejected": "not_entitled",
    **dict.fromkeys(HELD, "resident"),
}  # fmt: skip


def event_of(fact: Fact, request_id: UUID, minute: int) -> Event:
    """The fact as its service writes it. Fields that an event does not have are left out by its class."""
    someone = uuid5(request_id, "officer")
    items = [uuid5(request_id, f"{fact.round} {item}") for item in range(3)]
    needed = [{"item_id": item, "kind": "kia"} for item in items[: fact.item]]
    one = items[-1] if fact.name == "needed" else items[fact.item]
    moment = START + timedelta(minutes=minute)
    data = {
        "occurred_at": moment, "request_id": request_id, "round": fact.round, "actor": SYSTEM, "officer_id": someone,
        "level": "rw_officer", "due_at": moment, "reason": REASONS.get(fact.name), "kelurahan_code": "32.75.09.1006",
        "visit_id": someone, "visit_at": moment, "misses": 1, "item_id": one, "checklist_version": "v1",
        "items": needed if fact.name == "needed" else [one], "rows": [{"row": "kk", "reason": "unreadable"}],
        "issue_number": "N-1", "print_count": 1, "handover_id": someone, "operator_id": "op-1", "delivery_id": someone,
        "receiver": {"name": "Contoh Warga"}, "relation": "self", "proof": {"paper_id": someone, "sha256": "0" * 64},
    }  # fmt: skip
    return CLASSES[fact.name].model_validate(data)


def until_the_end(facts: Sequence[Fact]) -> int:
    """How many facts of a round are heard when its end is known."""
    book = Bookkeeper()
    return next(heard for heard, fact in enumerate(facts, 1) if book.hear(fact) in ENDED)


def told(facts: Sequence[Fact], number: int) -> list[str]:
    """The statuses of a round as they change; what is heard of others changes nothing."""
    book, statuses = Bookkeeper(), ["received"]
    statuses += [book.hear(fact) if fact.round == number else book.status() for fact in facts]
    return [status for before, status in pairwise(statuses) if status != before]


ROWS = (
    "SELECT r::text FROM requests AS r WHERE request_id = $1",
    "SELECT r::text FROM request_steps AS r WHERE request_id = $1 ORDER BY 1",
    "SELECT r::text FROM item_steps AS r WHERE request_id = $1 ORDER BY 1",
    "SELECT r::text FROM item_returns AS r WHERE request_id = $1 ORDER BY 1",
    "SELECT r::text FROM item_deliveries AS r WHERE request_id = $1 ORDER BY 1",
)


async def rows_of(database: Database, request_id: UUID) -> list[list[str]]:
    """What the tables say of a request."""
    async with database.transaction() as tx:
        return [[row[0] for row in await tx.fetch(query, request_id)] for query in ROWS]


class TestLives:
    @given(data=st.data())
    @settings(
        max_examples=50,
        phases=(Phase.explicit, Phase.reuse, Phase.generate),  # shrinking on a real store takes minutes
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    async def test_any_life_in_any_order(
        self, database: Database, receive: ComeIn, deliver: ComeIn, filing: Make, data: st.DataObject
    ) -> None:
        """The status is derived rightly after each fact, round by round, and a rebuild of the tables equals live."""
        first, second = data.draw(rounds(1)), data.draw(rounds(2))
        heard = data.draw(arrivals(*first))
        known = until_the_end(heard)
        known = data.draw(st.sampled_from([known, len(heard)]))
        heard, late = heard[:known], heard[known:]
        again = data.draw(arrivals([*late, *second.assignments], second.dossier))

        received, progressed = await receive(filing(eopen_id=f"EO-{next(NUMBERS)}"))
        own: list[Event] = [received, progressed]
        others = [event_of(fact, received.request_id, minute) for minute, fact in enumerate([*heard, *again])]
        published = await deliver(*others[:known])
        assert [event.status for event in published] == told(heard, 1)
        own += published

        async with database.transaction() as tx:
            await reopen_request(tx, received.tracking_no, Reopening("other"), CLERK, 3)
        assert [event.round for event in tx.emitted] == [2, 2]
        own += tx.emitted
        published = await deliver(*others[known:])
        assert [event.status for event in published] == told(again, 2)
        assert {event.round for event in published} == {2}
        own += published

        live = await rows_of(database, received.request_id)
        topics = [own, *([event for event in others if event.topic is topic] for topic in topics_of(others))]
        await rebuild(database, data.draw(merged(topics)))
        assert await rows_of(database, received.request_id) == live


def topics_of(events: Sequence[Event]) -> list[Any]:
    """The topics of events."""
    return list({event.topic.name: event.topic for event in events}.values())


async def rebuild(database: Database, events: Sequence[Event]) -> None:
    """Fold events anew, without any decision."""
    async with database.transaction() as tx:
        await tx.execute("TRUNCATE requests, request_steps, item_steps, item_returns, item_deliveries")
        for event in events:
            time = tx.now if event.topic.owner == "intake" else event.occurred_at
            tx.handle({event.key: Envelope("1", "/halopamor/any", event.type, time)})
            await database.handlers.projection_of[event.type].call(tx, event)
