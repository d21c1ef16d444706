import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from halo_events.contract.event import ActorRole, Event
from halo_events.contract.intake import PublicStatus, RequestProgressed, RequestReceived, RequestRefused
from halo_events.contract.values import Channel
from halo_events.errors import NotYetError
from halo_events.runtime import Database
from halo_intake.domain.status import LIFECYCLE

Make = Callable[..., dict[str, Any]]
ComeIn = Callable[..., Awaitable[list[Event]]]
Life = Callable[[UUID], tuple[list[Event], list[Event]]]


async def _outbox(database: Database) -> list[dict[str, str]]:
    async with database.transaction() as tx:
        rows = await tx.fetch("SELECT headers FROM events.outbox ORDER BY id")
    return [json.loads(row["headers"]) if isinstance(row["headers"], str) else row["headers"] for row in rows]


class TestRequestFiled:
    async def test_good(self, receive: ComeIn, filing: Make) -> None:
        """A good record becomes a request with a number, and its first status goes out."""
        received, progressed = await receive(
            filing(household_size=4, target_group="elderly", resident={"note": "Rumah biru"})
        )

        assert isinstance(received, RequestReceived)
        assert (received.channel, received.source_ref, received.taken_by) == (Channel.EOPEN, "EO-1", None)
        assert (received.rw, received.rt, received.resident.phone) == ("007", "003", "+6281234567890")
        assert (received.resident.note, received.household_size) == ("Rumah biru", 4)
        assert received.actor.role is ActorRole.EOPEN
        assert received.request_id.version == 7
        assert isinstance(progressed, RequestProgressed)
        assert (progressed.status, progressed.tracking_no) == (PublicStatus.RECEIVED, received.tracking_no)
        assert progressed.next.id != progressed.next.en

    async def test_filed_again(self, receive: ComeIn, filing: Make) -> None:
        """The same number again, in another record with other content, is answered by the first request's status."""
        received, first = await receive(filing())
        (again,) = await receive(filing(rw="8", resident={"nik": "1"}))

        assert isinstance(again, RequestProgressed)
        assert again.request_id == received.request_id
        assert (again.status, again.since) == (first.status, first.since)

    async def test_repeat_in_one_batch(self, receive: ComeIn, filing: Make) -> None:
        """Of two records of a new number in one transaction the first is received, the second answered as a repeat."""
        events = await receive(filing(), filing())
        assert [type(event) for event in events] == [RequestReceived, RequestProgressed, RequestProgressed]
        assert len({event.request_id for event in events}) == 1

    async def test_repeat_at_the_same_time(self, receive: ComeIn, filing: Make) -> None:
        """Two processes that read the same number at once make one request of it."""
        answers = await asyncio.gather(*(receive(filing()) for _ in range(4)))
        events = [event for answer in answers for event in answer]
        assert sum(isinstance(event, RequestReceived) for event in events) == 1
        assert len({event.request_id for event in events}) == 1

    async def test_filed_again_after_a_refusal(self, receive: ComeIn, filing: Make) -> None:
        """A refused number may be filed again, mended."""
        (refused,) = await receive(filing(resident={"phone": "1"}))
        received, _ = await receive(filing())
        assert isinstance(refused, RequestRefused)
        assert isinstance(received, RequestReceived)
        assert refused.request_id != received.request_id

    async def test_causes(self, receive: ComeIn, database: Database, filing: Make) -> None:
        """Each answer names the record that it answers as its cause."""
        await receive(filing(), headers={"ce_id": "first"})
        await receive(filing(), headers={"ce_id": "second"})
        await receive(filing(eopen_id="EO-2", rw="x"), headers={"ce_id": "third"})
        causes = [dict(headers)["ce_causationid"] for headers in await _outbox(database)]
        assert causes == ["first", "first", "second", "third"]

    async def test_a_clock_of_its_own(self, receive: ComeIn, filing: Make) -> None:
        """When it was filed is taken from the device, unless that cannot be."""
        on_time, _ = await receive(filing(eopen_id="EO-1", occurred_at="2026-03-02T09:00:00+07:00"))
        ahead, _ = await receive(filing(eopen_id="EO-2", occurred_at="2999-03-02T09:00:00+07:00"))
        assert on_time.occurred_at.isoformat() == "2026-03-02T09:00:00+07:00"
        assert ahead.occurred_at.isoformat() == "2026-03-02T03:00:00+00:00"


