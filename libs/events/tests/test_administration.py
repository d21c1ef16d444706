"""Topics and tables as operations see them: made once, repeated without harm, differences told."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from halo_events import topics as declared
from halo_events.cli import _app
from halo_events.runtime.administration import TopicError, apply_topics
from halo_events.runtime.migrate import migrate
from halo_events.runtime.statements import load_statements
from halo_events.topics import DAY_MS, Topic
from typer.testing import CliRunner


@pytest.fixture
def topics() -> list[Topic]:
    """Two topics that nobody else uses."""
    mark = uuid4().hex[:8]
    return [
        Topic(f"test.{mark}.ever", "up", "request_id", partitions=3),
        Topic(f"test.{mark}.week", "up", "request_id", partitions=2, retention_ms=7 * DAY_MS),
    ]


async def test_made_once(kafka: str, topics: list[Topic]) -> None:
    """Missing topics are made and named; a second time there is nothing to do."""
    assert await apply_topics(kafka, topics[:1]) == [topics[0].name]
    assert await apply_topics(kafka, topics) == [topics[1].name]
    assert await apply_topics(kafka, topics) == []


async def test_differences(kafka: str, topics: list[Topic]) -> None:
    """A topic with other partitions or another retention is told, all of it at once, and left as it is."""
    await apply_topics(kafka, topics)
    ever, week = topics
    wanted = [replace(ever, partitions=12, retention_ms=DAY_MS), replace(week, retention_ms=declared.FOR_EVER)]
    with pytest.raises(TopicError) as refused:
        await apply_topics(kafka, wanted)

    assert str(refused.value).split("; ") == [
        f"{ever.name}: 3 partitions instead of 12",
        f"{ever.name}: retention.ms -1 instead of {DAY_MS}",
        f"{week.name}: retention.ms {7 * DAY_MS} instead of -1",
    ]
    assert await apply_topics(kafka, topics) == []


async def test_boundary(kafka: str, topics: list[Topic]) -> None:
    """What outsiders write goes in time: segments of a day, timed by the broker; another setting is told."""
    (_, week) = topics
    await apply_topics(kafka, [week])
    with pytest.raises(TopicError) as refused:
        await apply_topics(kafka, [replace(week, boundary=True)])
    assert str(refused.value).split("; ") == [
        f"{week.name}: message.timestamp.type CreateTime instead of LogAppendTime",
        f"{week.name}: segment.ms {7 * DAY_MS} instead of {DAY_MS}",
    ]
    opened = replace(week, name=f"{week.name}.open", boundary=True)
    assert await apply_topics(kafka, [opened]) == [opened.name]
    assert await apply_topics(kafka, [opened]) == []


async def test_followed(kafka: str, topics: list[Topic]) -> None:
    """What outsiders follow is compressed as every client can read it; another setting is told."""
    (_, week) = topics
    await apply_topics(kafka, [week])
    with pytest.raises(TopicError) as refused:
        await apply_topics(kafka, [replace(week, followed=True)])
    assert str(refused.value) == f"{week.name}: compression.type producer instead of gzip"


async def test_cannot_be_made(kafka: str, topics: list[Topic]) -> None:
    """A topic that the broker refuses, for want of brokers to copy it to, is told by its name."""
    with pytest.raises(TopicError, match=topics[0].name):
        await apply_topics(kafka, topics[:1], replication=5)


def test_command(kafka: str) -> None:
    """`halo-events topics apply` makes what the contract declares, and says in one line what is wrong."""
    first = CliRunner().invoke(_app, ["topics", "apply", "--kafka", kafka])
    again = CliRunner().invoke(_app, ["topics", "apply", "--kafka", kafka])
    wrong = CliRunner().invoke(_app, ["topics", "apply", "--kafka", "127.0.0.1:1"])

    assert (first.exit_code, again.exit_code, wrong.exit_code) == (0, 0, 1)
    assert again.output == f"0 made, {len(declared.ALL)} as declared\n"
    assert wrong.output.startswith("topics not applied: ")


async def test_migrations(databases: Any, postgres_dsn: str, tmp_path: Any) -> None:
    """Migrations are applied once, by several processes at once too, and a killed one does not lock the next out."""
    name = f"test_migrations_{uuid4().hex[:8]}"
    admin = await asyncpg.connect(postgres_dsn)
    await admin.execute(f'CREATE DATABASE "{name}"')
    dsn = databases.dsn(name)
    (tmp_path / "0001_things.sql").write_text("CREATE TABLE things (id integer);")
    try:
        applied = await asyncio.gather(*(asyncio.to_thread(migrate, dsn, [tmp_path]) for _ in range(3)))
        assert sorted(name for names in applied for name in names) == ["0001_events", "0001_things"]
        own = await asyncpg.connect(dsn)
        await own.execute("INSERT INTO yoyo_lock (locked, ctime, pid) VALUES (1, now(), 999999)")
        await own.close()
        (tmp_path / "0002_more.sql").write_text("CREATE TABLE more (id integer);")
        assert await asyncio.to_thread(migrate, dsn, [tmp_path]) == ["0002_more"]
    finally:
        await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await admin.close()


def test_statements(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Statements are found by their names; a nameless one and a name given twice are refused."""
    package = tmp_path / "sample_statements"
    package.mkdir()
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    for text, fault in (("SELECT 1;", "without a name"), ("-- name: a\nSELECT 1;\n-- name: a\nSELECT 2;", "twice")):
        (package / "queries.sql").write_text(text)
        with pytest.raises(ValueError, match=fault):
            load_statements("sample_statements")
    (package / "queries.sql").write_text(
        "-- Two of them.\n-- name: one\n-- Why.\nSELECT 1;\n\n-- name: two\nSELECT 2;\n"
    )

    assert load_statements("sample_statements") == {"one": "-- Why.\nSELECT 1;", "two": "SELECT 2;"}
