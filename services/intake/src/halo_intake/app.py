"""Composition root: the only module that knows every room."""

from datetime import timedelta
from importlib import resources
from typing import Final

from halo_events.runtime import Handlers
from halo_service.service import Job, Service

from halo_intake import api, handlers, jobs, pages
from halo_intake.domain.closing import Windows
from halo_intake.settings import IntakeSettings

NOT_FOLDED: Final = ("timers",)
"""Tables that are no fold of the topics."""

CLOSING_EVERY: Final = timedelta(seconds=2)


def build(settings: IntakeSettings | None = None) -> Service:
    """The service, from these settings or from the environment. Raises ValidationError."""
    found = settings or IntakeSettings()
    windows = Windows(found.reopen_working_days, found.close_working_days)
    return Service(
        name="intake",
        settings=found,
        handlers=Handlers(
            service="intake",
            projections=handlers.PROJECTIONS,
            decisions=handlers.decisions(windows.close_working_days),
            boundaries=handlers.BOUNDARIES,
        ),
        routers=(api.router,),
        pages=(pages.router,),
        templates=resources.files(__package__) / "templates",
        jobs=(Job("close-ended", every=CLOSING_EVERY, run=jobs.close_ended),),
        migrations=resources.files(__package__) / "migrations",
        resources=(windows,),
    )
