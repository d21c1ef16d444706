from collections.abc import AsyncIterator

import asyncpg
import pytest
from halo_demo.checks.tables import SHOWN, Table, compare
from halo_events.testing import Databases


@pytest.fixture
async def connection(databases: Databases) -> AsyncIterator[asyncpg.Connection]:
    """A database with one small table and one that is not folded."""
    dsn = await databases.fresh("demo")
    connection = await asyncpg.connect(dsn)
    await connection.execute("CREATE TABLE visits (visit_id int PRIMARY KEY, rws text[], state text)")
    await connection.execute("CREATE TABLE timers (due_at timestamptz)")
    yield connection
    await connection.close()
    await databases.drop(dsn)


@pytest.fixture
def folded() -> Table:
    """The table as the topics have it: two rows."""
    table = Table("visits", ("visit_id",))
    table.insert(visit_id=1, rws=("001",), state="made")
    table.insert(visit_id=2, rws=(), state="scheduled")
    return table


@pytest.fixture
async def filled(connection: asyncpg.Connection) -> asyncpg.Connection:
    """The database with the same two rows."""
    await connection.execute("INSERT INTO visits VALUES (1, '{001}', 'made'), (2, '{}', 'scheduled')")
    return connection


class TestCompare:
    async def test_equal(self, filled: asyncpg.Connection, folded: Table) -> None:
        """Nothing speaks against equal tables."""
        assert await compare(filled, [folded], ["timers"]) == []

    async def test_a_broken_cell(self, filled: asyncpg.Connection, folded: Table) -> None:
        """The column is named, its value is not."""
        await filled.execute("UPDATE visits SET state = 'secret' WHERE visit_id = 2")

        assert await compare(filled, [folded], ["timers"]) == ["visits 2: differs in state"]

    async def test_a_lost_row(self, filled: asyncpg.Connection, folded: Table) -> None:
        """What the topics tell must be in the table."""
        await filled.execute("DELETE FROM visits WHERE visit_id = 1")

        assert await compare(filled, [folded], ["timers"]) == ["visits 1: the topics have it, the table does not"]

    async def test_an_invented_row(self, filled: asyncpg.Connection, folded: Table) -> None:
        """What the topics don't tell must not be in the table."""
        await filled.execute("INSERT INTO visits VALUES (3, '{}', 'made')")

        assert await compare(filled, [folded], ["timers"]) == ["visits 3: the table has it, the topics do not"]

    async def test_a_column_that_the_fold_does_not_know(self, filled: asyncpg.Connection, folded: Table) -> None:
        """Columns that a migration adds are compared as well."""
        await filled.execute("ALTER TABLE visits ADD COLUMN note text")

        against = await compare(filled, [folded], ["timers"])

        assert against == ["visits 1: differs in note", "visits 2: differs in note"]

    async def test_a_table_that_nobody_declared(self, filled: asyncpg.Connection, folded: Table) -> None:
        """A table is folded, or declared as not folded."""
        assert await compare(filled, [folded], []) == ["table timers is neither folded here nor declared as not folded"]

    async def test_a_table_that_is_gone(self, connection: asyncpg.Connection, folded: Table) -> None:
        """A folded table must be there."""
        await connection.execute("DROP TABLE visits")

        assert await compare(connection, [folded], ["timers"]) == ["table visits is missing in the database"]

    async def test_many_differences_are_cut(self, connection: asyncpg.Connection) -> None:
        """A few are spelled out, the rest is counted."""
        table = Table("visits", ("visit_id",))
        for number in range(SHOWN + 3):
            table.insert(visit_id=number, rws=(), state="made")

        against = await compare(connection, [table], ["timers"])

        assert (len(against), against[-1]) == (SHOWN + 1, "visits: and 3 more")
