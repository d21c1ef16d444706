"""What a service is made of."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from importlib import resources
from importlib.metadata import version
from importlib.resources.abc import Traversable

from fastapi import APIRouter
from halo_events.runtime import Handlers

from halo_service.browser import PageRouter
from halo_service.jobs import Job
from halo_service.settings import ServiceSettings


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service, put together by its `app.py`.

    `name` is the short one (`dispatch`). `resources` are objects that routes ask for by class (`http.provided`).
    `lifespan` opens what must be closed at the end; it is entered before the first role starts.
    `migrations` is the folder of the service's own SQL files. `pages` are routers of HTML pages (`PageRouter`), and
    `templates` the folder of their templates. `page_origins` are other origins that the pages send forms to and show
    images from, such as an object store.
    """

    name: str
    settings: ServiceSettings
    handlers: Handlers
    routers: tuple[APIRouter, ...] = ()
    pages: tuple[PageRouter, ...] = ()
    templates: Traversable | None = None
    page_origins: tuple[str, ...] = ()
    jobs: tuple[Job, ...] = ()
    migrations: Traversable | None = None
    resources: tuple[object, ...] = ()
    lifespan: Callable[[], AbstractAsyncContextManager[None]] | None = None

    @property
    def version(self) -> str:
        """The version of the service's package."""
        return version(f"halo-{self.name}")

    @property
    def migration_folders(self) -> tuple[Traversable, ...]:
        """The SQL files of HTTP idempotency and of the service; the runtime adds its own."""
        return (HTTP_MIGRATIONS, *((self.migrations,) if self.migrations else ()))


HTTP_MIGRATIONS: Traversable = resources.files("halo_service") / "migrations"
"""The tables that every service has for its HTTP side."""
