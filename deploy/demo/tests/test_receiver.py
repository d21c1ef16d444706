import asyncio
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from halo_demo.receiver import BUSY_EVERY, Log, SmsGateway, _number

TOKEN: Final = "token-of-this-test"
CALM: Final = next(str(number) for number in range(1000) if _number(str(number)) % BUSY_EVERY)
BUSY: Final = next(str(number) for number in range(1000) if not _number(str(number)) % BUSY_EVERY)


class Gateway:
    """A gateway that listens, and a client for it."""

    def __init__(self, url: str, log: io.StringIO, client: httpx.AsyncClient) -> None:
        self.url, self._log, self._client = url, log, client

    async def send(self, message_id: str, token: str = TOKEN) -> httpx.Response:
        """Hand a message over."""
        body = {"message_id": message_id, "to": "+628882000001", "text": "Contoh"}
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": message_id}
        return await self._client.post(self.url, json=body, headers=headers)

    def outcomes(self) -> list[Any]:
        """List what the log says."""
        return [json.loads(line)["outcome"] for line in self._log.getvalue().splitlines()]


@pytest.fixture(params=[0])
async def gateway(request: pytest.FixtureRequest) -> AsyncIterator[Gateway]:
    """A gateway; the parameter is how many calls get no answer."""
    log = io.StringIO()
    taker = SmsGateway(Log(log), TOKEN, request.param)
    server = await asyncio.start_server(taker.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
        yield Gateway(f"http://127.0.0.1:{port}/messages", log, client)
    server.close()
    await server.wait_closed()


class TestSmsGateway:
    async def test_accepts(self, gateway: Gateway) -> None:
        """A message is accepted, and the log says so."""
        assert (await gateway.send(CALM)).status_code == 202
        assert gateway.outcomes() == ["accepted"]

    async def test_wrong_token(self, gateway: Gateway) -> None:
        """Nobody else's messages are taken."""
        assert (await gateway.send(CALM, token="another")).status_code == 401
        assert gateway.outcomes() == []

    async def test_busy_at_first(self, gateway: Gateway) -> None:
        """Some messages are asked for again, once."""
        answers = [await gateway.send(BUSY) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [503, 202]
        assert answers[0].headers["Retry-After"] == "1"
        assert gateway.outcomes() == ["busy", "accepted"]

    @pytest.mark.parametrize("gateway", [1], indirect=True)
    async def test_silent(self, gateway: Gateway) -> None:
        """One message is taken without an answer; the next is answered."""
        with pytest.raises(httpx.RemoteProtocolError):
            await gateway.send(CALM)

        assert (await gateway.send(CALM)).status_code == 202
        assert gateway.outcomes() == ["accepted", "no_answer", "accepted"]

    async def test_tells_its_log(self, tmp_path: Path) -> None:
        """Who has the token reads what became of the messages; nobody else does."""
        with (tmp_path / "log.jsonl").open("a") as file:
            log = Log(file)
            log.add("sms", CALM, "accepted")
            server = await asyncio.start_server(SmsGateway(log, TOKEN, 0).serve, "127.0.0.1", 0)
            url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/log"
            async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
                told = await client.get(url, headers={"Authorization": f"Bearer {TOKEN}"})
                refused = await client.get(url)
            server.close()
            await server.wait_closed()

        assert told.json() == {"kind": "sms", "message_id": CALM, "outcome": "accepted"}
        assert refused.status_code == 401


class TestEnd:
    def test_stays(self, tmp_path: Path) -> None:
        """In a container it outlives its standard input, and ends by SIGTERM."""
        arguments = ["--sms-port", "0", "--smtp-port", "0", "--log", str(tmp_path / "log.jsonl"), "--stay"]
        secrets = {"HALO_SMS_TOKEN": TOKEN, "HALO_SMTP_PASSWORD": TOKEN}
        command = [sys.executable, "-m", "halo_demo.receiver", *arguments]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, env=os.environ | secrets) as process:
            deadline = time.monotonic() + 30
            while not _handles_sigterm(process.pid):
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.05)

            process.terminate()

            assert process.wait(30) == 0


def _handles_sigterm(process: int) -> bool:
    status = Path(f"/proc/{process}/status").read_text()
    caught = int(next(line for line in status.splitlines() if line.startswith("SigCgt")).split()[1], 16)
    return bool(caught >> (signal.SIGTERM - 1) & 1)
