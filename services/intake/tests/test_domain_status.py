from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, pairwise
from uuid import UUID

from halo_events.contract.intake import PublicStatus
from halo_intake.domain.status import LIFECYCLE, Progress, public_status
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
    request, deliveries = {P.RECEIVED: _at(0)}, {}
    items: dict[UUID, dict[PublicStatus, datetime]] = {}
    for item_id, status, time in chain(*facts):
        if item_id is None:
            request[status] = time
        elif status is P.DELIVERED:
            deliveries[item_id] = time
        else:
            items.setdefault(item_id, {})[status] = time
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
