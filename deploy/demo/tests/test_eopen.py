import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer
from halo_demo.eopen import ANSWERS, REQUESTS
from halo_demo.facts import read_to_end
from halo_demo.supervisor import Program, Supervisor
from halo_events import topics
from halo_events.runtime.administration import apply_topics

BINARY = {
    "content-type": "application/json",
    "ce_id": "1",
    "ce_source": "/eopen",
    "ce_type": "t",
    "ce_specversion": "1.0",
}
LINES = (
    {"n": 1, "ref": "EO-1", "key": "EO-1", "headers": BINARY, "value": '{"eopen_id":"EO-1"}'},
    {"n": 2, "ref": "EO-2", "key": None, "headers": {"content-type": "application/cloudevents+json"}, "value": "{}"},
    {"n": 2, "ref": "EO-2", "key": "EO-2", "headers": BINARY, "value_base64": "//4="},
    {"n": 3, "ref": "EO-3", "key": "EO-3", "headers": BINARY, "value": "not wanted"},
)


async def answer(kafka: str) -> None:
    """Publish an answer twice, as an idempotent reader must expect."""
    headers = {"ce_id": "a1", "ce_source": "/halopamor/intake", "ce_causationid": "1"}
    headers |= {"ce_type": "id.go.bekasikota.halopamor.request.progressed.v1"}
    data = {"channel": "eopen", "source_ref": "EO-1", "status": "received", "request_id": "r1"}
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    for _ in range(2):
        encoded = [(name, value.encode()) for name, value in headers.items()]
        await producer.send_and_wait(ANSWERS, json.dumps(data).encode(), b"r1", headers=encoded)
    await producer.stop()


def read_report(path: Path) -> dict[str, Any]:
    """Read what e-OPen noted down so far."""
    report: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"sent": [], "answers": []}
    return report


async def await_report(path: Path) -> dict[str, Any]:
    """Wait until the report knows of all records and an answer."""
    async with asyncio.timeout(30):
        while len(read_report(path)["sent"]) < 3 or not read_report(path)["answers"]:  # noqa: ASYNC110 - a process writes it
            await asyncio.sleep(0.05)
    return read_report(path)


class TestEOpen:
    async def test_publishes_and_follows(self, kafka: str, tmp_path: Path) -> None:
        """The records go out as the file has them, up to the wanted request, and each answer is noted once."""
        await apply_topics(kafka, topics.ALL)
        (tmp_path / "requests.jsonl").write_text("".join(json.dumps(line) + "\n" for line in LINES))
        arguments = ["--kafka", kafka, "--requests", str(tmp_path / "requests.jsonl"), "--first", "2"]
        argv = [sys.executable, "-m", "halo_demo.eopen", *arguments, "--report", str(tmp_path / "report.json")]
        supervisor = Supervisor(tmp_path)
        await supervisor.start(Program("eopen", argv, ends_on_close=True, restarts=False))
        try:
            await answer(kafka)
            report = await await_report(tmp_path / "report.json")
        finally:
            await supervisor.stop()

        records = [record async for record in read_to_end(kafka, [topics.EOPEN_REQUESTS])]
        assert {record.value for record in records} == {b'{"eopen_id":"EO-1"}', b"{}", b"\xff\xfe"}
        assert {name for name, _ in records[0].headers} <= {*BINARY, "ce_time"}
        assert report["followed"] == {"EO-1": ["received"]}
        assert len(report["answers"]) == 1

    def test_knows_the_documented_topics(self) -> None:
        """It imports nothing of ours, and names the topics as we do."""
        assert (topics.EOPEN_REQUESTS.name, topics.REQUESTS.name) == (REQUESTS, ANSWERS)
