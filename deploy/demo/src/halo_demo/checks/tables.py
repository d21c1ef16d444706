"""Compares the tables of a service's database with the same tables as folded here from the topics."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg

Key = tuple[Any, ...]
Row = dict[str, Any]

SHOWN: Final = 5
"""Differences of one table that are spelled out."""

TABLES: Final = """
-- All but those in which the migration library keeps what it has done.
SELECT table_name FROM information_schema.tables
 WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name !~ '^_?yoyo_'
"""
ROWS_OF: Final = """
SELECT format('SELECT %s FROM public.%I', string_agg(quote_ident(column_name), ', '), table_name)
  FROM information_schema.columns
 WHERE table_schema = 'public' AND table_name = $1
 GROUP BY table_name
"""


@dataclass
class Table:
    """A table as the topics have it. `key` names the columns that tell rows apart."""

    name: str
    key: tuple[str, ...]
    rows: dict[Key, Row] = field(default_factory=dict)

    def insert(self, **row: Any) -> None:  # noqa: ANN401 - column values
        """Put a row, or another one in its place."""
        self.rows[tuple(row[column] for column in self.key)] = row

    def insert_once(self, **row: Any) -> None:  # noqa: ANN401 - column values
        """Put a row unless there is one with its key."""
        self.rows.setdefault(tuple(row[column] for column in self.key), row)

    def update(self, *key: Any, **changes: Any) -> None:  # noqa: ANN401 - column values
        """Change columns of the row with this key.

        Raises:
            KeyError: the topics tell of a change before the row's beginning.
        """
        self.rows[key].update(changes)

    def update_if_there(self, *key: Any, **changes: Any) -> None:  # noqa: ANN401 - column values
        """Change columns of the row with this key, if there is one."""
        if key in self.rows:
            self.rows[key].update(changes)


async def compare(connection: asyncpg.Connection, folded: Sequence[Table], not_folded: Iterable[str]) -> list[str]:
    """List how the database differs from the fold; ids and column names only, one line each."""
    found = {record["table_name"] for record in await connection.fetch(TABLES)}
    expected = {table.name for table in folded} | set(not_folded)
    differences = [
        f"table {name} is neither folded here nor declared as not folded" for name in sorted(found - expected)
    ]
    differences += [f"table {name} is missing in the database" for name in sorted(expected - found)]
    for table in folded:
        if table.name in found:
            statement = await connection.fetchval(ROWS_OF, table.name)
            actual = [dict(record) for record in await connection.fetch(statement)]
            differences += _shorten(table.name, list(_differences(table, actual)))
    return differences


def _shorten(name: str, differences: list[str]) -> list[str]:
    more = len(differences) - SHOWN
    return differences if more <= 0 else [*differences[:SHOWN], f"{name}: and {more} more"]


def _differences(table: Table, actual: Sequence[Row]) -> Iterator[str]:
    by_key = {tuple(row[column] for column in table.key): row for row in actual}
    for key in sorted(table.rows.keys() - by_key.keys(), key=str):
        yield f"{table.name} {_show(key)}: the topics have it, the table does not"
    for key in sorted(by_key.keys() - table.rows.keys(), key=str):
        yield f"{table.name} {_show(key)}: the table has it, the topics do not"
    for key in sorted(by_key.keys() & table.rows.keys(), key=str):
        columns = _unequal(table.rows[key], by_key[key])
        if columns:
            yield f"{table.name} {_show(key)}: differs in {', '.join(columns)}"


def _unequal(folded: Mapping[str, Any], actual: Mapping[str, Any]) -> list[str]:
    missing = object()
    names = sorted(folded.keys() | actual.keys())
    return [name for name in names if _plain(folded.get(name, missing)) != _plain(actual.get(name, missing))]


def _plain(value: Any) -> Any:  # noqa: ANN401 - column values
    """Bring arrays of the database and tuples of the contract to one form."""
    return list(value) if isinstance(value, tuple) else value


def _show(key: Key) -> str:
    return "/".join(str(part) for part in key)
