"""Composition root: the only module that knows every room."""

from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import Final

import structlog
from halo_events.runtime import Database, Handlers
from halo_service.service import CommandError, Service

from halo_dispatch import api, pages
from halo_dispatch.domain.assignments import State, Stranded
from halo_dispatch.gateways import RegisterFilesError, read_register
from halo_dispatch.handlers import DECISIONS, PROJECTIONS
from halo_dispatch.settings import Settings
from halo_dispatch.usecases import leaving, register

NOT_FOLDED: Final = ("kelurahan", "rws")
"""Tables that no topic holds: they are loaded from files, and a rebuild leaves them alone."""

LISTED: Final = 100
"""Requests that the log names one by one; of more it tells the number."""

_LOG: Final = structlog.get_logger("halo_dispatch.register")


def build(settings: Settings | None = None) -> Service:
    """The service, from these settings or from the environment. Raises ValidationError."""
    found = settings or Settings()
    return Service(
        name="dispatch",
        settings=found,
        handlers=Handlers(service="dispatch", projections=PROJECTIONS, decisions=DECISIONS),
        routers=(api.router,),
        pages=pages.ROUTERS,
        templates=resources.files(__package__) / "templates",
        migrations=resources.files(__package__) / "migrations",
        resources=(pages.DocumentsPages(found.documents_url),),
    )


async def load_register(database: Database, *, kelurahan: Path, rw: Path, officers: Path) -> None:
    """Load the register of kelurahan, RW and officers from CSV files.

    The files are checked wholly first: with a fault in any of them nothing is changed. What differs from before is
    told as officer events, and the open requests of officers who left go to others. Loading the same files again
    changes nothing.
    """
    try:
        wanted = read_register(kelurahan, rw, officers)
    except RegisterFilesError as error:
        raise CommandError("\n".join(error.faults)) from None
    async with database.transaction() as tx:
        report = await register.load_register(tx, wanted)
    freed = [*report.freed, *await _free_the_rest(database)]
    _LOG.info("register loaded", **asdict(report) | {"freed": len(freed)})
    for state in (State.OFFERED, State.ACCEPTED):
        ids = [str(one.request_id) for one in freed if one.state is state]
        if ids:
            _LOG.warning("requests freed of officers who left", was=state, requests=len(ids), ids=ids[:LISTED])


async def _free_the_rest(database: Database) -> list[Stranded]:
    """Free what one transaction leaves over; a load that is broken off here goes on with the next load."""
    freed = list[Stranded]()
    while True:
        async with database.transaction() as tx:
            batch = await leaving.free_requests_of_left(tx)
        if not batch:
            return freed
        freed += batch


COMMANDS: Final = {"load-register": load_register}
"""What dispatch does on the command line apart from its roles."""
