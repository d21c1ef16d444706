from typing import Final

import asyncpg
import pytest
from halo_demo.checks.everything import FOLDS
from halo_demo.facts import Topics
from halo_demo.paths import ROOT
from halo_events.testing import Databases

COLUMNS: Final = """
SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1
"""
TABLES: Final = """
SELECT table_name FROM information_schema.tables
 WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name !~ '^_?yoyo_'
"""


@pytest.mark.parametrize("service", FOLDS)
class TestFold:
    async def test_knows_every_table_and_column(self, service: str, topics: Topics, databases: Databases) -> None:
        """The fold of one whole life has a row in each folded table, with exactly the columns of the migrations."""
        fold, not_folded = FOLDS[service]
        migrations = ROOT / "services" / service / "src" / f"halo_{service}" / "migrations"
        dsn = await databases.fresh(f"demo_{service}", [migrations])
        connection = await asyncpg.connect(dsn)
        try:
            tables = fold(topics)
            found = {record["table_name"] for record in await connection.fetch(TABLES)}
            assert found == {table.name for table in tables} | set(not_folded)
            for table in tables:
                columns = {record["column_name"] for record in await connection.fetch(COLUMNS, table.name)}
                assert table.rows, f"one life leaves nothing in {table.name}"
                assert all(row.keys() == columns for row in table.rows.values()), table.name
        finally:
            await connection.close()
            await databases.drop(dsn)
