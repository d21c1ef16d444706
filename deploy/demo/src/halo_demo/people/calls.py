"""How a simulated person calls a service: patient with services that restart, obedient to `not-yet`."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID, uuid5

import httpx

from halo_demo.errors import CallError

NAMESPACE: Final = UUID("6f1c3c1e-4f5e-4a53-9a57-2b1f6f0c3275")
CALL_SECONDS: Final = 10.0
CONNECTIONS: Final = 8
"""To each service at the same time."""
STORE: Final = "store"
PATIENCE_SECONDS: Final = 75.0
"""How long a person tries one thing before giving up; a killed service is back in less."""
FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 2.0
NOT_YET: Final = "not-yet"
BROKEN: Final = (httpx.TransportError, AttributeError)
"""How a call breaks: anyio answers with the second where the other side was killed in the moment of connecting."""
AWAY: Final = frozenset({429, 502, 503, 504})


@dataclass
class Tally:
    """What the calls came to."""

    calls: int = 0
    not_yet: int = 0
    withdrawn: int = 0
    """Handovers that operators took back; no topic tells of them."""
    away: Counter[str] = field(default_factory=Counter)
    """Calls that had to be repeated because somebody was away, by error or status."""


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in; `id` is his opaque id, as in the token's `sub`."""

    id: str
    token: str = field(repr=False)


class _Door:
    """A few connections to one service. Who waits does so here: a long queue makes httpx slow."""

    def __init__(self) -> None:
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS, keepalive_expiry=4)
        self.client = httpx.AsyncClient(timeout=CALL_SECONDS, limits=limits, trust_env=False)
        self._free = asyncio.Semaphore(CONNECTIONS)

    async def get(self, url: str, **arguments: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        async with self._free:
            return await self.client.get(url, **arguments)

    async def post(self, url: str, **arguments: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        async with self._free:
            return await self.client.post(url, **arguments)


class Line:
    """The way to all services; `addresses` by service name."""

    def __init__(self, addresses: Mapping[str, str], seed: int) -> None:
        self._addresses = addresses
        self._rng = random.Random(seed)  # noqa: S311 - jitter, not a secret
        self._doors = {name: _Door() for name in (*addresses, STORE)}
        self.tally = Tally()

    async def close(self) -> None:
        """Close the connections."""
        for door in self._doors.values():
            await door.client.aclose()

    async def get(self, service: str, path: str, person: Person) -> Any:  # noqa: ANN401 - JSON
        """Return the JSON that the service answers."""
        call = partial(self._doors[service].get, self._addresses[service] + path, headers=_authorization(person))
        return (await self._persist(f"GET {service}{path}", call)).json()

    async def post(
        self, service: str, path: str, person: Person, body: Mapping[str, Any] | None = None, *, attempt: int | str = 1
    ) -> Any:  # noqa: ANN401 - JSON
        """Post a body and return the answer; every try of the same attempt by the same person bears the same key.

        Raises:
            CallError: the service refused, or did not answer for more than a minute.
        """
        sent = dict(body or {})
        key = uuid5(NAMESPACE, repr((person.id, path, sorted(sent.items()), attempt)))
        headers = _authorization(person) | {"Idempotency-Key": str(key)}
        call = partial(self._doors[service].post, self._addresses[service] + path, headers=headers, json=sent)
        return (await self._persist(f"POST {service}{path}", call)).json()

    async def post_unless_late(self, service: str, path: str, person: Person, body: Mapping[str, Any]) -> None:
        """Post a body; a conflict is well: somebody was faster, or an earlier try was taken and its answer lost.

        Raises:
            CallError: any other refusal, or no answer for more than a minute.
        """
        try:
            await self.post(service, path, person, body)
        except CallError as refusal:
            if refusal.status != HTTPStatus.CONFLICT:
                raise

    async def send_form(self, url: str, fields: Mapping[str, str], content: bytes, media_type: str) -> None:
        """Post a file to the store by a presigned form: the same file under the same name, however often.

        Raises:
            CallError: the store refused it, or did not answer for more than a minute.
        """
        files = {"file": ("paper", content, media_type)}
        call = partial(self._doors[STORE].post, url, data=dict(fields), files=files)
        await self._persist("upload to the store", call)

    async def _persist(self, what: str, call: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        deadline = time.monotonic() + PATIENCE_SECONDS
        pause = FIRST_PAUSE
        while True:
            answer, wait = await self._try(what, call)
            if answer is not None and wait is None:
                return answer
            if time.monotonic() > deadline:
                status = answer.status_code if answer is not None else 0
                raise CallError(f"{what} (calls in vain: {dict(self.tally.away)})", status, "gave-up")
            await asyncio.sleep((wait or pause) * self._rng.uniform(1.0, 1.2))
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _try(
        self, what: str, call: Callable[[], Awaitable[httpx.Response]]
    ) -> tuple[httpx.Response | None, float | None]:
        """Call once: the answer, and the seconds to wait before another try (0: as you like, none: it is final)."""
        self.tally.calls += 1
        try:
            answer = await call()
        except BROKEN as problem:
            self.tally.away[type(problem).__name__] += 1
            return None, 0.0
        if answer.is_success:
            return answer, None
        code = _code(answer)
        retry_after = float(answer.headers.get("Retry-After", "0"))
        if code == NOT_YET:
            self.tally.not_yet += 1
            return answer, retry_after
        if answer.status_code in AWAY:
            self.tally.away[f"{answer.status_code} {code}"] += 1
            return answer, retry_after
        raise CallError(what, answer.status_code, code)


def _authorization(person: Person) -> dict[str, str]:
    return {"Authorization": f"Bearer {person.token}"}


def _code(answer: httpx.Response) -> str:
    try:
        return str(answer.json().get("code", ""))
    except (ValueError, AttributeError):
        return ""
