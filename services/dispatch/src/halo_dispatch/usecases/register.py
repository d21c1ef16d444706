"""The register is loaded: kelurahan and RW as rows, officers as facts."""

from uuid import UUID

from halo_events.contract.dispatch import (
    OfficerChanged,
    OfficerPerson,
    OfficerRegistered,
    OfficerRole,
    OfficerState,
)
from halo_events.contract.event import SYSTEM
from halo_events.runtime import Tx

from halo_dispatch.domain.register import LoadReport, Officer, Register, compare_officers
from halo_dispatch.errors import NotCoordinatorError, NotInRegisterError
from halo_dispatch.repository import register as tables
from halo_dispatch.usecases.leaving import let_officers_go


async def must_be_in_office(tx: Tx, officer_id: UUID) -> None:
    """Raise NotInRegisterError for who is not in the register, or left it. Off duty is in office."""
    if await tables.find_role(tx, officer_id) is None:
        raise NotInRegisterError


async def must_be_coordinator(tx: Tx, officer_id: UUID) -> None:
    """Raise NotInRegisterError as must_be_in_office does, NotCoordinatorError for who has another role there."""
    role = await tables.find_role(tx, officer_id)
    if role is None:
        raise NotInRegisterError
    if role != OfficerRole.COORDINATOR:
        raise NotCoordinatorError


async def load_register(tx: Tx, register: Register) -> LoadReport:
    """Make the register what the files say. Loading the same files again changes and emits nothing.

    A kelurahan or RW that is gone or differs ends now; one that is new, differs or came back begins now. Of
    the open requests of officers who left the first are freed, as let_officers_go says.
    """
    await tables.lock_register(tx)
    kelurahan_ended = await tables.end_kelurahan(tx, register.kelurahan, tx.now)
    kelurahan_added = await tables.insert_kelurahan(tx, register.kelurahan, tx.now)
    rws_ended = await tables.end_rws(tx, register.rws, tx.now)
    rws_added = await tables.insert_rws(tx, register.rws, tx.now)
    differences = compare_officers(await tables.list_officers(tx), register.officers)
    await tx.emit_all([_state(tx, OfficerRegistered, officer) for officer in differences.registered])
    await tx.emit_all([_state(tx, OfficerChanged, officer) for officer in differences.changed])
    freed = await let_officers_go(tx, differences.left)
    return LoadReport(
        kelurahan_added=kelurahan_added,
        kelurahan_ended=kelurahan_ended,
        rws_added=rws_added,
        rws_ended=rws_ended,
        registered=len(differences.registered),
        changed=len(differences.changed),
        left=len(differences.left),
        freed=tuple(freed),
    )


def _state(tx: Tx, event: type[OfficerState], officer: Officer) -> OfficerState:
    return event(
        occurred_at=tx.now,
        actor=SYSTEM,
        officer_id=officer.officer_id,
        role=officer.role,
        kelurahan_code=officer.kelurahan_code,
        rws=officer.rws,
        on_duty=officer.on_duty,
        person=OfficerPerson(name=officer.name, phone=officer.phone, email=officer.email),
    )
