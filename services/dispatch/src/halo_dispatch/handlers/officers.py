"""What the register says of officers and coordinators."""

from collections.abc import Sequence
from typing import Final

from halo_events.contract.dispatch import OfficerChanged, OfficerLeft, OfficerRegistered, OfficerState
from halo_events.runtime import Fold, project, project_batch

from halo_dispatch.domain.register import Officer
from halo_dispatch.repository import register


async def apply_officers(fold: Fold, events: Sequence[OfficerState]) -> None:
    """Record what the register says of officers."""
    states = [
        Officer(
            officer_id=event.officer_id,
            role=event.role,
            kelurahan_code=event.kelurahan_code,
            rws=event.rws,
            on_duty=event.on_duty,
            name=event.person.name,
            phone=event.person.phone,
            email=event.person.email,
        )
        for event in events
    ]
    times = [envelope.time for envelope in fold.envelopes]
    await register.upsert_officers(fold, list(zip(states, times, strict=True)))


async def apply_officer_left(fold: Fold, event: OfficerLeft) -> None:
    """Record that an officer is in office no more."""
    await register.update_officer_left(fold, event.officer_id, fold.envelope.time)


PROJECTIONS: Final = (
    project_batch(OfficerRegistered, apply_officers),
    project_batch(OfficerChanged, apply_officers),
    project(OfficerLeft, apply_officer_left),
)
