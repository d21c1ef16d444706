"""A service's own resources (gateways and such) for its routes, by their class."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from fastapi import Request

R = TypeVar("R")


def provided(resource: type[R]) -> Callable[[Request], Coroutine[Any, Any, R]]:
    """Dependency: the resource of this class from `Service.resources`.

    `papers: Annotated[PaperStore, Depends(provided(PaperStore))]`. Raises LookupError where the service has none.
    """

    async def find(request: Request) -> R:
        for candidate in request.app.state.resources:
            if isinstance(candidate, resource):
                return candidate
        raise LookupError(f"the service provides no {resource.__name__}")

    return find
