"""Who is told of missed visits, revisions, holds, rejections, deliveries in vain, cancelling and re-opening."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from halo_events.contract.dispatch import AssignmentAccepted, AssignmentOffered, DeliveryFailed
from halo_events.contract.documents import PaperQuarantined
from halo_events.errors import NotYetError

if TYPE_CHECKING:
    from conftest import Desk, Story

TOLD = "SELECT recipient, template, round FROM messages WHERE template = ANY($1) ORDER BY recipient DESC, round"
CANCELLING = """SELECT m.recipient_id, m.round, m.cause_type LIKE '%cancel_requested%'
                  FROM messages AS m WHERE m.template = 'cancel_requested' ORDER BY m.queued_at, m.round"""


async def told(desk: "Desk", *templates: str) -> list[tuple[str, ...]]:
    """Who got these messages, in which round."""
    return await desk.rows(TOLD, list(templates))


async def body(desk: "Desk", template: str) -> str:
    """The only text of a template."""
    sql = "SELECT o.body FROM outgoing AS o JOIN messages AS m USING (message_id) WHERE m.template = $1"
    ((text,),) = await desk.rows(sql, template)
    return str(text)


def quarantined(story: "Story") -> PaperQuarantined:
    """A paper failed a check."""
    return PaperQuarantined(**story.common, paper_id=uuid4(), reason="unreadable")


@pytest.fixture
async def served(desk: "Desk", story: "Story") -> "Story":
    """A request that an officer holds."""
    await desk.take(story.registered(), story.received(), story.offered(), story.accepted(), story.needed())
    return story


class TestResident:
    async def test_missed(self, desk: "Desk", served: "Story") -> None:
        """The resident reads why the visit did not come about, and who tells a new time."""
        await desk.take(served.missed())

        text = await body(desk, "visit_missed")
        assert "tidak ada orang" in text
        assert "Sari Contoh, telepon 0813-0000-0001" in text

    async def test_held(self, desk: "Desk", served: "Story") -> None:
        """The resident reads which document waits, and for what."""
        await desk.take(served.held())

        text = await body(desk, "processing_held")
        assert "Kartu Keluarga menunggu jaringan" in text
        assert "Sari Contoh" in text

    async def test_rejected(self, desk: "Desk", served: "Story") -> None:
        """The resident reads which document is not given, and why; that others go on only if there are any."""
        await desk.take(served.rejected())

        text = await body(desk, "verification_rejected")
        assert "Kartu Keluarga tidak dapat kami berikan: dokumen ini sudah pernah diterbitkan." in text
        assert "bila masih ada" in text

    async def test_failed_and_returned(self, desk: "Desk", served: "Story") -> None:
        """At the last try the resident reads of the two documents, and of the one that the kelurahan keeps."""
        await desk.take(served.failed(3))
        await desk.take(served.returned())

        assert "2 dokumen belum dapat diserahkan: tidak ada orang di rumah" in await body(desk, "delivery_failed")
        assert "1 dokumen disimpan di kantor kelurahan" in await body(desk, "delivery_returned")

    async def test_last_try_for_one(self, desk: "Desk", served: "Story") -> None:
        """At the last try for one document alone the resident reads once: that the kelurahan keeps it."""
        said = dict(served.failed(3))
        last = DeliveryFailed.model_validate(said | {"items": said["items"][:1]})
        await desk.take(last)
        await desk.take(served.returned())

        assert [template for _, template, _ in await told(desk, "delivery_failed", "delivery_returned")] == [
            "delivery_returned"
        ]

    async def test_each_try(self, desk: "Desk", served: "Story") -> None:
        """Each try in vain is told."""
        await desk.take(served.failed())
        await desk.take(served.failed(2))

        assert len(await told(desk, "delivery_failed")) == 2

    async def test_cancelled(self, desk: "Desk", served: "Story") -> None:
        """The resident is told that the request is cancelled."""
        await desk.take(served.cancelled())

        assert await told(desk, "request_cancelled") == [("resident", "request_cancelled", 1)]

    async def test_retained(self, desk: "Desk", served: "Story") -> None:
        """Too late: the text counts what was delivered, in parts too, and not what was rejected."""
        await desk.take(served.rejected())
        await desk.take(served.delivered(2))
        await desk.take(served.delivered())
        await desk.take(served.retained())

        assert "3 dokumen sudah diserahkan" in await body(desk, "assignment_retained")

    async def test_retained_rejected(self, desk: "Desk", served: "Story") -> None:
        """Too late because all was rejected: nobody reads that anything was completed."""
        await desk.take(served.rejected())
        await desk.take(served.retained("rejected"))

        text = await body(desk, "assignment_retained")
        assert "dokumennya ditolak" in text
        assert "selesai" not in text

    async def test_retained_in_round_two(self, desk: "Desk", served: "Story") -> None:
        """Too late in round two: documents of the first round are not counted."""
        await desk.take(served.delivered(2))
        await desk.take(served.reopened(), served.offered("served_before"), served.accepted())
        await desk.take(served.delivered())
        await desk.take(served.retained())

        assert "1 dokumen sudah diserahkan" in await body(desk, "assignment_retained")


class TestRevision:
    async def test_both(self, desk: "Desk", served: "Story") -> None:
        """Resident and holder read how many requirements of which document are asked again."""
        await desk.take(served.revised())

        texts = await body(desk, "revision_requested"), await body(desk, "papers_asked_again")
        assert all("2 persyaratan untuk Kartu Keluarga" in text for text in texts)
        assert "Sari Contoh, telepon 0813-0000-0001" in texts[0]

    async def test_again(self, desk: "Desk", served: "Story") -> None:
        """A second revision is told like the first, and so is the dossier that follows each."""
        for _ in range(2):
            await desk.take(served.revised())
            await desk.take(served.submitted())

        assert len(await told(desk, "revision_requested", "papers_asked_again", "dossier_submitted")) == 6

    async def test_nobody_serves(self, desk: "Desk", served: "Story") -> None:
        """While nobody holds the request no officer is told, and the resident is sent to the kelurahan."""
        await desk.take(served.awaited(named=False, reason="officer_left"))
        await desk.take(served.revised())

        assert await told(desk, "papers_asked_again") == []
        assert "Hubungi kelurahan" in await body(desk, "revision_requested")

    async def test_before_the_holder(self, desk: "Desk", story: "Story") -> None:
        """It waits until the accepting is known, and leaves nothing behind."""
        await desk.take(story.registered(), story.received(), story.needed())
        with pytest.raises(NotYetError, match="of the round"):
            await desk.take(story.revised())
        await desk.take(story.offered())
        with pytest.raises(NotYetError, match=r"assignment\.accepted"):
            await desk.take(story.revised())

        assert await told(desk, "revision_requested", "papers_asked_again") == []

    async def test_holder_of_an_earlier_round(self, desk: "Desk", served: "Story") -> None:
        """Who held the request in round one is not who holds it in round two."""
        await desk.take(served.reopened())
        with pytest.raises(NotYetError):
            await desk.take(served.revised())

    async def test_unknown_item(self, desk: "Desk", story: "Story") -> None:
        """An item of which nothing was read is a document without name."""
        await desk.take(story.registered(), story.received(), story.offered(), story.accepted())
        await desk.take(story.revised())

        assert "untuk satu dokumen" in await body(desk, "revision_requested")


class TestHolder:
    async def test_held_and_rejected(self, desk: "Desk", served: "Story") -> None:
        """Of whatever the resident is sent to ask him the officer knows: which document it is, and why."""
        await desk.take(served.held("resident"))
        await desk.take(served.rejected())

        held, rejected = await body(desk, "item_held"), await body(desk, "item_rejected")
        assert "Kartu Keluarga, permohonan" in held
        assert "dari warga" in held
        assert "Kartu Keluarga, permohonan" in rejected
        assert "sudah pernah diterbitkan" in rejected
        assert [who for who, _, _ in await told(desk, "item_held", "item_rejected")] == ["officer"] * 2

    async def test_quarantined(self, desk: "Desk", served: "Story") -> None:
        """He hears that a file failed its checks, each time; the resident doesn't."""
        for _ in range(2):
            await desk.take(quarantined(served))

        assert await desk.rows("SELECT recipient_id FROM messages WHERE cause_type LIKE '%quarantined%'") == [
            (served.officer_id,),
            (served.officer_id,),
        ]

    async def test_nobody_serves(self, desk: "Desk", served: "Story") -> None:
        """While nobody holds the request no officer is told."""
        await desk.take(served.awaited(named=False, reason="officer_left"))
        await desk.take(served.held(), served.rejected(), quarantined(served))

        assert await told(desk, "item_held", "item_rejected", "paper_quarantined") == []


