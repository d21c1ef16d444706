"""The register is loaded: kelurahan and RW as rows, officers as facts."""

from uuid import UUID

from halo_events.contract.dispatch import (
    OfficerChanged,
    OfficerLeft,
    OfficerPerson,
    OfficerRegistered,
    OfficerState,
)
from halo_events.contract.event import SYSTEM
from halo_events.runtime import Tx

from halo_dispatch.domain.register import LoadReport, Officer, Register, compare_officers
from halo_dispatch.errors import NotInRegisterError
from halo_dispatch.repository import register as tables


async def must_be_in_office(tx: Tx, officer_id: UUID) -> None:
    """Raise NotInRegisterError for who is not in the register, or left it. Off duty is in office."""
    if not await tables.is_in_office(tx, officer_id):
        raise NotInRegisterError


async def load_register(tx: Tx, register: Register) -> LoadReport:
    """Make the register what the files say. Loading the same files again changes and emits nothing.

    A kelurahan or RW that is gone or differs ends now; one that is new, differs or came back begins now.
    """
    await tables.lock_register(tx)
    kelurahan_ended = await tables.end_kelurahan(tx, register.kelurahan, tx.now)
    kelurahan_added = await tables.insert_kelurahan(tx, register.kelurahan, tx.now)
    rws_ended = await tables.end_rws(tx, register.rws, tx.now)
    rws_added = await tables.insert_rws(tx, register.rws, tx.now)
    differences = compare_officers(await tables.list_officers(tx), register.officers)
    await tx.emit_all([_state(tx, OfficerRegistered, officer) for officer in differences.registered])
    await tx.emit_all([_state(tx, OfficerChanged, officer) for officer in differences.changed])
    await tx.emit_all([_left(tx, officer_id) for officer_id in differences.left])
    return LoadReport(
        kelurahan_added=kelurahan_added,
        kelurahan_ended=kelurahan_ended,
        rws_added=rws_added,
        rws_ended=rws_ended,
        registered=len(differences.registered),
        changed=len(differences.changed),
        left=len(differences.left),
        left_with_open=await tables.count_open_of_left(tx),
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


def _left(tx: Tx, officer_id: UUID) -> OfficerLeft:
    return OfficerLeft(occurred_at=tx.now, actor=SYSTEM, officer_id=officer_id)
