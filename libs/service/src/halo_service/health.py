"""Health pages: `/health/live` says that the process runs, `/health/ready` whether it can do its work and why not."""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from fastapi import APIRouter, Response
from pydantic import BaseModel


class Health(Protocol):
    """What a part of the process says of itself."""

    @property
    def ready(self) -> bool:
        """Whether it does its work."""

    @property
    def reasons(self) -> Sequence[str]:
        """What is wrong, in words without personal data; may be told while still ready."""


class Part(Protocol):
    """A part of the process that has a health: consumer, relay, job."""

    @property
    def health(self) -> Health:
        """Its health now."""


class Readiness(BaseModel):
    """Whether the process is ready, and what is wrong part by part."""

    ready: bool
    reasons: dict[str, list[str]]


class Parts:
    """The parts of one process; they come as they start."""

    def __init__(self) -> None:
        self._parts: dict[str, Part] = {}

    def add(self, name: str, part: Part) -> None:
        """Let a part be heard under this name."""
        self._parts[name] = part

    def readiness(self) -> Readiness:
        """The health of all parts together."""
        states: Mapping[str, Health] = {name: part.health for name, part in self._parts.items()}
        return Readiness(
            ready=all(state.ready for state in states.values()),
            reasons={name: list(state.reasons) for name, state in states.items() if state.reasons},
        )


_NOT_READY: Final = 503


def health_routes(parts: Parts) -> APIRouter:
    """The two pages; without sign-in, and told to nobody else than the operators of the platform."""
    router = APIRouter(include_in_schema=False)

    async def live() -> dict[str, bool]:
        return {"live": True}

    async def ready(response: Response) -> Readiness:
        readiness = parts.readiness()
        if not readiness.ready:
            response.status_code = _NOT_READY
        return readiness

    router.add_api_route("/health/live", live, methods=["GET"])
    router.add_api_route("/health/ready", ready, methods=["GET"])
    return router
