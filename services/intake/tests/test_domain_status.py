from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, pairwise
from uuid import UUID

from halo_events.contract.intake import PublicStatus
from halo_intake.domain.status import LIFECYCLE, Progress, ended_at, public_status
from hypothesis import given
from hypothesis import strategies as st

P = PublicStatus
A, B = UUID(int=1), UUID(int=2)
START = datetime(2026, 3, 2, tzinfo=UTC)

Step = tuple[UUID | None, PublicStatus, datetime]
Fact = tuple[Step, ...]
"""The steps that one event brings: they come together."""


def _at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


ASSIGNMENTS: Sequence[Fact] = (
    ((None, P.OFFERED, _at(1)),),
    ((None, P.ACCEPTED, _at(2)),),
    ((None, P.VISIT_SCHEDULED, _at(3)),),
    ((None, P.COLLECTING, _at(4)),),
    ((A, P.DELIVERED, _at(14)),),
    ((B, P.DELIVERED, _at(15)),),
)
DOSSIERS: Sequence[Fact] = (
    ((A, P.COLLECTING, _at(5)), (B, P.COLLECTING, _at(5))),
    ((A, P.SUBMITTED, _at(6)),),
    ((B, P.SUBMITTED, _at(7)),),
    ((A, P.PROCESSING, _at(8)),),
    ((B, P.PROCESSING, _at(9)),),
    ((A, P.PRINTED, _at(10)),),
    ((B, P.PRINTED, _at(11)),),
    ((A, P.WITH_OFFICER, _at(12)), (B, P.WITH_OFFICER, _at(13))),
)


@st.composite
def interleavings(draw: st.DrawFn) -> list[Fact]:
    """The facts of both topics as they may reach intake: each topic in its own order, none before the other."""
    topics = [list(ASSIGNMENTS), list(DOSSIERS)]
    merged: list[Fact] = []
    while any(topics):
        merged.append(draw(st.sampled_from([topic for topic in topics if topic])).pop(0))
    return merged


def _progress(facts: Sequence[Fact]) -> Progress:
    request = {P.RECEIVED: _at(0)}
    items: dict[UUID, dict[PublicStatus, datetime]] = {}
    deliveries: dict[UUID, dict[PublicStatus, datetime]] = {}
    for item_id, status, time in chain(*facts):
        if item_id is None:
            request[status] = time
        else:
            found = deliveries if status in {P.AT_KELURAHAN, P.DELIVERED} else items
            found.setdefault(item_id, {})[status] = time
    return Progress(request, items, deliveries)


class TestPublicStatus:
    def test_received(self) -> None:
        """At first nothing is known but the request."""
        assert public_status(_progress([])) == (P.RECEIVED, _at(0))

    def test_least_advanced_item(self) -> None:
        """The request is where its slowest item is, since that one came there."""
        assert public_status(_progress([*ASSIGNMENTS[:4], *DOSSIERS[:4]])) == (P.SUBMITTED, _at(7))

    def test_delivery_before_the_need(self) -> None:
        """A delivery counts for nothing until the items are known, and at once when they are."""
        assert public_status(_progress(ASSIGNMENTS)) == (P.COLLECTING, _at(4))
        assert public_status(_progress([*ASSIGNMENTS, DOSSIERS[0]])) == (P.DELIVERED, _at(15))

    def test_one_item_not_delivered(self) -> None:
        """Nobody says delivered while an item is on its way."""
        assert public_status(_progress([*DOSSIERS, ASSIGNMENTS[4]])) == (P.WITH_OFFICER, _at(13))

    def test_closed_stays_closed(self) -> None:
        """A step that is heard of after the closing changes nothing."""
        closed = Progress({P.RECEIVED: _at(0), P.CLOSED: _at(99)}, {A: {P.COLLECTING: _at(5)}})
        assert public_status(closed) == (P.CLOSED, _at(99))

    def test_at_the_kelurahan(self) -> None:
        """A document that the kelurahan keeps is past the officer, and may still be delivered."""
        items = {A: {P.COLLECTING: _at(5), P.WITH_OFFICER: _at(12)}}
        kept = {P.AT_KELURAHAN: _at(20)}
        assert public_status(Progress({P.RECEIVED: _at(0)}, items, {A: kept})) == (P.AT_KELURAHAN, _at(20))
        fetched = {A: {**kept, P.DELIVERED: _at(30)}}
        assert public_status(Progress({P.RECEIVED: _at(0)}, items, fetched)) == (P.DELIVERED, _at(30))

    def test_cancelled(self) -> None:
        """What is cancelled stays so, whatever else is known."""
        request = {P.RECEIVED: _at(0), P.CANCELLED: _at(50), P.CLOSED: _at(99)}
        progress = Progress(request, {A: {P.COLLECTING: _at(5)}}, {A: {P.DELIVERED: _at(6)}})
        assert (public_status(progress), ended_at(progress)) == ((P.CANCELLED, _at(50)), None)

    @given(interleavings())
    def test_never_backward(self, facts: list[Fact]) -> None:
        """However the topics interleave, the status only climbs, and ends the same."""
        seen = [public_status(_progress(facts[: n + 1])) for n in range(len(facts))]
        ranks = [LIFECYCLE.index(status) for status, _ in seen]
        assert all(before <= after for before, after in pairwise(ranks))
        assert seen[-1] == (P.DELIVERED, _at(15))

    @given(st.permutations([*ASSIGNMENTS, *DOSSIERS]))
    def test_any_order(self, facts: list[Fact]) -> None:
        """Status and time depend on what is known, not on when it came."""
        assert public_status(_progress(facts)) == (P.DELIVERED, _at(15))


