"""notify's tables: one typed function per statement of queries.sql."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from halo_events.contract.dispatch import (
    AssignmentAccepted,
    AssignmentAwaited,
    AssignmentOffered,
    DeliveryCompleted,
    OfficerState,
)
from halo_events.contract.documents import NeedRecorded
from halo_events.contract.event import RequestEvent
from halo_events.contract.intake import RequestReceived
from halo_events.contract.notify import MessageChannel, MessageQueued
from halo_events.errors import NotYetError
from halo_events.runtime import Fold, load_statements

from halo_notify.domain.messages import Message, MessageState, Place
from halo_notify.domain.people import Address, Contact, Officer, Serving, readable_language
from halo_notify.domain.sending import Leased, Outgoing, Waiting
from halo_notify.domain.texts import Text

_SQL: Final = load_statements(__package__)


async def insert_contact(fold: Fold, event: RequestReceived) -> None:
    """Keep how the resident is reached."""
    await fold.execute_one(
        _SQL["insert_contact"],
        event.request_id,
        event.tracking_no,
        event.rw,
        event.resident.phone,
        event.resident.email,
        event.language,
        fold.envelope.time,
    )


async def update_contact_cancel_round(fold: Fold, request_id: UUID, round_: int) -> None:
    """Keep that cancelling was asked for in a round."""
    await fold.execute_one(_SQL["update_contact_cancel_round"], request_id, round_)


async def get_contact(fold: Fold, request_id: UUID) -> Contact:
    """How the resident is reached. Raises NotYetError before request.received."""
    row = await fold.fetchrow(_SQL["find_contact"], request_id)
    if row is None:
        raise NotYetError("request.received of the request")
    return Contact(
        tracking_no=row["tracking_no"],
        rw=row["rw"],
        phone=row["phone"],
        email=row["email"],
        language=readable_language(row["language"]),
        cancel_round=row["cancel_round"],
    )


async def upsert_asked(fold: Fold, event: AssignmentOffered) -> None:
    """Keep who is asked to take a round; who holds it meanwhile goes on."""
    await fold.execute_one(_SQL["upsert_asked"], event.request_id, event.round, event.officer_id)


async def upsert_holder(fold: Fold, event: AssignmentAccepted) -> None:
    """Keep who holds a round."""
    await fold.execute_one(_SQL["upsert_holder"], event.request_id, event.round, event.officer_id, fold.envelope.time)


async def upsert_nobody(fold: Fold, event: AssignmentAwaited) -> None:
    """Keep that nobody is asked, and nobody holds the round."""
    await fold.execute_one(_SQL["upsert_nobody"], event.request_id, event.round)


async def upsert_delivered(fold: Fold, event: DeliveryCompleted) -> None:
    """Keep that so many documents more were delivered in the round."""
    await fold.execute_one(_SQL["upsert_delivered"], event.request_id, event.round, len(set(event.items)))


async def get_serving(fold: Fold, event: RequestEvent) -> Serving:
    """Who serves the event's round. Raises NotYetError before dispatch's first word on it."""
    row = await fold.fetchrow(_SQL["find_serving"], event.request_id, event.round)
    if row is None:
        raise NotYetError("assignment.offered or assignment.awaited of the round")
    return Serving(**row)


async def insert_items(fold: Fold, event: NeedRecorded) -> None:
    """Keep which document each item is."""
    rows = [(item.item_id, event.request_id, event.round, item.kind) for item in event.items]
    await fold.executemany(_SQL["insert_item"], rows)


async def find_kind(fold: Fold, item_id: UUID) -> str | None:
    """Which document an item is, or None where the need was recorded before notify read of it."""
    kind: str | None = await fold.fetchval(_SQL["find_kind"], item_id)
    return kind


async def upsert_officer(fold: Fold, event: OfficerState) -> None:
    """Keep what the register says of an officer now."""
    person = event.person
    await fold.execute_one(
        _SQL["upsert_officer"], event.officer_id, person.name, person.phone, person.email, fold.envelope.time
    )


async def update_officer_left(fold: Fold, officer_id: UUID) -> None:
    """Keep that an officer left, and only the name. Raises RowCountError for one who was never registered."""
    await fold.execute_one(_SQL["update_officer_left"], officer_id, fold.envelope.time)


async def get_officer(fold: Fold, officer_id: UUID) -> Officer:
    """An officer or coordinator, also one who left. Raises NotYetError before officer.registered."""
    row = await fold.fetchrow(_SQL["find_officer"], officer_id)
    if row is None:
        raise NotYetError("officer.registered of the officer")
    return Officer(row["officer_id"], row["name"], row["phone"], row["email"])


async def insert_message(fold: Fold, event: MessageQueued) -> None:
    """Keep that a message is to go out."""
    await fold.execute_one(
        _SQL["insert_message"],
        event.message_id,
        event.request_id,
        event.round,
        event.cause_type,
        event.cause_id,
        event.recipient,
        event.recipient_id,
        event.channel,
        event.template,
        event.language,
        fold.envelope.time,
    )


async def update_message_settled(fold: Fold, message_id: UUID, state: MessageState, reason: str | None = None) -> None:
    """Keep what became of a message. Raises RowCountError for one that was settled before."""
    await fold.execute_one(_SQL["update_message_settled"], message_id, state, reason, fold.envelope.time)


async def message_exists(fold: Fold, message_id: UUID) -> bool:
    """Whether a message was queued before."""
    found: bool = await fold.fetchval(_SQL["message_exists"], message_id)
    return found


async def was_told(fold: Fold, event: RequestEvent, officer_id: UUID, template: str) -> bool:
    """Whether an officer was told the same in the event's round."""
    found: bool = await fold.fetchval(_SQL["was_told"], event.request_id, event.round, officer_id, template)
    return found


