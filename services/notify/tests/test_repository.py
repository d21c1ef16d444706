from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import asyncpg
import pytest
from halo_events.runtime import load_statements
from halo_notify import repository
from halo_notify.app import NOT_FOLDED

if TYPE_CHECKING:
    from conftest import Desk, Story

STATEMENTS = load_statements("halo_notify")


class TestStatements:
    async def test_all_prepare(self, desk: "Desk") -> None:
        """Every statement fits the migrated schema."""
        async with desk.database.transaction() as tx:
            for sql in STATEMENTS.values():
                await tx._connection.prepare(sql)

    def test_all_used(self) -> None:
        """Every statement has its function."""
        text = Path(repository.__file__).read_text()

        assert [name for name in STATEMENTS if f'_SQL["{name}"]' not in text] == []

    async def test_leases_use_the_index(self, desk: "Desk") -> None:
        """Looking for what is due does not read what was settled long ago."""
        async with desk.database.transaction() as tx:
            await tx.execute(
                """INSERT INTO outgoing (message_id, request_id, round, channel, address, body, due_at, settled_at)
                   SELECT gen_random_uuid(), gen_random_uuid(), 1, 'sms', '', '', now(), now()
                     FROM generate_series(1, 5000)"""
            )
            await tx.execute("ANALYZE outgoing")
            plan = await tx.fetch("EXPLAIN " + STATEMENTS["lease_due"], "sms", tx.now, uuid4(), tx.now, 100)

        assert any("outgoing_due" in row[0] for row in plan)


class TestTables:
    async def test_not_folded(self, desk: "Desk") -> None:
        """The tables that no topic brings back are declared."""
        rows = await desk.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        own = {name for (name,) in rows if not name.startswith(("_yoyo", "yoyo"))}

        assert own == {"contacts", "officers", "assignments", "items", "messages", *NOT_FOLDED}

    async def test_one_message_a_cause(self, desk: "Desk", story: "Story") -> None:
        """The database itself refuses a second message of one cause, recipient and template."""
        await desk.take(story.received())
        with pytest.raises(asyncpg.UniqueViolationError):
            async with desk.database.transaction() as tx:
                await tx.execute(
                    """INSERT INTO messages (message_id, request_id, round, cause_type, cause_id, recipient, channel,
                                             template, language, state, queued_at)
                       SELECT gen_random_uuid(), request_id, round, cause_type, cause_id, recipient, channel,
                              template, language, state, queued_at FROM messages"""
                )
