"""All simulated people together: whoever is told of something by the topics gets to work."""

import asyncio
from collections.abc import Coroutine
from typing import Any
from uuid import UUID

from halo_events.contract.event import RequestEvent

from halo_demo.facts import Fact
from halo_demo.lives import ROUNDS
from halo_demo.people.clerk import reopen
from halo_demo.people.coordinator import empty_queue
from halo_demo.people.office import Office
from halo_demo.people.officer import answer_offer
from halo_demo.people.operator import OPERATORS, Desk


class Crowd:
    """Starts a task for each offer and each wait, and ends when so many requests ended or one task fails."""

    def __init__(self, office: Office, expected: int) -> None:
        self._office = office
        self._expected = expected
        self._closed: set[UUID] = set()
        self._offered: dict[UUID, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._end: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        office.watch.listen("assignment.offered", self._on_offer)
        office.watch.listen("assignment.awaited", lambda fact: self._start(empty_queue(office, fact)))
        for end in ("request.closed", "request.cancelled"):
            office.watch.listen(end, lambda fact: self._start(self._end_or_reopen(fact)))

    async def work(self) -> None:
        """Work until all expected requests have come to their ends.

        Raises:
            DemoError: somebody could not do what he had to.
        """
        desk = Desk(self._office)
        for number in range(1, OPERATORS + 1):
            self._start(desk.work(number))
        try:
            await self._end
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _on_offer(self, fact: Fact) -> None:
        if fact.request_id is not None:
            number = self._offered.setdefault(fact.request_id, len(self._offered) + 1)
            self._start(answer_offer(self._office, fact, number))

    async def _end_or_reopen(self, fact: Fact) -> None:
        event = fact.event
        assert isinstance(event, RequestEvent)  # noqa: S101 - listened for by these names
        if event.round < ROUNDS.get(await self._office.life_of(event.request_id), 1):
            await reopen(self._office, event.request_id)
            return
        self._closed.add(event.request_id)
        if len(self._closed) >= self._expected and not self._end.done():
            self._end.set_result(None)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._on_done)

    def _on_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None and not self._end.done():
            self._end.set_exception(task.exception() or RuntimeError)
