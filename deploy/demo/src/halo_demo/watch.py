"""Watches the topics while the demo runs, as a push gateway would: who waits for an event is told when it comes."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import Final
from uuid import UUID

from halo_demo.errors import DeadlineError
from halo_demo.facts import OURS, Fact, open_topics, read_fact

POLL_MS: Final = 100
Wanted = Callable[[Fact], bool]


class Watch:
    """All facts so far, by request, and who waits for the next ones."""

    def __init__(self, kafka: str) -> None:
        self._kafka = kafka
        self._seen: set[tuple[str, str]] = set()
        self._facts: dict[UUID, list[Fact]] = defaultdict(list)
        self._waiting: dict[UUID, list[tuple[Wanted, asyncio.Future[Fact]]]] = defaultdict(list)
        self._listeners: dict[str, list[Callable[[Fact], None]]] = defaultdict(list)
        self.counts: Counter[str] = Counter()
        """Events by name."""
        self.ready = asyncio.Event()
        self.moved = asyncio.Event()
        """Set at each fact; who waits for it clears it."""
        self.moved_at = time.monotonic()

    def listen(self, name: str, listener: Callable[[Fact], None]) -> None:
        """Call the listener with each event of this name, such as `request.received`."""
        self._listeners[name].append(listener)

    def facts_of(self, request_id: UUID) -> list[Fact]:
        """List what was seen of a request so far."""
        return self._facts[request_id]

    async def wait_for(self, request_id: UUID, wanted: Wanted, seconds: float) -> Fact:
        """Return the first fact of the request that is wanted, seen already or still to come.

        Raises:
            DeadlineError: it did not come in time.
        """
        for fact in self._facts[request_id]:
            if wanted(fact):
                return fact
        future: asyncio.Future[Fact] = asyncio.get_running_loop().create_future()
        entry = (wanted, future)
        self._waiting[request_id].append(entry)
        try:
            return await asyncio.wait_for(future, seconds)
        except TimeoutError:
            last = self._facts[request_id][-1].name if self._facts[request_id] else "nothing"
            raise DeadlineError(f"request {request_id} stands still after {last}") from None
        finally:
            with suppress(ValueError):
                self._waiting[request_id].remove(entry)

    async def run(self) -> None:
        """Read the topics until cancelled."""
        consumer = await open_topics(self._kafka, OURS)
        try:
            self.ready.set()
            while True:
                for records in (await consumer.getmany(timeout_ms=POLL_MS)).values():
                    for record in records:
                        self.note(read_fact(record))
        finally:
            await consumer.stop()

    def note(self, fact: Fact) -> None:
        """Take a fact in; the same event twice counts once."""
        identity = (fact.envelope.source, fact.envelope.id)
        if identity in self._seen:
            return
        self._seen.add(identity)
        self.counts[fact.name] += 1
        self.moved.set()
        self.moved_at = time.monotonic()
        if fact.request_id is not None:
            self._facts[fact.request_id].append(fact)
            for wanted, future in list(self._waiting.get(fact.request_id, ())):
                if not future.done() and wanted(fact):
                    future.set_result(fact)
        for listener in self._listeners[fact.name]:
            listener(fact)
