import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import asyncpg
import pytest
from halo_events import topics
from halo_events.contract import BY_TYPE
from halo_events.contract.event import Event
from halo_events.contract.notify import MessageSent
from halo_events.errors import NotYetError
from halo_events.runtime import RowCountError
from halo_events.testing import Databases
from halo_notify.handlers import DECISIONS, PROJECTIONS
from halo_service.service import Service
from halo_service.testing import service_database

if TYPE_CHECKING:
    from conftest import Desk, Story

NOON = datetime(2026, 8, 10, 5, 0, tzinfo=UTC)
TABLES = (
    "SELECT * FROM contacts ORDER BY request_id",
    "SELECT * FROM officers ORDER BY officer_id",
    "SELECT * FROM assignments ORDER BY request_id, round",
    "SELECT * FROM items ORDER BY item_id",
    """SELECT request_id, round, cause_type, recipient, recipient_id, channel, template, language, state, reason,
              message_id, cause_id
         FROM messages ORDER BY message_id""",
)
"""The folded tables. Times of messages are those of this service's own facts, and stand still in these tests."""


class TestTables:
    def test_topics(self) -> None:
        """Each table of the database is folded from one topic; what is decided upon comes from four."""
        assert {handler.event.topic for handler in PROJECTIONS} == {
            topics.REQUESTS,
            topics.ASSIGNMENTS,
            topics.DOSSIERS,
            topics.OFFICERS,
            topics.MESSAGES,
        }
        assert {handler.event.topic for handler in DECISIONS} == {
            topics.REQUESTS,
            topics.ASSIGNMENTS,
            topics.DOSSIERS,
            topics.OFFICERS,
        }

    def test_own_facts(self) -> None:
        """Every fact that notify writes is folded by it."""
        own = {event for event in BY_TYPE.values() if event.topic is topics.MESSAGES}

        assert own <= {handler.event for handler in PROJECTIONS}


class TestProjections:
    async def test_contact(self, desk: "Desk", story: "Story") -> None:
        """Of a request is kept how the resident is reached: no name, no NIK, no address of a house."""
        await desk.take(story.received(email="warga@example.com"))

        (row,) = await desk.rows("SELECT * FROM contacts")
        assert "Contoh Warga" not in row
        assert "Jl. Contoh 1" not in row
        assert row[1:6] == ("HP-26-000123-4", "007", "+6281234567890", "warga@example.com", "id")

    async def test_officer(self, desk: "Desk", story: "Story") -> None:
        """The register's last word counts."""
        await desk.take(story.registered(), story.changed(name="Rina Contoh", email="rina@example.com"))

        assert await desk.rows("SELECT name, phone, email, left_at FROM officers") == [
            ("Rina Contoh", "+6281300000001", "rina@example.com", None)
        ]

    async def test_officer_left(self, desk: "Desk", story: "Story") -> None:
        """Of an officer who left only the name is kept."""
        await desk.take(story.registered(email="sari@example.com"), story.left())

        assert await desk.rows("SELECT name, phone, email, left_at IS NOT NULL FROM officers") == [
            ("Sari Contoh", None, None, True)
        ]

    async def test_serving(self, desk: "Desk", story: "Story") -> None:
        """Who is asked and who holds is kept, by round; an offer to another takes it from nobody."""
        read = "SELECT round, asked_id IS NOT NULL, holder_id IS NOT NULL, accepted_at FROM assignments ORDER BY round"
        await desk.take(story.registered(), story.received())
        seen = []
        for event in (story.offered(), story.accepted(), story.offered(), story.awaited()):
            await desk.take(event)
            seen += await desk.rows(read)
        await desk.take(story.reopened(), story.offered())

        assert seen == [(1, True, False, None), (1, False, True, NOON), (1, True, True, NOON), (1, False, False, NOON)]
        assert await desk.rows(read) == [(1, False, False, NOON), (2, True, False, None)]

    async def test_delivered(self, desk: "Desk", story: "Story") -> None:
        """Deliveries of a round are counted together, and each round begins anew."""
        await desk.take(story.registered(), story.received())
        await desk.take(story.delivered(2), story.delivered(), story.reopened(), story.delivered())

        assert await desk.rows("SELECT round, delivered FROM assignments ORDER BY round") == [(1, 3), (2, 1)]

    async def test_needed(self, desk: "Desk", story: "Story") -> None:
        """Which document an item is, is kept."""
        await desk.take(story.needed())

        assert await desk.rows("SELECT item_id, request_id, round, kind FROM items") == [
            (story.item_id, story.request_id, 1, "kartu_keluarga")
        ]

    async def test_cancel_requested(self, desk: "Desk", story: "Story") -> None:
        """It is kept in which round cancelling was asked for last."""
        await desk.take(story.received(), story.awaited(named=False), story.cancel_requested())
        first = await desk.rows("SELECT cancel_round FROM contacts")
        await desk.take(story.reopened(), story.awaited(named=False), story.cancel_requested())

        assert (first, await desk.rows("SELECT cancel_round FROM contacts")) == ([(1,)], [(2,)])

    async def test_phone_is_needed(self, desk: "Desk", story: "Story") -> None:
        """The database itself wants the number of everybody who did not leave."""
        await desk.take(story.registered())
        with pytest.raises(asyncpg.CheckViolationError):
            async with desk.database.transaction() as tx:
                await tx.execute("UPDATE officers SET phone = NULL")

    async def test_officer_comes_back(self, desk: "Desk", story: "Story") -> None:
        """An officer registered again has left no more."""
        await desk.take(story.registered(), story.left(), story.registered())

        assert await desk.rows("SELECT phone, left_at FROM officers") == [("+6281300000001", None)]

    async def test_left_before_registered(self, desk: "Desk", story: "Story") -> None:
        """An officer who leaves without ever having come is an error, not a row."""
        with pytest.raises(RowCountError):
            await desk.take(story.left())

    async def test_settled_twice(self, desk: "Desk", story: "Story") -> None:
        """A message is settled once; a second time is an error."""
        (queued,) = await desk.take(story.received())
        sent = MessageSent(**story.common, message_id=queued.message_id)
        async with desk.database.transaction() as tx:
            await tx.emit(sent)
            with pytest.raises(RowCountError):
                await tx.emit(sent)