def _items(**items: dict[PublicStatus, int]) -> Progress:
    """A visited request whose items have these steps, in minutes; delivered ones too."""
    ids = {"a": A, "b": B}
    steps = {ids[name]: {P.COLLECTING: _at(5), **_times(item)} for name, item in items.items()}
    delivered = {
        item_id: {P.DELIVERED: item.pop(P.DELIVERED)} for item_id, item in steps.items() if P.DELIVERED in item
    }
    return Progress({P.RECEIVED: _at(0), P.COLLECTING: _at(4)}, steps, delivered)


def _times(steps: dict[PublicStatus, int]) -> dict[PublicStatus, datetime]:
    return {status: _at(minute) for status, minute in steps.items()}


class TestHeld:
    def test_least_advanced(self) -> None:
        """A held item shows only where no other is less advanced."""
        held = {P.SUBMITTED: 6, P.HELD: 8}
        assert public_status(_items(a=held, b={})) == (P.COLLECTING, _at(4))
        assert public_status(_items(a=held, b={P.SUBMITTED: 7})) == (P.HELD, _at(8))
        assert public_status(_items(a=held, b={P.SUBMITTED: 7, P.PRINTED: 9})) == (P.HELD, _at(8))

    def test_since_the_last_came_there(self) -> None:
        """The request is held from when its other items are no longer behind."""
        assert public_status(_items(a={P.SUBMITTED: 6, P.HELD: 8}, b={P.SUBMITTED: 20})) == (P.HELD, _at(20))

    def test_delivered_meanwhile(self) -> None:
        """A delivery that is heard of before the end of the hold counts at once."""
        assert public_status(_items(a={P.SUBMITTED: 6, P.HELD: 8, P.DELIVERED: 30})) == (P.DELIVERED, _at(30))


class TestRejected:
    def test_all(self) -> None:
        """A request is rejected with its last item."""
        progress = _items(a={P.SUBMITTED: 6, P.REJECTED: 8}, b={P.REJECTED: 10})
        assert (public_status(progress), ended_at(progress)) == ((P.REJECTED, _at(10)), _at(10))

    def test_held_before(self) -> None:
        """Rejection ends a hold."""
        assert public_status(_items(a={P.SUBMITTED: 6, P.HELD: 7, P.REJECTED: 8})) == (P.REJECTED, _at(8))

    def test_one_of_two(self) -> None:
        """The other item goes on, and the request with it, from when the rejected one held it back no longer."""
        rejected = {P.SUBMITTED: 6, P.REJECTED: 12}
        assert public_status(_items(a=rejected, b={P.SUBMITTED: 7})) == (P.SUBMITTED, _at(7))
        assert public_status(_items(a=rejected, b={P.SUBMITTED: 7, P.PRINTED: 9})) == (P.PRINTED, _at(12))
        ended = _items(a=rejected, b={P.SUBMITTED: 7, P.DELIVERED: 30})
        assert (public_status(ended), ended_at(ended)) == ((P.DELIVERED, _at(30)), _at(30))

    def test_closed(self) -> None:
        """Closing leaves it rejected for everybody to see; a delivered one is closed, and ended at its delivery."""
        rejected, delivered = _items(a={P.REJECTED: 10}), _items(a={P.DELIVERED: 10})
        for progress, standing in ((rejected, (P.REJECTED, _at(10))), (delivered, (P.CLOSED, _at(99)))):
            closed = Progress({**progress.request, P.CLOSED: _at(99)}, progress.items, progress.deliveries)
            assert (public_status(closed), ended_at(closed)) == (standing, _at(10))
