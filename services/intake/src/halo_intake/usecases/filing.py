"""Filing: what e-OPen sends and what people enter becomes a request, or is refused with all its faults."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from halo_events.contract.event import SYSTEM, Actor, ActorRole
from halo_events.contract.intake import PublicStatus, RequestReceived, RequestRefused
from halo_events.contract.values import Channel
from halo_events.runtime import Tx
from halo_service.callers import Caller, Role
from halo_service.local_time import WIB
from halo_service.nik import holds_personal_number
from halo_service.problems import FieldProblem
from uuid_utils.compat import uuid7

from halo_intake import repository
from halo_intake.domain.attempts import Attempt
from halo_intake.domain.filing import Fault, Filing, check_filing, distinct, filed_at
from halo_intake.domain.sentences import reasons
from halo_intake.domain.status import Standing
from halo_intake.domain.tracking import new_tracking_no
from halo_intake.errors import AlreadyFiledError, InvalidFilingError
from halo_intake.usecases.following import publish, repeat_status

CHANNELS: Final[Mapping[Role, frozenset[Channel]]] = {
    Role.CLERK: frozenset({Channel.CALL_DESK, Channel.SMS, Channel.WALK_IN}),
    Role.OFFICER: frozenset({Channel.OFFICER}),
    Role.COMMUNITY: frozenset({Channel.COMMUNITY}),
}
"""The channels that each role files by. What comes by `officer` is offered to the officer who entered it."""

EOPEN_NAMES: Final[Mapping[str | None, str]] = {"source_ref": "eopen_id"}
"""What e-OPen calls a field that has another name here."""

EOPEN: Final = Actor(role=ActorRole.EOPEN)


class Receipt(NamedTuple):
    """What is told to who filed a request. `doubts` deserve a second look."""

    request_id: UUID
    tracking_no: str
    doubts: tuple[Fault, ...] = ()


async def answer_attempt(tx: Tx, attempt: Attempt) -> None:
    """Answer an attempt of e-OPen: with the first request of its number, with a new request, or with a refusal.

    Once a number was accepted, filing it again asks for its status, whatever else the record holds: a refusal would
    tell e-OPen that the accepted request was refused.
    """
    if attempt.eopen_id is not None:
        await repository.lock_source(tx, Channel.EOPEN, attempt.eopen_id)
        first = await repository.find_by_source(tx, Channel.EOPEN, attempt.eopen_id)
        if first is not None:
            await repeat_status(tx, first.request_id)
            return
    checked = check_filing(attempt.data)
    if isinstance(checked, Filing) and not attempt.faults:
        await receive_request(tx, checked, EOPEN, occurred_at=filed_at(attempt.occurred_at or tx.now, tx.now))
    else:
        found = () if isinstance(checked, Filing) else checked
        named = (Fault(fault.code, EOPEN_NAMES.get(fault.field, fault.field)) for fault in found)
        await refuse_attempt(tx, attempt.source_ref, (*named, *attempt.faults))


async def refuse_unreadable(tx: Tx, eopen_id: str | None, place: str, faults: Iterable[Fault]) -> None:
    """Refuse a record that is no filing, under its own name where its number was accepted before.

    Under that number the refusal would tell e-OPen that the accepted request was refused.
    """
    if eopen_id is not None and holds_personal_number(eopen_id):
        eopen_id = None
    if eopen_id is not None:
        await repository.lock_source(tx, Channel.EOPEN, eopen_id)
        if await repository.find_by_source(tx, Channel.EOPEN, eopen_id) is not None:
            eopen_id = None
    await refuse_attempt(tx, eopen_id or place, faults)


async def refuse_attempt(tx: Tx, source_ref: str, faults: Iterable[Fault]) -> None:
    """Tell e-OPen that a record was not taken, and why."""
    refused = RequestRefused(
        request_id=uuid7(),
        occurred_at=tx.now,
        actor=SYSTEM,
        channel=Channel.EOPEN,
        source_ref=source_ref,
        reasons=reasons(distinct(faults)),
    )
    await tx.emit(refused)


async def file_request(tx: Tx, data: Mapping[str, Any], caller: Caller) -> Receipt:
    """Take a request that a person enters. Raises InvalidFilingError with all faults, and AlreadyFiledError."""
    checked = check_filing(data)
    faults = [] if isinstance(checked, Filing) else [*checked]
    if _is_anothers_channel(data.get("channel"), caller):
        faults.append(Fault("channel_not_allowed", "channel"))
    elif data.get("channel") == Channel.COMMUNITY and str(data.get("kelurahan_code")) not in caller.kelurahan_codes:
        faults.append(Fault("kelurahan_not_yours", "kelurahan_code"))
    if faults or not isinstance(checked, Filing):
        raise InvalidFilingError(fields=field_problems(faults))
    if checked.source_ref is not None:
        await repository.lock_source(tx, checked.channel, checked.source_ref)
        first = await repository.find_by_source(tx, checked.channel, checked.source_ref)
        if first is not None:
            raise AlreadyFiledError(tracking_no=first.tracking_no)
    return await receive_request(tx, checked, caller.actor(), occurred_at=tx.now)


def _is_anothers_channel(channel: object, caller: Caller) -> bool:
    """Whether this is a channel, and not one of the caller's roles."""
    allowed = frozenset[Channel]().union(*(CHANNELS.get(role, ()) for role in caller.roles))
    return isinstance(channel, str) and channel in set(Channel) - allowed


def field_problems(faults: Iterable[Fault]) -> list[FieldProblem]:
    """Faults as an HTTP answer tells them: the same codes and sentences as in request.refused."""
    told = reasons(faults)
    return [FieldProblem(reason.field or "body", reason.code, reason.message.en, reason.message.id) for reason in told]


async def receive_request(tx: Tx, filing: Filing, actor: Actor, *, occurred_at: datetime) -> Receipt:
    """Number a valid request and publish it, with its first status."""
    receipt = Receipt(uuid7(), await _unused_tracking_no(tx), filing.doubts)
    received = RequestReceived(
        request_id=receipt.request_id,
        occurred_at=occurred_at,
        actor=actor,
        tracking_no=receipt.tracking_no,
        channel=filing.channel,
        source_ref=filing.source_ref,
        taken_by=actor.id,
        on_behalf=filing.contract_on_behalf(),
        documents=filing.documents,
        kelurahan_code=filing.kelurahan_code,
        rw=filing.rw,
        rt=filing.rt,
        target_group=filing.target_group,
        household_size=filing.household_size,
        language=filing.language,
        resident=filing.contract_resident(),
    )
    await tx.emit(received)
    await publish(tx, received, Standing(PublicStatus.RECEIVED, tx.now))
    return receipt


async def _unused_tracking_no(tx: Tx) -> str:
    while True:
        tracking_no = new_tracking_no(tx.now.astimezone(WIB).year)
        if not await repository.is_tracking_no_taken(tx, tracking_no):
            return tracking_no
