import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from halo_events.contract.dispatch import AssignmentAccepted
from halo_events.contract.notify import MessageFailed, MessageQueued
from halo_events.errors import NotYetError

if TYPE_CHECKING:
    from conftest import Desk, Story

LANDLINE = "+622188888888"


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

    async def test_next_officer(
        self, desk: "Desk", story: "Story", another: Callable[[], "Story"], request_id: UUID
    ) -> None:
        """A resident whose officer left is told so, and then who the next officer is."""
        await desk.take(story.registered(), story.received(), story.accepted())
        await desk.take(story.left(), story.awaited(named=False, reason="officer_left"))
        next_one = another()
        await desk.take(next_one.registered(name="Rina Contoh", phone="+6281300000002"))
        await desk.take(
            AssignmentAccepted.model_validate({**dict(story.accepted()), "officer_id": next_one.officer_id})
        )

        bodies = [body for (body,) in await desk.rows("SELECT body FROM outgoing WHERE request_id = $1", request_id)]
        assert len([body for body in bodies if "Sari Contoh, telepon 0813-0000-0001" in body]) == 1
        assert len([body for body in bodies if "petugas Anda tidak bertugas lagi" in body]) == 1
        assert len([body for body in bodies if "Rina Contoh, telepon 0813-0000-0002" in body]) == 1

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
