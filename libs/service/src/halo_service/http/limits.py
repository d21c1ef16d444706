"""What is refused before anything reads it, and what every answer says to caches and browsers."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException

from halo_service.http.answer import problem_answer
from halo_service.problems import status_problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_LIMIT: Final = 256 * 1024
"""Bytes of a request's body. Papers don't pass here: they go straight to the object store."""


_HEADERS: Final = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
"""Answers hold personal data, so that nobody on the way may keep them; a route may say otherwise."""


class Limits:
    """ASGI middleware: refuses a body over the limit with 413, a path or query that no database can hold with 400."""

    def __init__(self, app: "ASGIApp", body_limit: int = BODY_LIMIT) -> None:
        """`body_limit` in bytes; it also holds for a body that does not tell its length."""
        self._app = app
        self._body_limit = body_limit

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Serve the request with a counting `receive`."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        read = 0

        async def counted() -> "Message":
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._body_limit:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return message

        async def guarded(message: "Message") -> None:
            if message["type"] == "http.response.start":
                said = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(item for item in _HEADERS if item[0] not in said)]
            await send(message)

        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            answer = problem_answer(status_problem(HTTPStatus.BAD_REQUEST))
            await answer(scope, receive, guarded)
            return
        await self._app(scope, counted, guarded)
