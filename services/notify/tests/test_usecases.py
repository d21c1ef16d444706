from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from halo_events.contract.notify import MessageChannel, MessageFailed, MessageSent, MessageUnknown
from halo_notify import usecases
from halo_notify.domain import sending
from halo_notify.domain.sending import Lease, Outcome, Verdict

if TYPE_CHECKING:
    from conftest import Desk, Story


async def lease(desk: "Desk", channel: MessageChannel = MessageChannel.SMS) -> Lease:
    """Take what is due."""
    async with desk.database.transaction() as tx:
        return await usecases.lease_due(tx, channel)


async def settle(desk: "Desk", taken: Lease, verdict: Verdict) -> list[Any]:
    """Settle all messages of a lease alike; what was emitted."""
    outcomes = {message.message_id: Outcome(verdict) for message in taken.messages}
    async with desk.database.transaction() as tx:
        await usecases.settle(tx, taken.lease_id, outcomes)
    return list(tx.emitted)


class TestLeaseDue:
    async def test_once(self, desk: "Desk", story: "Story") -> None:
        """What one job took no other job gets."""
        await desk.take(story.received())

        assert len((await lease(desk)).messages) == 1
        assert (await lease(desk)).messages == ()

    async def test_by_channel(self, desk: "Desk", story: "Story") -> None:
        """An SMS is no e-mail."""
        await desk.take(story.received())

        assert (await lease(desk, MessageChannel.EMAIL)).messages == ()

    async def test_two_at_once(self, desk: "Desk", another: Callable[[], "Story"]) -> None:
        """Two jobs at the same moment share the work: none waits, and no message is taken twice."""
        for _ in range(3):
            await desk.take(another().received())
        async with desk.database.transaction() as one, desk.database.transaction() as two:
            first, second = await usecases.lease_due(one, "sms"), await usecases.lease_due(two, "sms")

        assert (len(first.messages), len(second.messages)) == (3, 0)

    async def test_bounded(self, desk: "Desk") -> None:
        """One batch is bounded."""
        async with desk.database.transaction() as tx:
            await tx.execute(
                """INSERT INTO outgoing (message_id, request_id, round, channel, address, body, due_at)
                   SELECT gen_random_uuid(), gen_random_uuid(), 1, 'sms', '', '', $1 FROM generate_series(1, 150)""",
                desk.now,
            )

        assert len((await lease(desk)).messages) == sending.BATCH


class TestSettle:
    @pytest.mark.parametrize(
        ("verdict", "kind", "state"),
        [
            (Verdict.ACCEPTED, MessageSent, ("sent", None)),
            (Verdict.REFUSED, MessageFailed, ("failed", "refused_by_gateway")),
            (Verdict.LOST, MessageUnknown, ("unknown", "answer_lost")),
        ],
    )
    async def test_settled(
        self, desk: "Desk", story: "Story", verdict: Verdict, kind: type, state: tuple[str, str | None]
    ) -> None:
        """A call that was answered, or may have been taken, ends the message's way."""
        await desk.take(story.received())
        (event,) = await settle(desk, await lease(desk), verdict)
        desk.now += timedelta(days=1)

        assert type(event) is kind
        assert await desk.states() == [state]
        assert (await lease(desk)).messages == ()

    async def test_away(self, desk: "Desk", story: "Story") -> None:
        """A message that certainly did not go out is due again after a pause, and says nothing meanwhile."""
        await desk.take(story.received())

        assert await settle(desk, await lease(desk), Verdict.AWAY) == []
        assert (await lease(desk)).messages == ()
        desk.now += timedelta(seconds=5)
        assert len((await lease(desk)).messages) == 1

    async def test_away_for_an_hour(self, desk: "Desk", story: "Story") -> None:
        """After an hour of trying it failed."""
        await desk.take(story.received())
        tries = 0
        while await desk.states() == [("queued", None)]:
            desk.now += timedelta(minutes=1)
            taken = await lease(desk)
            tries += len(taken.messages)
            await settle(desk, taken, Verdict.AWAY)

        assert await desk.states() == [("failed", "gateway_away")]
        assert 5 < tries < 15

    async def test_not_tried(self, desk: "Desk", story: "Story") -> None:
        """A message whose turn did not come is due at once, and no attempt is counted."""
        await desk.take(story.received())
        await settle(desk, await lease(desk), Verdict.NOT_TRIED)

        assert await desk.rows("SELECT attempts, first_tried_at FROM outgoing") == [(0, None)]
        assert len((await lease(desk)).messages) == 1

    async def test_without_outcome(self, desk: "Desk", story: "Story") -> None:
        """A message without an outcome stays leased."""
        await desk.take(story.received())
        taken = await lease(desk)
        async with desk.database.transaction() as tx:
            await usecases.settle(tx, taken.lease_id, {})

        assert (await lease(desk)).messages == ()

    async def test_other_lease(self, desk: "Desk", story: "Story") -> None:
        """Nobody settles what another holds."""
        await desk.take(story.received())
        taken = await lease(desk)

        assert await settle(desk, Lease(uuid4(), taken.messages), Verdict.ACCEPTED) == []


class TestAbandonExpired:
    async def test_expired(self, desk: "Desk", story: "Story") -> None:
        """A lease found expired makes its message unknown, once, and it is not sent again."""
        await desk.take(story.received())
        await lease(desk)
        desk.now += sending.LEASE
        async with desk.database.transaction() as tx:
            assert await usecases.abandon_expired(tx) == 1
            assert await usecases.abandon_expired(tx) == 0

        assert await desk.states() == [("unknown", "lease_expired")]
        assert (await lease(desk)).messages == ()

    async def test_running(self, desk: "Desk", story: "Story") -> None:
        """A lease that runs is left alone."""
        await desk.take(story.received())
        await lease(desk)
        async with desk.database.transaction() as tx:
            assert await usecases.abandon_expired(tx) == 0

    async def test_late_answer(self, desk: "Desk", story: "Story") -> None:
        """An answer after the expiry changes nothing: the message stays unknown."""
        await desk.take(story.received())
        taken = await lease(desk)
        desk.now += sending.LEASE
        async with desk.database.transaction() as tx:
            await usecases.abandon_expired(tx)

        assert await settle(desk, taken, Verdict.ACCEPTED) == []
        assert await desk.states() == [("unknown", "lease_expired")]


class TestForgetSettled:
    async def test_after_thirty_days(
        self, desk: "Desk", story: "Story", another: Callable[[], "Story"], request_id: UUID
    ) -> None:
        """Address and text go 30 days after the message was settled; the log and what is on its way stay."""
        await desk.take(story.received())
        await settle(desk, await lease(desk), Verdict.ACCEPTED)
        await desk.take(another().received())
        desk.now += sending.KEEP_FOR
        async with desk.database.transaction() as tx:
            assert await usecases.forget_settled(tx) == 0
        desk.now += timedelta(seconds=1)
        async with desk.database.transaction() as tx:
            assert await usecases.forget_settled(tx) == 1

        assert await desk.rows("SELECT FROM outgoing WHERE request_id = $1", request_id) == []
        assert len(await desk.rows("SELECT FROM outgoing")) == 1
        assert len(await desk.states()) == 2
