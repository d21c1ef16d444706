"""What all simulated people share: the way to the services, the watch, their tokens, papers and chance."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import httpx
from halo_events.contract import intake

from halo_demo.errors import StartupError
from halo_demo.lives import Life
from halo_demo.papers import PaperPool
from halo_demo.people.calls import Line, Person
from halo_demo.people.counter import Counter
from halo_demo.register import Register
from halo_demo.watch import Watch

COLLECTING: Final = 32
"""Officers who visit and collect papers at the same time."""
DELIVERING: Final = 16
"""Officers who deliver at the same time."""
EVENT_SECONDS: Final = 150.0
"""How long somebody waits for a fact; longer than the lease of a service that was killed."""
TOKEN_SECONDS: Final = 30.0
TOKEN_TRIES: Final = 5


@dataclass
class Office:
    """The world of the simulated people."""

    line: Line
    watch: Watch
    register: Register
    pool: PaperPool
    issuer: str
    seed: int
    lives: Mapping[str, Life] = field(default_factory=dict)
    """What shall become of each good request, by e-OPen's number."""
    collecting: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(COLLECTING))
    delivering: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(DELIVERING))
    counter: Counter = field(default_factory=Counter)
    _dice: random.Random = field(init=False)
    _people: dict[str, Person] = field(default_factory=dict)
    _client: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        """Take the dice of this seed, and open the way to the issuer, with a fresh connection for each token."""
        self._dice = random.Random(self.seed)  # noqa: S311 - a simulation, not a secret
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=0)
        self._client = httpx.AsyncClient(timeout=TOKEN_SECONDS, limits=limits, trust_env=False)

    async def sign_in(self, person_id: UUID | str, role: str, kelurahan_codes: Sequence[str] = ()) -> Person:
        """Return the person, with a token from the issuer that is fetched once.

        Raises:
            StartupError: the issuer gives none.
        """
        name = str(person_id)
        if name not in self._people:
            asked = {"sub": name, "roles": [role], "kelurahan_codes": list(kelurahan_codes)}
            self._people[name] = Person(name, await self._fetch_token(asked))
        return self._people[name]

    async def _fetch_token(self, asked: Mapping[str, object]) -> str:
        for _ in range(TOKEN_TRIES):
            try:
                answer = await self._client.post(f"{self.issuer}/token", json=asked)
                answer.raise_for_status()
            except httpx.TransportError:
                continue
            except httpx.HTTPStatusError as refusal:
                raise StartupError(f"the issuer gives no token: {refusal.response.status_code}") from None
            token: str = answer.json()["access_token"]
            return token
        raise StartupError(f"the issuer at {self.issuer} does not answer; see its log")

    async def received(self, request_id: UUID) -> intake.RequestReceived:
        """Return the fact with which a request began."""
        fact = await self.watch.wait_for(
            request_id, lambda fact: isinstance(fact.event, intake.RequestReceived), EVENT_SECONDS
        )
        assert isinstance(fact.event, intake.RequestReceived)  # noqa: S101 - waited for by this class
        return fact.event

    async def life_of(self, request_id: UUID) -> Life:
        """Return what shall become of a request."""
        return self.lives.get((await self.received(request_id)).source_ref or "", Life.STRAIGHT)

    def new_mark(self) -> UUID:
        """Return a mark that no paper of this run bears yet."""
        return UUID(int=self._dice.getrandbits(128), version=4)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
        await self.line.close()
