"""Health pages: `/health/live` says that the process runs, `/health/ready` whether it can do its work and why not."""

from http import HTTPStatus

from fastapi import APIRouter, Response
from halo_events.runtime import Health
from pydantic import BaseModel


class Readiness(BaseModel):
    """Whether the process is ready, and the troubles of each of its parts."""

    ready: bool
    troubles: dict[str, dict[str, str]]


class Healths:
    """The health of each part of one process; a process without parts is ready."""

    def __init__(self, *healths: Health) -> None:
        self._healths = list(healths)

    def add(self, health: Health) -> None:
        """Let one more part be heard."""
        self._healths.append(health)

    @property
    def alive(self) -> bool:
        """Whether every part runs still."""
        return all(health.alive for health in self._healths)

    @property
    def readiness(self) -> Readiness:
        """The health of all parts together."""
        return Readiness(
            ready=all(health.ready for health in self._healths),
            troubles={health.name: dict(health.troubles) for health in self._healths if health.troubles},
        )


def health_routes(healths: Healths) -> APIRouter:
    """The two pages, open to whoever reaches the port: they tell no personal data."""
    router = APIRouter(include_in_schema=False)

    async def live(response: Response) -> dict[str, bool]:
        if not healths.alive:
            response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        return {"live": healths.alive}

    async def ready(response: Response) -> Readiness:
        readiness = healths.readiness
        if not readiness.ready:
            response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        return readiness

    router.add_api_route("/health/live", live, methods=["GET"])
    router.add_api_route("/health/ready", ready, methods=["GET"])
    return router