BROKEN: Mapping[str, tuple[bytes, tuple[str, str | None]]] = {
    "cut short": (b'{"eopen_id": "EO', ("broken_json", None)),
    "no UTF-8": (b'{"note": "\xe9"}', ("broken_json", None)),
    "empty": (b"", ("broken_json", None)),
    "a list": (b"[1]", ("not_an_object", None)),
    "a text": (b'"EO-1"', ("not_an_object", None)),
    "nothing": (b"null", ("not_an_object", None)),
}
BAD: Mapping[str, tuple[dict[str, Any], tuple[str, str]]] = {
    "NUL": ({"resident": {"name": "Contoh\0"}}, ("text_not_storable", "resident.name")),
    "lone surrogate": ({"resident": {"name": "Contoh\ud800"}}, ("text_not_storable", "resident.name")),
    "number out of range": ({"household_size": 2**63}, ("less_than_equal", "household_size")),
    "number far out of range": ({"household_size": 10**400}, ("less_than_equal", "household_size")),
    "no number": ({"household_size": "many"}, ("int_parsing", "household_size")),
    "NaN": ({"household_size": float("nan")}, ("finite_number", "household_size")),
    "short NIK": ({"resident": {"nik": "327599"}}, ("nik_length", "resident.nik")),
    "NIK of no day": ({"resident": {"nik": "3275993202900001"}}, ("nik_birth_date", "resident.nik")),
    "no NIK": ({"resident": {"nik": None}}, ("nik_required", "resident.nik")),
    "wrong KK": ({"resident": {"kk": "32"}}, ("kk_form", "resident.kk")),
    "bad phone": ({"resident": {"phone": "0888-12"}}, ("phone_invalid", "resident.phone")),
    "foreign phone": ({"resident": {"phone": "+65 6123 4567"}}, ("phone_foreign", "resident.phone")),
    "bad e-mail": ({"resident": {"email": "x"}}, ("email_form", "resident.email")),
    "unknown kelurahan": ({"kelurahan_code": "32.75.99.1001"}, ("kelurahan_unknown", "kelurahan_code")),
    "unknown document": ({"documents": ["surat_contoh"]}, ("document_unknown", "documents.0")),
    "document twice": ({"documents": ["kia", "kia"]}, ("documents_repeated", "documents")),
    "no document": ({"documents": []}, ("documents_missing", "documents")),
    "too many documents": ({"documents": ["kia"] * 11}, ("too_long", "documents")),
    "RW out of form": ({"rw": "RW 07"}, ("rw_form", "rw")),
    "RT out of form": ({"rt": "0003"}, ("rt_form", "rt")),
    "too long a text": ({"resident": {"note": "x" * 2001}}, ("string_too_long", "resident.note")),
    "no resident": ({"resident": None}, ("missing", "resident")),
    "no time": ({"occurred_at": None}, ("missing", "occurred_at")),
    "time without a zone": ({"occurred_at": "2026-03-02T09:00:00"}, ("timezone_aware", "occurred_at")),
    "target group of no form": ({"target_group": "the old"}, ("string_pattern_mismatch", "target_group")),
}


def _reasons(event: Event) -> list[tuple[str, str | None]]:
    assert isinstance(event, RequestRefused)
    for reason in event.reasons:
        assert reason.message.id != reason.message.en
    return [(reason.code, reason.field) for reason in event.reasons]


