"""What becomes of messages to an officer who left."""

from typing import TYPE_CHECKING

from halo_events.contract.notify import MessageChannel, MessageFailed
from halo_notify import usecases
from halo_notify.domain.sending import Lease, Outcome, Verdict

if TYPE_CHECKING:
    from conftest import Desk, Story

TO_OFFICER = "SELECT state, reason FROM messages WHERE recipient = 'officer'"
ADDRESSES = "SELECT DISTINCT address FROM outgoing"
RESIDENT, OFFICER = "+6281234567890", "+6281300000001"


async def lease(desk: "Desk") -> Lease:
    """Take the SMS that are due."""
    async with desk.database.transaction() as tx:
        return await usecases.lease_due(tx, MessageChannel.SMS)


async def settle(desk: "Desk", taken: Lease, verdict: Verdict) -> None:
    """Settle all messages of a lease alike."""
    outcomes = {message.message_id: Outcome(verdict) for message in taken.messages}
    async with desk.database.transaction() as tx:
        await usecases.settle(tx, taken.lease_id, outcomes)


async def forget(desk: "Desk") -> int:
    """Forget what nobody needs; how many."""
    async with desk.database.transaction() as tx:
        return await usecases.forget_settled(tx)


class TestOfficerLeft:
    async def test_waiting(self, desk: "Desk", story: "Story") -> None:
        """A message that waits for an officer who leaves is never sent: it fails, and the resident's go their way."""
        await desk.take(story.registered(), story.received(), story.offered())

        (failed,) = await desk.take(story.left())

        assert isinstance(failed, MessageFailed)
        assert await desk.rows(TO_OFFICER) == [("failed", "no_address")]
        assert [message.address for message in (await lease(desk)).messages] == [RESIDENT]

    async def test_with_a_job(self, desk: "Desk", story: "Story") -> None:
        """A message that a job holds at this moment goes its way, and is forgotten after it."""
        await desk.take(story.registered(), story.received(), story.offered())
        taken = await lease(desk)

        assert await desk.take(story.left()) == []
        assert await forget(desk) == 0
        await settle(desk, taken, Verdict.ACCEPTED)

        assert await desk.rows(TO_OFFICER) == [("sent", None)]
        assert await forget(desk) == 1
        assert await desk.rows(ADDRESSES) == [(RESIDENT,)]

    async def test_forgotten(self, desk: "Desk", story: "Story") -> None:
        """Where messages to an officer went is forgotten with his leaving, and the log of them stays."""
        await desk.take(story.registered(), story.received(), story.offered())
        await settle(desk, await lease(desk), Verdict.ACCEPTED)
        before = await forget(desk), sorted(await desk.rows(ADDRESSES))

        await desk.take(story.left())

        assert before == (0, [(RESIDENT,), (OFFICER,)])
        assert await forget(desk) == 1
        assert await desk.rows(ADDRESSES) == [(RESIDENT,)]
        assert await desk.rows(TO_OFFICER) == [("sent", None)]
