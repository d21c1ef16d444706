"""Composition root: the only module that knows every room."""

from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import Final

import structlog
from halo_events.runtime import Database, Handlers
from halo_service.service import CommandError, Service

from halo_dispatch import api
from halo_dispatch.gateways import RegisterFilesError, read_register
from halo_dispatch.handlers import DECISIONS, PROJECTIONS
from halo_dispatch.settings import Settings
from halo_dispatch.usecases import register

NOT_FOLDED: Final = ("kelurahan", "rws")
"""Tables that no topic holds: they are loaded from files, and a rebuild leaves them alone."""

_LOG: Final = structlog.get_logger("halo_dispatch.register")


def build(settings: Settings | None = None) -> Service:
    """The service, from these settings or from the environment. Raises ValidationError."""
    return Service(
        name="dispatch",
        settings=settings or Settings(),
        handlers=Handlers(service="dispatch", projections=PROJECTIONS, decisions=DECISIONS),
        routers=(api.router,),
        migrations=resources.files(__package__) / "migrations",
    )


async def load_register(database: Database, *, kelurahan: Path, rw: Path, officers: Path) -> None:
    """Load the register of kelurahan, RW and officers from CSV files.

    The files are checked wholly first: with a fault in any of them nothing is changed. What differs from before is
    told as officer events. Loading the same files again changes nothing.
    """
    try:
        wanted = read_register(kelurahan, rw, officers)
    except RegisterFilesError as error:
        raise CommandError("\n".join(error.faults)) from None
    async with database.transaction() as tx:
        report = await register.load_register(tx, wanted)
    _LOG.info("register loaded", **asdict(report))
    if report.left_with_open:
        _LOG.warning("open requests are with officers who left", requests=report.left_with_open)


COMMANDS: Final = {"load-register": load_register}
"""What dispatch does on the command line apart from its roles."""
