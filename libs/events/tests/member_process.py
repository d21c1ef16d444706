"""A consumer and a relay in a process of their own, for tests that kill or freeze it.

Its handler logs each event under the process id. At an event whose number is negative it stops in mid-transaction,
having taken the advisory lock 4711, until SIGUSR1 comes.
"""

import asyncio
import json
import os
import signal
import sys
from typing import Any, ClassVar

from halo_events.contract.event import RequestEvent
from halo_events.runtime import Consumer, Handlers, Relay, Tx, on
from halo_events.topics import Topic

GIVEN: dict[str, Any] = json.loads(sys.argv[1])
EFFECTS = Topic(GIVEN["effects"], "up", "request_id", partitions=GIVEN["partitions"])
GATE = asyncio.Event()
RESULTS = Topic(GIVEN["results"], GIVEN["service"], "request_id", partitions=GIVEN["partitions"])


class Effect(RequestEvent):
    """What the test publishes."""

    type: ClassVar[str] = "test.effect.v1"
    topic: ClassVar[Topic] = EFFECTS
    number: int


class Result(RequestEvent):
    """What follows from it."""

    type: ClassVar[str] = "test.result.v1"
    topic: ClassVar[Topic] = RESULTS
    number: int


async def handle(tx: Tx, event: Effect) -> None:
    """Log the event, slowly, and answer it."""
    sql = "INSERT INTO log (who, request_id, number) SELECT $1, $2, $3 FROM pg_sleep(0.005)"
    await tx.execute(sql, str(os.getpid()), event.request_id, event.number)
    await tx.emit(Result(**event.model_dump()))
    if event.number < 0:
        await tx.execute("SELECT pg_advisory_xact_lock(4711)")
        await GATE.wait()


async def main() -> None:
    """Run until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, GATE.set)
    handlers = Handlers(GIVEN["service"], decisions=(on(Effect, handle),))
    consumer = Consumer(handlers, dsn=GIVEN["dsn"], kafka=GIVEN["kafka"])
    relay = Relay(GIVEN["service"], dsn=GIVEN["dsn"], kafka=GIVEN["kafka"], topics=[RESULTS.name])
    await asyncio.gather(consumer.run(stop), relay.run(stop))


if __name__ == "__main__":
    asyncio.run(main())
