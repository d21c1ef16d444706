"""How the records of one poll are ordered and cut into groups, as properties over any input."""

from collections import Counter
from itertools import pairwise
from typing import ClassVar
from uuid import UUID

from halo_events.contract.event import SYSTEM, RequestEvent
from halo_events.runtime.consumer import _halves
from halo_events.runtime.grouping import group, merge
from halo_events.runtime.incoming import Incoming, Slot, Verdict
from halo_events.topics import REQUESTS, Topic
from hypothesis import given
from hypothesis import strategies as st


class Red(RequestEvent):
    type: ClassVar[str] = "test.red.v1"
    topic: ClassVar[Topic] = REQUESTS


class Blue(RequestEvent):
    type: ClassVar[str] = "test.blue.v1"
    topic: ClassVar[Topic] = REQUESTS


FACTS = {"occurred_at": "2026-01-01T00:00:00Z", "actor": SYSTEM}
EVENTS = [kind(request_id=UUID(int=key), **FACTS) for kind in (Red, Blue) for key in range(3)]
SLOTS = [Slot(topic, partition) for topic in ("a", "b") for partition in (0, 1)]


@st.composite
def works(draw: st.DrawFn) -> dict[Slot, list[Incoming]]:
    """Records of several partitions, each without gaps, of any type, key and time; some without an event."""
    work = {}
    for slot in draw(st.sets(st.sampled_from(SLOTS), min_size=1)):
        first = draw(st.integers(0, 100))
        events = draw(st.lists(st.none() | st.sampled_from(EVENTS), min_size=1, max_size=8))
        work[slot] = [
            Incoming(
                slot,
                first + index,
                draw(st.integers(-5, 20)),
                Verdict.EVENT if event else Verdict.REJECTED,
                event=event,
                record_key=None if event else draw(st.none() | st.sampled_from([event.key for event in EVENTS])),
            )
            for index, event in enumerate(events)
        ]
    return work


def places(records: list[Incoming]) -> list[tuple[Slot, int]]:
    """Where records lie."""
    return [(incoming.slot, incoming.offset) for incoming in records]


@given(works())
def test_merge(work: dict[Slot, list[Incoming]]) -> None:
    """Nothing is lost or doubled, and each partition keeps its order."""
    merged = merge(work)

    for slot, records in work.items():
        assert [incoming for incoming in merged if incoming.slot == slot] == records
    assert len(merged) == sum(map(len, work.values()))


@given(works())
def test_merge_by_time(work: dict[Slot, list[Incoming]]) -> None:
    """Where clocks run forward, the earlier record comes first, whatever its partition."""
    if all(r.timestamp <= s.timestamp for records in work.values() for r, s in pairwise(records)):
        times = [max(incoming.timestamp, 0) for incoming in merge(work)]
        assert times == sorted(times)


@given(works())
def test_group(work: dict[Slot, list[Incoming]]) -> None:
    """A group has one type and one event per key; nothing is lost or doubled; no event passes one of its key."""
    events = merge(work)
    groups = group(events)

    assert Counter(places([incoming for members in groups for incoming in members])) == Counter(places(events))
    for members in groups:
        assert len({type(incoming.event) for incoming in members}) == 1
        assert len({incoming.key for incoming in members}) == len(members)
    for key in {incoming.key for incoming in events}:
        in_order = [incoming for incoming in events if incoming.key == key]
        handled = [incoming for members in groups for incoming in members if incoming.key == key]
        assert places(handled) == places(in_order)


@given(works())
def test_groups_are_few(work: dict[Slot, list[Incoming]]) -> None:
    """There are at most as many groups as types times the most events of one key."""
    events = merge(work)
    most = max(Counter(incoming.key for incoming in events).values())

    assert len(group(events)) <= most * len({type(incoming.event) for incoming in events})


@given(works())
def test_halves(work: dict[Slot, list[Incoming]]) -> None:
    """A split keeps each partition free of gaps: the part to be done first, last in the list, holds its beginning."""
    later, earlier = _halves(work)

    for slot, records in work.items():
        assert [*earlier.get(slot, ()), *later.get(slot, ())] == records
    assert abs(sum(map(len, earlier.values())) - sum(map(len, later.values()))) <= 1
