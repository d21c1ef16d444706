import asyncio
import io
from uuid import UUID

import pytest
from halo_demo.errors import DeadlineError
from halo_demo.facts import Topics
from halo_demo.timeline import choose, draw
from halo_demo.view import STAGES, progress_of
from halo_demo.watch import Watch
from rich.console import Console

REQUEST = UUID(int=1)


@pytest.fixture
def watch() -> Watch:
    """A watch that reads no topics: tests tell it facts."""
    return Watch("nowhere:0")


class TestWaitFor:
    async def test_seen_already(self, watch: Watch, topics: Topics) -> None:
        """What was seen before is found at once."""
        for fact in topics.facts:
            watch.note(fact)

        found = await watch.wait_for(REQUEST, lambda fact: fact.name == "visit.made", seconds=0)

        assert found.name == "visit.made"

    async def test_still_to_come(self, watch: Watch, topics: Topics) -> None:
        """Who waits is told when it comes."""
        waiting = asyncio.create_task(watch.wait_for(REQUEST, lambda fact: fact.name == "visit.made", seconds=5))
        await asyncio.sleep(0)

        for fact in topics.facts:
            watch.note(fact)

        assert (await waiting).name == "visit.made"

    async def test_too_late(self, watch: Watch) -> None:
        """The error says where the request stands still."""
        with pytest.raises(DeadlineError, match="stands still after nothing"):
            await watch.wait_for(REQUEST, lambda _: True, seconds=0)


class TestNote:
    async def test_a_repeat_counts_once(self, watch: Watch, topics: Topics) -> None:
        """Events are told apart by source and id."""
        for fact in (*topics.facts, *topics.facts):
            watch.note(fact)

        assert watch.counts["request.closed"] == 1


class TestProgressOf:
    def test_from_nothing_to_all(self) -> None:
        """Stages count alike."""
        assert progress_of({}, 2) == 0
        assert progress_of(dict.fromkeys(STAGES, 1), 2) == 0.5
        assert progress_of(dict.fromkeys(STAGES, 2), 2) == 1


class TestTimeline:
    def test_tells_no_personal_data(self, topics: Topics) -> None:
        """The story has each event in order, and neither name, number nor address."""
        request_id = choose(topics)
        assert request_id is not None
        console = Console(width=200, record=True, file=io.StringIO())

        console.print(draw(topics, request_id))

        text = console.export_text()
        assert text.index("request.received") < text.index("delivery.completed") < text.index("request.closed")
        assert not any(word in text for word in ("Melati", "327599", "+62", "Jl."))