class TestCancelling:
    async def test_holder(self, desk: "Desk", served: "Story") -> None:
        """Who holds the request is told once."""
        await desk.take(served.cancel_requested())

        assert await desk.rows(CANCELLING) == [(served.officer_id, 1, True)]

    async def test_asked(self, desk: "Desk", story: "Story") -> None:
        """Who is asked is told, and not again when his accepting is read late."""
        await desk.take(story.registered(), story.received(), story.offered())
        await desk.take(story.cancel_requested())
        await desk.take(story.accepted())

        assert await desk.rows(CANCELLING) == [(story.officer_id, 1, True)]

    async def test_nobody(self, desk: "Desk", story: "Story") -> None:
        """While nobody is asked no message is written, also none that fails."""
        await desk.take(story.received(), story.awaited(named=False))

        assert await desk.take(story.cancel_requested()) == []

    async def test_before_dispatch(self, desk: "Desk", story: "Story") -> None:
        """It waits until dispatch said who serves the round."""
        await desk.take(story.received())
        with pytest.raises(NotYetError, match=r"assignment\.offered"):
            await desk.take(story.cancel_requested())

        assert await desk.rows("SELECT cancel_round FROM contacts") == [(None,)]

    async def test_who_takes_over(self, desk: "Desk", served: "Story", another: Callable[[], "Story"]) -> None:
        """Who accepts after the asking, or whose accepting is read after it, is told as well."""
        next_one = another()
        await desk.take(next_one.registered())
        await desk.take(served.cancel_requested())
        await desk.take(served.awaited(named=False, reason="officer_left"))
        taken = {**dict(served.accepted()), "officer_id": next_one.officer_id}
        await desk.take(AssignmentAccepted.model_validate(taken))

        assert sorted(await desk.rows(CANCELLING)) == sorted(
            [(served.officer_id, 1, True), (next_one.officer_id, 1, False)]
        )

    async def test_offered_to_another_meanwhile(
        self, desk: "Desk", served: "Story", another: Callable[[], "Story"]
    ) -> None:
        """Where one holds the request and another is asked, the holder is told."""
        next_one = another()
        await desk.take(next_one.registered())
        asked = {**dict(served.offered()), "officer_id": next_one.officer_id}
        await desk.take(AssignmentOffered.model_validate(asked))
        await desk.take(served.cancel_requested())

        assert await desk.rows(CANCELLING) == [(served.officer_id, 1, True)]

    async def test_each_round(self, desk: "Desk", served: "Story") -> None:
        """An asking in an earlier round is not one in this; asking anew is told anew."""
        await desk.take(served.cancel_requested())
        await desk.take(served.reopened(), served.offered("served_before"), served.accepted())
        before = await desk.rows(CANCELLING)
        await desk.take(served.cancel_requested())

        assert before == [(served.officer_id, 1, True)]
        assert await desk.rows(CANCELLING) == [(served.officer_id, 1, True), (served.officer_id, 2, True)]


class TestRounds:
    async def test_reopened(self, desk: "Desk", served: "Story") -> None:
        """The resident reads for how many documents the request is open again, two of one kind too."""
        await desk.take(served.reopened())

        assert "dibuka kembali untuk 2 dokumen" in await body(desk, "request_reopened")

    async def test_new_round_new_messages(self, desk: "Desk", served: "Story") -> None:
        """What was told in round one is told in round two, of its own facts."""
        steps = ("assignment_offered", "assignment_accepted", "visit_scheduled", "dossier_submitted")
        await desk.take(served.scheduled(), served.submitted(2))
        await desk.take(served.reopened(), served.offered("served_before"), served.accepted())
        await desk.take(served.scheduled(), served.submitted())

        assert sorted((template, round_) for _, template, round_ in await told(desk, *steps)) == sorted(
            (template, round_) for template in steps for round_ in (1, 2)
        )

    async def test_repeat(self, desk: "Desk", served: "Story") -> None:
        """A fact handled again makes no second message, whatever round the request is in meanwhile."""
        failed = served.failed()
        await desk.take(failed, event_id="e-9")
        await desk.take(served.reopened(), served.offered("served_before"), served.accepted())

        assert await desk.take(failed, event_id="e-9") == []
