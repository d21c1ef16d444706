import asyncpg
import pytest
from halo_documents import app
from halo_documents.repository import SQL
from halo_events.runtime import Database, Tx


class TestStatements:
    @pytest.mark.parametrize("name", sorted(SQL))
    async def test_prepares(self, tx: Tx, name: str) -> None:
        """Every statement fits the migrated schema."""
        await tx._connection.prepare(SQL[name])

    async def test_not_folded(self, database: Database) -> None:
        """What is declared as not folded exists."""
        async with database.transaction() as tx:
            rows = await tx.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")

        assert set(app.NOT_FOLDED) <= {row["tablename"] for row in rows}


class TestConstraints:
    async def test_issue_numbers(self, tx: Tx) -> None:
        """The database itself keeps two documents of a kind from bearing one number."""
        insert = (
            "INSERT INTO items (item_id, request_id, round, position, kind, state, state_at, issue_number) "
            "VALUES (gen_random_uuid(), '00000000-0000-0000-0000-000000000001', 1, $1, 'kia', 'issued', now(), 'A-1')"
        )
        await tx.execute(
            "INSERT INTO dossiers VALUES ('00000000-0000-0000-0000-000000000001', 1, gen_random_uuid(), 'v', now())"
        )
        await tx.execute(insert, 1)

        with pytest.raises(asyncpg.UniqueViolationError) as raised:
            await tx.execute(insert, 2)
        assert raised.value.constraint_name == "items_issue_number"