async def handle_in_order(desk: "Desk", lanes: list[list[tuple[str, Event]]], luck: random.Random) -> None:
    """Handle events as topics bring them: in order within each, and whichever comes first of several.

    An event that misses its cause waits at its topic's head.
    """
    while lanes:
        lane = luck.choice(lanes)
        event_id, event = lane[0]
        try:
            await desk.take(event, event_id=event_id)
        except NotYetError:
            continue
        lane.pop(0)
        lanes = [lane for lane in lanes if lane]


class TestAnyOrder:
    async def test_same_tables(self, databases: Databases, service: Service, story: "Story", desk: "Desk") -> None:
        """In whatever order other services' topics arrive, the tables are the same in the end.

        Without officers who leave: whether one still got a message depends on when it was written.
        """
        lanes = [
            [story.received(phone="+622188888888", email="warga@example.com")],
            [story.registered(), story.changed(email="koordinator@example.com")],
            [story.offered(), story.awaited(named=False), story.accepted(), story.scheduled(), story.delivered()],
            [story.submitted(), story.handed_over()],
        ]
        named = [[(f"e-{row}-{place}", event) for place, event in enumerate(lane)] for row, lane in enumerate(lanes)]
        results = []
        for seed in range(6):
            async with service_database(databases, service) as database:
                other = type(desk)(database)
                await handle_in_order(other, [list(lane) for lane in named], random.Random(seed))
                results.append([await other.rows(sql) for sql in TABLES])

        assert all(result == results[0] for result in results)
        assert len(results[0][-1]) == 9

    async def test_everyday_paths(self, databases: Databases, service: Service, story: "Story", desk: "Desk") -> None:
        """So it is on the everyday paths, over two rounds and with a cancelling that comes too late."""
        requests = [story.received(phone="+622188888888", email="warga@example.com"), story.cancel_requested()]
        assignments = [
            story.offered(),
            story.accepted(),
            story.missed(),
            story.failed(),
            story.delivered(),
            story.retained(),
        ]
        dossiers = [story.needed(), story.revised(), story.held(), story.rejected()]
        requests.append(story.reopened())
        assignments += [story.offered("served_before"), story.accepted(), story.failed(3), story.returned()]
        story.item_id = story.request_id
        dossiers += [story.needed(), story.rejected(), story.submitted()]
        lanes = [requests, [story.registered(email="sari@example.com")], assignments, dossiers]
        named = [[(f"e-{row}-{place}", event) for place, event in enumerate(lane)] for row, lane in enumerate(lanes)]
        results = []
        for seed in range(6):
            async with service_database(databases, service) as database:
                other = type(desk)(database)
                await handle_in_order(other, [list(lane) for lane in named], random.Random(seed))
                results.append([await other.rows(sql) for sql in TABLES])

        assert all(result == results[0] for result in results)
        assert [row[1] for row in results[0][2]] == [1, 2]
        assert len(results[0][-1]) == 22
