from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, Request, Response
from halo_demo.errors import CallError
from halo_demo.people.calls import Line, Person

OFFICER = Person("officer-1", "token")


class Service:
    """A service whose next answers are laid ready: status, code, Retry-After."""

    def __init__(self, *answers: tuple[int, str]) -> None:
        self.keys: list[str] = []
        self._answers = list(answers)

    async def answer(self, request: Request) -> Response:
        """Give the next answer, and note the call's key."""
        self.keys.append(request.headers["idempotency-key"])
        status, code = self._answers.pop(0)
        body = f'{{"code": "{code}"}}'
        return Response(body, status, {"Retry-After": "0"}, media_type="application/json")


@asynccontextmanager
async def line_to(service: Service) -> AsyncIterator[Line]:
    """Serve the service on a port of its own, and open a line to it."""
    app = FastAPI()
    app.add_api_route("/do", service.answer, methods=["POST"], response_class=Response)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off"))
    config: Any = server.config
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    port = server.servers[0].sockets[0].getsockname()[1]
    line = Line({"dispatch": f"http://127.0.0.1:{port}"}, seed=1)
    try:
        yield line
    finally:
        await line.close()
        await server.shutdown()


class TestPost:
    async def test_not_yet_is_obeyed(self) -> None:
        """A person asks again when told so, with the same key."""
        service = Service((409, "not-yet"), (200, ""))

        async with line_to(service) as line:
            await line.post("dispatch", "/do", OFFICER)

        assert len(service.keys) == 2
        assert len(set(service.keys)) == 1
        assert line.tally.not_yet == 1

    async def test_a_service_that_is_away(self) -> None:
        """503 is tried again."""
        service = Service((503, "away"), (200, ""))

        async with line_to(service) as line:
            await line.post("dispatch", "/do", OFFICER)

        assert line.tally.away == {"503 away": 1}

    async def test_a_refusal_is_final(self) -> None:
        """Any other refusal ends the attempt, told by status and code."""
        service = Service((409, "wrong-state"))

        async with line_to(service) as line:
            with pytest.raises(CallError, match="409 wrong-state"):
                await line.post("dispatch", "/do", OFFICER)

    async def test_another_attempt_has_another_key(self) -> None:
        """Two uploads for one row are two attempts."""
        service = Service((200, ""), (200, ""))

        async with line_to(service) as line:
            await line.post("dispatch", "/do", OFFICER, attempt=1)
            await line.post("dispatch", "/do", OFFICER, attempt=2)

        assert len(set(service.keys)) == 2