class TestRejected:
    async def test_unreadable(self, receive: ComeIn) -> None:
        """What cannot be read is answered under the id of its record."""
        for number, (kind, (value, reason)) in enumerate(BROKEN.items()):
            (refused,) = await receive(value)
            assert _reasons(refused) == [reason], kind
            assert refused.source_ref == f"ce-{number}"

    async def test_bad_content(self, receive: ComeIn, filing: Make) -> None:
        """Every kind of bad content is refused with its reason in both languages, under e-OPen's own number."""
        for kind, (changes, reason) in BAD.items():
            (refused,) = await receive(filing(**changes))
            assert reason in _reasons(refused), kind
            assert {field for _, field in _reasons(refused)} <= {reason[1], "resident.nik"}, kind
            assert (refused.source_ref, refused.channel) == ("EO-1", Channel.EOPEN)

    async def test_unknown_type(self, receive: ComeIn, filing: Make) -> None:
        """An unknown type is refused, and not under a number that was accepted."""
        for source_ref in ("EO-1", "ce-2"):
            (refused,) = await receive(filing(rw="x"), headers={"ce_type": "id.go.bekasikota.eopen.request.wished.v1"})
            assert (_reasons(refused), refused.source_ref) == ([("unknown_type", None)], source_ref)
            await receive(filing())

    async def test_missing_attribute(self, receive: ComeIn, filing: Make) -> None:
        """An envelope that lacks an attribute is refused, naming it."""
        for attribute in ("specversion", "id", "source", "type"):
            (refused,) = await receive(filing(), headers={f"ce_{attribute}": ""})
            assert _reasons(refused) == [("envelope", attribute)]
            assert refused.source_ref == "EO-1"

    async def test_nameless(self, receive: ComeIn) -> None:
        """A record without a number is answered under its id; without one, or under a person's, under its place."""
        for header, text, name in (("type", "", "ce-0"), ("id", "", "3/1"), ("id", "3275990101900001", "3/2")):
            (refused,) = await receive(b"{", headers={f"ce_{header}": text})
            assert refused.source_ref.endswith(name)

    async def test_bad_number(self, receive: ComeIn, filing: Make) -> None:
        """A number that no store takes is mended and bounded; without one the record's id stands in."""
        numbers = {
            "EO 1\0": "EO 1\ufffd",
            "\ud800": "\ufffd",
            "x" * 3000: "x" * 200,
            17: "17",
            ("EO-1",): "ce",
            None: "ce",
        }
        for eopen_id, source_ref in numbers.items():
            (refused,) = await receive(filing(eopen_id=eopen_id), headers={"ce_id": "ce"})
            assert refused.source_ref == source_ref
            assert [field for _, field in _reasons(refused)] == ["eopen_id"]

    async def test_all_faults_at_once(self, receive: ComeIn, filing: Make) -> None:
        """Faults of the form and faults of the content are told together."""
        data = filing(
            occurred_at="yesterday", rw="x", household_size=0, kelurahan_code="1", resident={"name": "\0", "phone": "1"}
        )
        (refused,) = await receive(data)
        assert set(_reasons(refused)) == {
            ("datetime_from_date_parsing", "occurred_at"),
            ("rw_form", "rw"),
            ("greater_than_equal", "household_size"),
            ("kelurahan_unknown", "kelurahan_code"),
            ("text_not_storable", "resident.name"),
            ("phone_invalid", "resident.phone"),
        }

    async def test_bad_repeat_of_an_accepted_number(self, receive: ComeIn, filing: Make) -> None:
        """A bad record of an accepted number asks for its status: a refusal would speak of the accepted request."""
        received, _ = await receive(filing())
        (again,) = await receive(filing(resident={"name": "\0"}))
        assert isinstance(again, RequestProgressed)
        assert again.request_id == received.request_id

    async def test_no_personal_data(self, receive: ComeIn, filing: Make) -> None:
        """A refusal says nothing of what the record held but its number."""
        (refused,) = await receive(filing(resident={"nik": "3275993202900001", "phone": "0888-12"}))
        assert not any(text in refused.model_dump_json() for text in ("3275993202900001", "0888-12", "Contoh Warga"))


