import asyncio
import io
import json
from collections.abc import AsyncIterator
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
