"""The e-OPen backend, as a process of its own: it knows nothing of this project but the documented event format.

It publishes the records of a file on `eopen.request.v1`, follows `halopamor.intake.request.v1`, and writes down which
answers each record got. Some residents tap "cancel" when they see a certain status. It ends when its standard input
closes.
"""

import argparse
import asyncio
import base64
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.structs import RecordMetadata

REQUESTS: Final = "eopen.request.v1"
ANSWERS: Final = "halopamor.intake.request.v1"
PREFIX: Final = "id.go.bekasikota.halopamor.request."
SEND_SECONDS: Final = 60
WRITE_SECONDS: Final = 1.0
POLL_MS: Final = 200


class Ledger:
    """What was sent, and what came back for it."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.answers: list[dict[str, Any]] = []
        self.followed: dict[str, list[str]] = {}
        """The statuses of each of our numbers, in the order in which we were told."""
        self.shown: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        """Numbers with the statuses that their residents see now."""
        self._ours: set[str] = set()
        self._seen: set[tuple[str, str]] = set()

    def add_answer(self, record: ConsumerRecord) -> None:
        """Note an event about one of our requests; the same event twice counts once."""
        headers = {name: value.decode() for name, value in record.headers}
        identity = (headers["ce_source"], headers["ce_id"])
        if identity in self._seen or not headers["ce_type"].startswith(PREFIX):
            return
        self._seen.add(identity)
        kind = headers["ce_type"].removeprefix(PREFIX).removesuffix(".v1")
        data = json.loads(record.value)
        if data.get("channel") == "eopen":
            self._ours.add(data["request_id"])
        if data["request_id"] in self._ours:
            self._add_ours(kind, headers, data)

    def _add_ours(self, kind: str, headers: dict[str, str], data: dict[str, Any]) -> None:
        if kind == "progressed":
            self.followed.setdefault(data["source_ref"], []).append(data["status"])
            self.shown.put_nowait((data["source_ref"], data["status"]))
        if kind in {"received", "refused", "progressed", "cancel_requested", "cancelled"}:
            self.answers.append(_answer(kind, headers, data))

    def write(self, path: Path) -> None:
        """Write all of it as JSON, whole or not at all."""
        aside = path.with_suffix(".aside")
        aside.write_text(json.dumps({"sent": self.sent, "answers": self.answers, "followed": self.followed}))
        aside.replace(path)


def _answer(kind: str, headers: dict[str, str], data: dict[str, Any]) -> dict[str, Any]:
    """Keep what a backend needs, and no personal data."""
    return {
        "kind": kind,
        "request_id": data["request_id"],
        "source_ref": data.get("source_ref"),
        "status": data.get("status"),
        "causation_id": headers.get("ce_causationid"),
        "reasons": data.get("reasons", []),
    }


async def publish(producer: AIOKafkaProducer, lines: Sequence[dict[str, Any]], ledger: Ledger, pause: float) -> None:
    """Send the records in the order of the file; `pause` is in seconds, between two of them."""
    for line in lines:
        sent = await _send(producer, line)
        ledger.sent.append({"ref": line["ref"], "partition": sent.partition, "offset": sent.offset})
        await asyncio.sleep(pause)


async def cancel(producer: AIOKafkaProducer, lines: Sequence[dict[str, Any]], ledger: Ledger) -> None:
    """Ask to cancel, once, where a resident who wants to sees the status at which he does."""
    wanted = {line["ref"]: line["cancel"] for line in lines if "cancel" in line}
    while True:
        ref, status = await ledger.shown.get()
        if ref in wanted and wanted[ref]["when"] == status:
            await _send(producer, wanted.pop(ref))


async def _send(producer: AIOKafkaProducer, line: dict[str, Any]) -> RecordMetadata:
    key = line["key"].encode() if line["key"] else None
    pending = await producer.send(REQUESTS, value=_value(line), key=key, headers=_headers(line["headers"]))
    return await asyncio.wait_for(pending, SEND_SECONDS)


def _value(line: dict[str, Any]) -> bytes:
    if "value_base64" in line:
        return base64.b64decode(line["value_base64"])
    return str(line["value"]).encode()


def _headers(headers: dict[str, str]) -> list[tuple[str, bytes]]:
    """In binary mode the event gets the time of its publication."""
    if "ce_id" in headers:
        headers = headers | {"ce_time": datetime.now(UTC).isoformat()}
    return [(name, value.encode()) for name, value in headers.items()]


async def follow(kafka: str, ledger: Ledger, end: asyncio.Event) -> None:
    """Read the answers from the start of their topic until the end is called."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        partitions = [TopicPartition(ANSWERS, number) for number in await _partitions(consumer)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        while not end.is_set():
            for records in (await consumer.getmany(timeout_ms=POLL_MS)).values():
                for record in records:
                    ledger.add_answer(record)
    finally:
        await consumer.stop()


async def _partitions(consumer: AIOKafkaConsumer) -> Sequence[int]:
    await consumer._client.force_metadata_update()  # noqa: SLF001 - the consumer learns of a topic only when it is asked
    found = consumer.partitions_for_topic(ANSWERS)
    if not found:
        message = f"topic {ANSWERS} is missing: run `halo-events topics apply` first"
        raise SystemExit(message)
    return sorted(found)


async def run(kafka: str, lines: Sequence[dict[str, Any]], report: Path, pause: float) -> None:
    """Publish the records, and follow until standard input closes."""
    ledger, end = Ledger(), asyncio.Event()
    producer = AIOKafkaProducer(bootstrap_servers=kafka, enable_idempotence=True)
    await producer.start()
    following = asyncio.create_task(follow(kafka, ledger, end))
    sending = [
        asyncio.create_task(publish(producer, lines, ledger, pause)),
        asyncio.create_task(cancel(producer, lines, ledger)),
    ]
    closing = asyncio.create_task(_await_close())
    while not closing.done():
        ledger.write(report)
        await asyncio.wait({closing}, timeout=WRITE_SECONDS)
        for task in (following, *sending):
            if task.done():
                task.result()
    for task in sending:
        task.cancel()
    end.set()
    await following
    await producer.stop()
    ledger.write(report)


async def _await_close() -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="halo_demo.eopen", description=__doc__)
    parser.add_argument("--kafka", required=True)
    parser.add_argument("--requests", type=Path, required=True)
    parser.add_argument("--report", type=Path, required=True)
    parser.add_argument("--first", type=int, required=True)
    parser.add_argument("--pause", type=float, default=0.0)
    given = parser.parse_args()
    lines = [json.loads(line) for line in given.requests.read_text(encoding="ascii").splitlines()]
    wanted = [line for line in lines if line["n"] <= given.first]
    asyncio.run(run(given.kafka, wanted, given.report, given.pause))


if __name__ == "__main__":
    main()
