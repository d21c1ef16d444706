"""What notify does by the clock: hand messages over, give up what was left behind, forget what is old."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from halo_events.contract.notify import MessageChannel
from halo_events.runtime import Database
from halo_events.runtime.failure import is_infrastructure
from halo_service.jobs import Job

from halo_notify import usecases
from halo_notify.domain.sending import AT_ONCE, SETTLE_WITHIN, START_WITHIN, Lease, Outcome, Outgoing, Verdict
from halo_notify.gateways import Gateway

SETTLE_PAUSE: Final = 1.0
"""Seconds between two tries to settle."""


def build_jobs(sms: Gateway, mail: Gateway) -> tuple[Job, ...]:
    """All jobs. Each channel has its own, so that a gateway that is away stalls no other."""
    return (
        Job("send_sms", timedelta(seconds=1), partial(send_due, channel=MessageChannel.SMS, gateway=sms)),
        Job("send_email", timedelta(seconds=1), partial(send_due, channel=MessageChannel.EMAIL, gateway=mail)),
        Job("abandon_expired", timedelta(seconds=5), abandon_expired),
        Job("forget_settled", timedelta(hours=1), forget_settled),
    )


async def send_due(database: Database, *, channel: MessageChannel, gateway: Gateway) -> int:
    """Hand over the messages of one channel that are due; how many were taken.

    Two transactions with the calls between them. Should this process die in between, nobody sends the messages again:
    their lease runs out, and they are unknown.
    """
    begun = asyncio.get_running_loop().time()
    async with database.transaction() as tx:
        lease = await usecases.lease_due(tx, channel)
    if not lease.messages:
        return 0
    outcomes, faults = await _deliver_all(gateway, lease, begun + START_WITHIN.total_seconds())
    await _settle(database, lease, outcomes, begun + SETTLE_WITHIN.total_seconds())
    if faults:
        raise ExceptionGroup("calls that failed by a fault of ours", faults)
    return len(lease.messages)


async def _settle(database: Database, lease: Lease, outcomes: Mapping[UUID, Outcome], until: float) -> None:
    """Keep the outcomes. A database that is away is waited for while the lease lasts: without it all are unknown.

    Doing it twice changes nothing, so that a commit whose answer was lost does no harm.
    """
    while True:
        try:
            async with database.transaction() as tx:
                await usecases.settle(tx, lease.lease_id, outcomes)
        except Exception as error:
            if not is_infrastructure(error) or asyncio.get_running_loop().time() > until:
                raise
            await asyncio.sleep(SETTLE_PAUSE)
        else:
            return


async def abandon_expired(database: Database) -> int:
    """Call messages unknown whose job died or froze."""
    async with database.transaction() as tx:
        return await usecases.abandon_expired(tx)


async def forget_settled(database: Database) -> int:
    """Delete addresses and texts of messages settled long ago."""
    async with database.transaction() as tx:
        return await usecases.forget_settled(tx)


async def _deliver_all(
    gateway: Gateway, lease: Lease, start_by: float
) -> tuple[dict[UUID, Outcome], Sequence[Exception]]:
    """Call the gateway for each message, a few at once. A fault of one call stops no other."""
    free = asyncio.Semaphore(AT_ONCE)

    async def deliver(message: Outgoing) -> Outcome:
        async with free:
            if asyncio.get_running_loop().time() > start_by:
                return Outcome(Verdict.NOT_TRIED)
            return await gateway.deliver(message)

    answers = await asyncio.gather(*map(deliver, lease.messages), return_exceptions=True)
    outcomes = {
        message.message_id: answer
        for message, answer in zip(lease.messages, answers, strict=True)
        if isinstance(answer, Outcome)
    }
    return outcomes, [answer for answer in answers if isinstance(answer, Exception)]
