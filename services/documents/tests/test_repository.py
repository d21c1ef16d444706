import asyncpg
import pytest
from halo_documents import app
from halo_documents.repository import SQL
from halo_events.runtime import Tx

REQUEST = "00000000-0000-4000-8000-000000000001"
INSERT_ISSUED = """
INSERT INTO items (item_id, request_id, round, position, kind, state, state_at, issue_number)
VALUES (gen_random_uuid(), $1, 1, $2, 'kia', 'issued', now(), 'A-1')
"""


class TestSchema:
    async def test_statements(self, tx: Tx) -> None:
        """Every statement fits the migrated schema."""
        for statement in SQL.values():
            await tx._connection.prepare(statement)

    async def test_not_folded(self, tx: Tx) -> None:
        """What is declared as not folded exists."""
        rows = await tx.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")

        assert set(app.NOT_FOLDED) <= {row["tablename"] for row in rows}

    async def test_issue_numbers(self, tx: Tx) -> None:
        """The database itself keeps two documents of a kind from bearing one number."""
        await tx.execute("INSERT INTO dossiers VALUES ($1, 1, gen_random_uuid(), 'v', now())", REQUEST)
        await tx.execute(INSERT_ISSUED, REQUEST, 1)

        with pytest.raises(asyncpg.UniqueViolationError) as raised:
            await tx.execute(INSERT_ISSUED, REQUEST, 2)
        assert raised.value.constraint_name == "items_issue_number"