async def list_messages(fold: Fold, after: Place, limit: int, request_id: UUID | None = None) -> list[Message]:
    """Messages that follow a place, newest first, of one request or of all."""
    if request_id is None:
        rows = await fold.fetch(_SQL["list_messages"], after.queued_at, after.message_id, limit)
    else:
        rows = await fold.fetch(_SQL["list_messages_of_request"], after.queued_at, after.message_id, limit, request_id)
    return [Message(**{**row, "state": MessageState(row["state"])}) for row in rows]


async def insert_outgoing(fold: Fold, event: MessageQueued, address: Address, text: Text, due_at: datetime) -> None:
    """Put a message on its way."""
    await fold.execute_one(
        _SQL["insert_outgoing"],
        event.message_id,
        event.request_id,
        event.round,
        address.channel,
        address.value,
        text.subject,
        text.body,
        due_at,
    )


@dataclass(frozen=True, slots=True)
class Claim:
    """Which messages a job takes, until when."""

    lease_id: UUID
    channel: MessageChannel
    now: datetime
    until: datetime
    limit: int


async def lease_due(fold: Fold, claim: Claim) -> tuple[Outgoing, ...]:
    """Take messages that are due."""
    rows = await fold.fetch(_SQL["lease_due"], claim.channel, claim.now, claim.lease_id, claim.until, claim.limit)
    return tuple(Outgoing(**row) for row in rows)


async def list_waiting_for(fold: Fold, officer_id: UUID) -> list[Waiting]:
    """The messages to an officer that no job holds and nobody settled, locked."""
    return [Waiting(**row) for row in await fold.fetch(_SQL["list_waiting_for"], officer_id)]


async def list_leased(fold: Fold, lease_id: UUID) -> list[Leased]:
    """The messages that a lease still holds, locked."""
    return [Leased(**row) for row in await fold.fetch(_SQL["list_leased"], lease_id)]


async def list_expired(fold: Fold, now: datetime, limit: int) -> list[Leased]:
    """Messages whose lease ran out, locked."""
    return [Leased(**row) for row in await fold.fetch(_SQL["list_expired"], now, limit)]


async def update_outgoing_due(fold: Fold, message_id: UUID, due_at: datetime, *, tried_at: datetime | None) -> None:
    """Give a message back, to be tried at `due_at`. `tried_at` is None when its gateway was not called."""
    await fold.execute_one(_SQL["update_outgoing_due"], message_id, due_at, 0 if tried_at is None else 1, tried_at)


async def update_outgoing_settled(fold: Fold, message_id: UUID, settled_at: datetime) -> None:
    """End a message's way."""
    await fold.execute_one(_SQL["update_outgoing_settled"], message_id, settled_at)


async def delete_settled(fold: Fold, before: datetime, limit: int) -> int:
    """Forget addresses and texts of messages settled before a time; how many."""
    return await fold.execute(_SQL["delete_settled"], before, limit)


async def delete_settled_of_left(fold: Fold, limit: int) -> int:
    """Forget addresses and texts of settled messages to officers who left; how many."""
    return await fold.execute(_SQL["delete_settled_of_left"], limit)