class TestFollow:
    async def test_whole_life(self, receive: ComeIn, deliver: ComeIn, filing: Make, life: Life) -> None:
        """Each event that changes the public status has it published once, with the time and the next step."""
        received, _ = await receive(filing())
        assignments, dossier = life(received.request_id)
        events = [*assignments[:4], *dossier, *assignments[4:]]
        published = [event for fact in events for event in await deliver(fact)]

        assert [event.status for event in published] == [
            "offered",
            "accepted",
            "visit_scheduled",
            "collecting",
            "submitted",
            "processing",
            "printed",
            "with_officer",
            "delivered",
        ]
        assert {(event.tracking_no, event.source_ref, event.channel) for event in published} == {
            (received.tracking_no, "EO-1", Channel.EOPEN)
        }
        assert published[-1].since == events[-1].occurred_at

    async def test_repeat_tells_the_status_of_now(
        self, receive: ComeIn, deliver: ComeIn, filing: Make, life: Life
    ) -> None:
        """A filing that is repeated later is answered with how far the first one is."""
        received, _ = await receive(filing())
        await deliver(*life(received.request_id)[0][:2])
        (again,) = await receive(filing())
        assert again.status is PublicStatus.ACCEPTED

    async def test_unknown_request(self, deliver: ComeIn, life: Life, request_id: UUID) -> None:
        """An event of a request that is not known here is held, and leaves nothing behind."""
        with pytest.raises(NotYetError):
            await deliver(life(request_id)[0][0])

    async def test_any_interleaving(
        self, receive: ComeIn, deliver: ComeIn, database: Database, filing: Make, life: Life
    ) -> None:
        """However the topics of dispatch and documents interleave, tables and status end the same, never backward."""
        for seed in range(8):
            received, _ = await receive(filing(eopen_id=f"EO-{seed}"))
            topics = [list(topic) for topic in life(received.request_id)]
            times = sorted(event.occurred_at for topic in topics for event in topic)
            published = []
            for fact in _interleaved(topics, random.Random(seed)):
                published += await deliver(fact)

            ranks = [LIFECYCLE.index(event.status) for event in published]
            assert all(before < after for before, after in pairwise(ranks))
            assert (published[-1].status, published[-1].since) == (PublicStatus.DELIVERED, times[-1])
            assert await _tables(database, received.request_id, times[0]) == EXPECTED_TABLES


def _interleaved(topics: list[list[Event]], dice: random.Random) -> Iterator[Event]:
    while any(topics):
        yield dice.choice([topic for topic in topics if topic]).pop(0)


EXPECTED_TABLES = {
    "request_steps": [("accepted", 1), ("collecting", 3), ("offered", 0), ("visit_scheduled", 2)],
    "item_steps": [
        *(("collecting", 4), ("collecting", 4), ("printed", 10), ("printed", 11), ("processing", 6), ("processing", 7)),
        *(("submitted", 5), ("submitted", 5), ("with_officer", 12), ("with_officer", 12)),
    ],
    "item_deliveries": [("delivered", 13), ("delivered", 14)],
}
"""Minutes of each step, from the first on."""


async def _tables(database: Database, request_id: UUID, start: datetime) -> dict[str, list[tuple[str, int]]]:
    queries = {
        "request_steps": "SELECT status, reached_at FROM request_steps WHERE request_id = $1 ORDER BY 1, 2",
        "item_steps": "SELECT status, reached_at FROM item_steps WHERE request_id = $1 ORDER BY 1, 2",
        "item_deliveries": "SELECT 'delivered', delivered_at FROM item_deliveries WHERE request_id = $1 ORDER BY 1, 2",
    }
    found = {}
    async with database.transaction() as tx:
        for table, query in queries.items():
            rows = await tx.fetch(query, request_id)
            found[table] = [(status, (time - start) // timedelta(minutes=1)) for status, time in rows]
    return found
