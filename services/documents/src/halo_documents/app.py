"""Composition root: the only module that knows every room."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from typing import Final

import structlog
from halo_events.runtime import Database, Handlers
from halo_service.service import CommandError, Service

from halo_documents.api import ROUTERS
from halo_documents.domain.checklists import load_checklists
from halo_documents.gateways.checking import Checker
from halo_documents.gateways.scanner import Scanner
from halo_documents.gateways.store import PaperStore, StoreAwayError
from halo_documents.handlers import DECISIONS, PROJECTIONS
from halo_documents.jobs import jobs
from halo_documents.pages import ROUTERS as PAGES
from halo_documents.pages.callers import Neighbours
from halo_documents.settings import Settings

NOT_FOLDED: Final = ("uploads", "handovers")
"""Tables that no topic holds: uploads under way and handovers that wait. A rebuild leaves them alone."""

_LOG: Final = structlog.get_logger("halo_documents.bucket")


def build(settings: Settings | None = None) -> Service:
    """The service, from these settings or from the environment. Raises ValidationError, also for a faulty checklist."""
    found = settings or Settings()
    store, limits = _store(found), found.limits()
    checker = Checker(store, limits, clamd=Scanner(found.clamd) if found.clamd else None)

    @asynccontextmanager
    async def closing() -> AsyncIterator[None]:
        try:
            yield
        finally:
            checker.close()

    return Service(
        name="documents",
        settings=found,
        handlers=Handlers(service="documents", projections=PROJECTIONS, decisions=DECISIONS),
        routers=ROUTERS,
        pages=PAGES,
        templates=resources.files("halo_documents") / "templates",
        page_origins=(found.store().origin,),
        jobs=jobs(checker),
        migrations=resources.files("halo_documents") / "migrations",
        resources=(store, limits, load_checklists(), Neighbours(found.dispatch_url)),
        lifespan=closing,
    )


async def prepare_bucket(_database: Database) -> None:
    """Make the bucket of papers where it is missing, and set how long it keeps what was never cleared."""
    settings = Settings()
    try:
        new = await asyncio.to_thread(_store(settings).prepare_bucket)
    except StoreAwayError as error:
        text = f"The object store does not answer as it should ({error.code}): check HALO_S3_ENDPOINT and the keys."
        raise CommandError(text) from None
    _LOG.info("bucket prepared", bucket=settings.s3_bucket, new=new)


def _store(settings: Settings) -> PaperStore:
    return PaperStore(
        settings.store(), settings.s3_access_key.get_secret_value(), settings.s3_secret_key.get_secret_value()
    )


COMMANDS: Final = {"prepare-bucket": prepare_bucket}
"""What documents does on the command line apart from its roles."""
