"""What notify does: tell of an event, and take messages to their gateways."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID, uuid4

from halo_events.contract.dispatch import OfficerLeft
from halo_events.contract.event import SYSTEM, RequestEvent
from halo_events.contract.notify import FailureReason, MessageChannel, MessageFailed, MessageQueued, Recipient
from halo_events.contract.values import Language
from halo_events.errors import NotYetError
from halo_events.runtime import Tx

from halo_notify import repository
from halo_notify.domain import sending
from halo_notify.domain.messages import message_id
from halo_notify.domain.people import Addressee, Contact, Officer, choose_address, spoken_number
from halo_notify.domain.rule import Party, Rule
from halo_notify.domain.rules import rules_for
from halo_notify.domain.sending import Lease, Outcome, Verdict, Waiting
from halo_notify.domain.texts import Facts, render_mail, render_sms

STAFF_LANGUAGE: Final = Language.INDONESIAN
"""Officers and coordinators are written to in the language of their work."""


async def tell(tx: Tx, event: RequestEvent) -> None:
    """Queue a message to everybody who is to know of the event. Raises NotYetError while a fact about them misses."""
    for rule in rules_for(event):
        await _queue(tx, event, rule)


async def _queue(tx: Tx, event: RequestEvent, rule: Rule[RequestEvent]) -> None:
    """Queue one message. Nobody to write to is a fact as well: it is queued, and failed at once."""
    contact = await repository.get_contact(tx, event.request_id)
    officer = await _officer(tx, event, rule)
    identity = message_id(tx.envelope.id, rule.recipient, rule.template)
    if await repository.message_exists(tx, identity) or await _is_needless(tx, event, rule, contact, officer):
        return
    person = _addressee(rule.recipient, contact, officer)
    address = choose_address(person, rule.channels)
    queued = MessageQueued(
        occurred_at=tx.now,
        actor=SYSTEM,
        request_id=event.request_id,
        round=event.round,
        message_id=identity,
        cause_type=event.type,
        cause_id=tx.envelope.id,
        recipient=rule.recipient,
        recipient_id=person.officer_id,
        channel=address.channel if address else rule.channels[0],
        template=rule.template,
        language=person.language,
    )
    await tx.emit(queued)
    if address is None:
        await tx.emit(_no_address(tx, queued))
        return
    render = render_sms if address.channel is MessageChannel.SMS else render_mail
    text = render(rule.template, person.language, await _facts(tx, event, rule, contact, officer))
    await repository.insert_outgoing(tx, queued, address, text, due_at=tx.now)


async def _officer(tx: Tx, event: RequestEvent, rule: Rule[RequestEvent]) -> Officer | None:
    """Whom the text names or the message goes to. Raises NotYetError while it is not known who that is."""
    if rule.party is None:
        officer_id = rule.officer(event) if rule.officer else None
    else:
        serving = await repository.get_serving(tx, event)
        if rule.party is Party.HOLDER and not serving.accepted:
            raise NotYetError("assignment.accepted of the round")
        officer_id = serving.holder_id
        if rule.party is Party.ASKED_OR_HOLDER:
            officer_id = officer_id or serving.asked_id
    return await repository.get_officer(tx, officer_id) if officer_id else None


async def _is_needless(
    tx: Tx, event: RequestEvent, rule: Rule[RequestEvent], contact: Contact, officer: Officer | None
) -> bool:
    """Whether an officer has nothing to be told: nobody serves, nobody asked to cancel, or he knows it."""
    if rule.recipient is not Recipient.OFFICER:
        return False
    if officer is None:
        return True
    if not rule.cancelling:
        return False
    return contact.cancel_round != event.round or await repository.was_told(
        tx, event, officer.officer_id, rule.template
    )


async def fail_messages_to_left(tx: Tx, event: OfficerLeft) -> None:
    """Fail the messages that wait for an officer who left. One that a job holds at this moment goes its way."""
    for message in await repository.list_waiting_for(tx, event.officer_id):
        await tx.emit(_no_address(tx, message))
        await repository.update_outgoing_settled(tx, message.message_id, tx.now)


async def lease_due(tx: Tx, channel: MessageChannel) -> Lease:
    """Take the messages of a channel that are due, for one job alone."""
    lease_id = uuid4()
    claim = repository.Claim(lease_id, channel, tx.now, tx.now + sending.LEASE, sending.BATCH)
    return Lease(lease_id, await repository.lease_due(tx, claim))


async def settle(tx: Tx, lease_id: UUID, outcomes: Mapping[UUID, Outcome]) -> None:
    """Keep what became of a lease's attempts; a message without an outcome stays leased.

    What the lease lost to its expiry stays unknown, whatever the late answer says: that was told already.
    """
    for message in await repository.list_leased(tx, lease_id):
        outcome = outcomes.get(message.message_id)
        if outcome is None:
            continue
        due_at = sending.next_try(message, outcome, tx.now)
        if due_at is None:
            await tx.emit(sending.settled(message, outcome.verdict, tx.now))
            await repository.update_outgoing_settled(tx, message.message_id, tx.now)
        else:
            tried_at = None if outcome.verdict is Verdict.NOT_TRIED else tx.now
            await repository.update_outgoing_due(tx, message.message_id, due_at, tried_at=tried_at)


async def abandon_expired(tx: Tx) -> int:
    """Call messages unknown whose job died or froze after it took them; how many."""
    expired = await repository.list_expired(tx, tx.now, sending.BATCH)
    for message in expired:
        await tx.emit(sending.abandoned(message, tx.now))
        await repository.update_outgoing_settled(tx, message.message_id, tx.now)
    return len(expired)


async def forget_settled(tx: Tx) -> int:
    """Delete addresses and texts that nobody needs any more, or that went to officers who left; how many."""
    old = await repository.delete_settled(tx, tx.now - sending.KEEP_FOR, sending.BATCH)
    return old + await repository.delete_settled_of_left(tx, sending.BATCH)


def _addressee(recipient: Recipient, contact: Contact, officer: Officer | None) -> Addressee:
    if recipient is Recipient.RESIDENT:
        return Addressee(None, contact.phone, contact.email, contact.language)
    if officer is None:
        return Addressee(None, None, None, STAFF_LANGUAGE)
    return Addressee(officer.officer_id, officer.phone, officer.email, STAFF_LANGUAGE)


async def _facts(
    tx: Tx, event: RequestEvent, rule: Rule[RequestEvent], contact: Contact, officer: Officer | None
) -> Facts:
    documents = rule.documents(event) if rule.documents else None
    if rule.delivered:
        documents = (await repository.get_serving(tx, event)).delivered
    return Facts(
        tracking_no=contact.tracking_no,
        rw=contact.rw,
        officer_name=officer.name if officer else None,
        officer_phone=spoken_number(officer.phone) if officer and officer.phone else None,
        when=rule.when(event) if rule.when else None,
        documents=documents,
        rows=rule.rows(event) if rule.rows else None,
        kind=await repository.find_kind(tx, rule.item(event)) if rule.item else None,
        reason=rule.reason(event) if rule.reason else None,
    )


def _no_address(tx: Tx, message: MessageQueued | Waiting) -> MessageFailed:
    return MessageFailed(
        occurred_at=tx.now,
        actor=SYSTEM,
        request_id=message.request_id,
        round=message.round,
        message_id=message.message_id,
        reason=FailureReason.NO_ADDRESS,
    )
