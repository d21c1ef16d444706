import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from halo_events.contract.notify import MessageChannel, MessageFailed, MessageQueued, MessageSent, MessageUnknown
from halo_events.errors import NotYetError
from halo_notify import usecases
from halo_notify.domain import sending
from halo_notify.domain.sending import Lease, Outcome, Verdict

if TYPE_CHECKING:
    from conftest import Desk, Story

LANDLINE = "+622188888888"


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


class TestTell:
    async def test_resident(self, desk: "Desk", story: "Story") -> None:
        """The resident gets the number by SMS, in the language asked for."""
        (queued,) = await desk.take(story.received(language="en"), event_id="e-1")

        assert isinstance(queued, MessageQueued)
        assert (queued.recipient, queued.recipient_id, queued.channel) == ("resident", None, "sms")
        assert (queued.template, queued.language, queued.cause_id) == ("request_received", "en", "e-1")
        assert await desk.rows("SELECT address, subject, body LIKE '%HP-26-000123-4%' FROM outgoing") == [
            ("+6281234567890", None, True)
        ]

    async def test_each_step(self, desk: "Desk", story: "Story") -> None:
        """A resident is told once at each step of the main path, and the officer once of the offer."""
        await desk.take(story.registered(), story.received(), story.offered(), story.accepted(), story.scheduled())
        await desk.take(story.submitted(), story.handed_over(), story.delivered())
        rows = await desk.rows("SELECT recipient, template FROM messages ORDER BY recipient, template")

        assert rows == [
            ("officer", "assignment_offered"),
            ("resident", "assignment_accepted"),
            ("resident", "delivery_completed"),
            ("resident", "dossier_submitted"),
            ("resident", "handover_completed"),
            ("resident", "request_received"),
            ("resident", "visit_scheduled"),
        ]

    async def test_officer(self, desk: "Desk", story: "Story") -> None:
        """An offer goes to the officer's service number and says until when."""
        await desk.take(story.registered(), story.received(), story.offered())

        assert await desk.rows(
            """SELECT m.recipient_id, o.address, o.body LIKE '%pukul 14.00 WIB%'
                 FROM messages AS m JOIN outgoing AS o USING (message_id) WHERE m.recipient = 'officer'"""
        ) == [(story.officer_id, "+6281300000001", True)]

    async def test_accepted_names_the_officer(self, desk: "Desk", story: "Story") -> None:
        """The resident learns the officer's name and service number as the register has them now."""
        await desk.take(story.registered(), story.received(), story.changed(name="Rina Contoh"), story.accepted())
        (row,) = await desk.rows("SELECT body FROM outgoing WHERE body LIKE '%petugas Anda%'")

        assert "Rina Contoh, telepon 0813-0000-0001" in row[0]

    @pytest.mark.parametrize(("email", "channel"), [("koordinator@example.com", "email"), (None, "sms")])
    async def test_coordinator(self, desk: "Desk", story: "Story", email: str | None, channel: str) -> None:
        """A request that waits is told to the coordinator by e-mail, else by SMS, and to the resident."""
        await desk.take(story.registered(email=email), story.received())
        await desk.take(story.awaited())

        assert await desk.rows(
            "SELECT recipient, channel FROM messages WHERE cause_type LIKE '%awaited%' ORDER BY recipient"
        ) == [("coordinator", channel), ("resident", "sms")]

    async def test_no_coordinator(self, desk: "Desk", story: "Story") -> None:
        """Where no coordinator is named, the log shows that nobody could be told."""
        await desk.take(story.received())
        await desk.take(story.awaited(named=False))

        assert await desk.rows("SELECT state, reason FROM messages WHERE recipient = 'coordinator'") == [
            ("failed", "no_address")
        ]

    async def test_officer_who_left(self, desk: "Desk", story: "Story") -> None:
        """An officer who left gets no message, and the log shows it."""
        await desk.take(story.registered(email="sari@example.com"), story.received(), story.left(), story.offered())

        assert await desk.rows("SELECT state, reason FROM messages WHERE recipient = 'officer'") == [
            ("failed", "no_address")
        ]
        assert await desk.rows("SELECT FROM outgoing WHERE address <> '+6281234567890'") == []

    @pytest.mark.parametrize("language", ["id", "en"])
    async def test_named_officer_who_left(self, desk: "Desk", story: "Story", language: str) -> None:
        """A resident is told of earlier work of an officer who left, without a number."""
        await desk.take(story.registered(), story.received(language=language), story.left())
        await desk.take(story.accepted(), story.scheduled(), story.handed_over(), story.delivered())

        bodies = [body for (body,) in await desk.rows("SELECT body FROM outgoing WHERE body LIKE '%kelurahan%'")]
        assert len(bodies) == 4
        assert not [body for body in bodies if "0813-0000-0001" in body]

    async def test_some_documents(self, desk: "Desk", story: "Story") -> None:
        """Each step says how many documents it concerns, and a later step of others is told as well."""
        await desk.take(story.received())
        await desk.take(story.submitted(2))
        await desk.take(story.submitted())

        bodies = [body for (body,) in await desk.rows("SELECT body FROM outgoing WHERE body LIKE '%berkas%'")]
        assert sorted(re.findall(r"untuk \d dokumen", " ".join(bodies))) == ["untuk 1 dokumen", "untuk 2 dokumen"]

    async def test_mail_instead(self, desk: "Desk", story: "Story") -> None:
        """A resident with a house telephone gets an e-mail."""
        await desk.take(story.received(phone=LANDLINE, email="warga@example.com"))

        assert await desk.rows("SELECT channel, address, subject IS NULL FROM outgoing") == [
            ("email", "warga@example.com", False)
        ]

    async def test_no_address(self, desk: "Desk", story: "Story") -> None:
        """A resident who can't be reached is a fact of its own: queued, and failed at once."""
        queued, failed = await desk.take(story.received(phone=LANDLINE))

        assert isinstance(queued, MessageQueued)
        assert isinstance(failed, MessageFailed)
        assert failed.message_id == queued.message_id
        assert await desk.states() == [("failed", "no_address")]
        assert await desk.rows("SELECT FROM outgoing") == []

    async def test_repeat(self, desk: "Desk", story: "Story") -> None:
        """The same event handled again makes no second message."""
        accepted = story.accepted()
        await desk.take(story.registered(), story.received())
        first = await desk.take(accepted, event_id="e-2")
        again = await desk.take(accepted, event_id="e-2")

        assert (len(first), again) == (1, [])

    async def test_before_the_contact(self, desk: "Desk", story: "Story") -> None:
        """Without the request's contact an event waits."""
        with pytest.raises(NotYetError, match=r"request\.received"):
            await desk.take(story.submitted())

    async def test_before_the_officer(self, desk: "Desk", story: "Story") -> None:
        """Without the officer's entry an event waits, and leaves nothing behind."""
        await desk.take(story.received())
        with pytest.raises(NotYetError, match=r"officer\.registered"):
            await desk.take(story.accepted())

        assert len(await desk.states()) == 1


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
