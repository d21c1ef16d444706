from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from halo_events.contract.intake import PublicStatus
from halo_events.runtime import Database, RowCountError, Tx, load_statements
from halo_events.testing import Databases
from halo_intake import repository
from halo_intake.domain.requests import Request, RequestRound
from halo_service.service import Service

NOW = datetime(2026, 3, 2, tzinfo=UTC)
FILED = ("ktp_el", "kia")
STATEMENTS = load_statements("halo_intake")


def _request(tracking_no: str, source_ref: str | None = None) -> Request:
    return Request(uuid4(), tracking_no, "eopen", source_ref, 1, FILED, FILED, NOW, None, None)


@pytest.fixture
async def connection(databases: Databases, service: Service) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A bare connection to a migrated database."""
    dsn = await databases.fresh("halo_intake", service.migration_folders)
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()
    await databases.drop(dsn)


class TestStatements:
    async def test_all_prepare(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        """Every statement fits the migrated schema."""
        for name, sql in STATEMENTS.items():
            assert await connection.prepare(sql), name

    async def test_due_timers_have_an_index(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        """Looking for due timers never reads those that are not."""
        await connection.execute("SET enable_seqscan = off")
        sql = STATEMENTS["claim_timers"].replace("$1", "now()").replace("$2", "20")
        plan = await connection.fetch(f"EXPLAIN {sql}")
        assert any("timers_by_next_attempt_at" in row[0] for row in plan)


class TestInsertRequest:
    async def test_kept(self, tx: Tx) -> None:
        """A request is found by its number and by its channel's."""
        request = _request("HP26-1", "EO-1")
        await repository.insert_request(tx, request)
        assert await repository.find_by_tracking_no(tx, "HP26-1") == request
        assert await repository.lock_request(tx, request.request_id) == request
        assert await repository.find_by_source(tx, "eopen", "EO-1") == (request.request_id, "HP26-1")
        assert await repository.find_by_source(tx, "sms", "EO-1") is None
        assert await repository.is_tracking_no_taken(tx, "HP26-1")

    @pytest.mark.parametrize("second", [_request("HP26-1", "EO-2"), _request("HP26-2", "EO-1")])
    async def test_taken(self, database: Database, second: Request) -> None:
        """Neither a tracking number nor a channel's number is given to two requests."""
        async with database.transaction() as tx:
            await repository.insert_request(tx, _request("HP26-1", "EO-1"))
            with pytest.raises(asyncpg.UniqueViolationError):
                await repository.insert_request(tx, second)

    async def test_many_without_a_reference(self, tx: Tx) -> None:
        """Requests that came without a number of their channel do not collide."""
        await repository.insert_request(tx, _request("HP26-1"))
        await repository.insert_request(tx, _request("HP26-2"))


class TestUpdates:
    async def test_unknown_request(self, tx: Tx, request_id: UUID) -> None:
        """An update that hits no row is an error."""
        for update in (
            repository.update_status(tx, request_id, "offered", NOW),
            repository.update_closed(tx, request_id, NOW, "timer"),
            repository.update_cancel_asked(tx, request_id, "other"),
            repository.update_cancelled(tx, request_id, NOW),
            repository.update_reopened(tx, RequestRound(request_id, 2), FILED, NOW),
        ):
            with pytest.raises(RowCountError):
                await update

    async def test_reopened(self, tx: Tx) -> None:
        """A new round has its own documents; nothing is left of the closing and of the questions to cancel."""
        request = _request("HP26-1")
        await repository.insert_request(tx, request)
        await repository.update_cancel_asked(tx, request.request_id, "moved_away")
        await repository.update_closed(tx, request.request_id, NOW, "timer")
        await repository.update_reopened(tx, RequestRound(request.request_id, 2), ["kia"], NOW)

        reopened = replace(request, round=2, wanted=("kia",), reopened_at=NOW)
        assert await repository.lock_request(tx, request.request_id) == reopened
        assert await repository.find_by_tracking_no(tx, request.tracking_no) == reopened
        assert await tx.fetchval("SELECT closed_by FROM requests") is None


class TestProgress:
    async def test_first_time_counts(self, tx: Tx) -> None:
        """A step that is reached again keeps its first time; items and their deliveries are told apart."""
        request = _request("HP26-1")
        a, b = uuid4(), uuid4()
        later = NOW + timedelta(hours=1)
        for time in (NOW, later):
            await repository.insert_request_step(tx, request.in_round, PublicStatus.OFFERED, time)
            await repository.insert_item_steps(tx, request.in_round, [a, b], PublicStatus.COLLECTING, time)
            await repository.insert_item_returns(tx, request.in_round, [b], time)
            await repository.insert_item_deliveries(tx, request.in_round, [b], time)
        progress = await repository.get_progress(tx, request)
        assert progress.request == {PublicStatus.RECEIVED: NOW, PublicStatus.OFFERED: NOW}
        assert progress.items == {a: {PublicStatus.COLLECTING: NOW}, b: {PublicStatus.COLLECTING: NOW}}
        assert progress.deliveries == {b: {PublicStatus.AT_KELURAHAN: NOW, PublicStatus.DELIVERED: NOW}}

    async def test_of_one_round(self, tx: Tx) -> None:
        """Steps of another round, and steps taken away, say nothing; the round began when it was re-opened."""
        first, a = _request("HP26-1"), uuid4()
        request = replace(first, round=2, reopened_at=NOW + timedelta(days=1))
        await repository.insert_request_step(tx, first.in_round, PublicStatus.OFFERED, NOW)
        await repository.insert_item_steps(tx, first.in_round, [a], PublicStatus.COLLECTING, NOW)
        await repository.insert_item_returns(tx, first.in_round, [a], NOW)
        await repository.insert_item_deliveries(tx, first.in_round, [a], NOW)
        await repository.insert_request_step(tx, request.in_round, PublicStatus.ACCEPTED, NOW)
        await repository.delete_request_steps(tx, request.in_round, [PublicStatus.ACCEPTED, PublicStatus.OFFERED])
        await repository.delete_item_steps(tx, request.in_round, a, [PublicStatus.COLLECTING])

        progress = await repository.get_progress(tx, request)
        assert (progress.request, progress.items) == ({PublicStatus.RECEIVED: request.reopened_at}, {})
        assert progress.deliveries == {}
        assert (await repository.get_progress(tx, first)).items == {a: {PublicStatus.COLLECTING: NOW}}


class TestRetentions:
    async def test_counted_by_round(self, tx: Tx, request_id: UUID) -> None:
        """Each answer counts in its round."""
        for round_ in (1, 1, 2):
            await repository.upsert_retention(tx, RequestRound(request_id, round_))
        counts = [await repository.get_retentions(tx, RequestRound(request_id, round_)) for round_ in (1, 2, 3)]
        assert counts == [2, 1, 0]


class TestDueTimer:
    async def test_of_another_time(self, tx: Tx, request_id: UUID) -> None:
        """A timer that was set anew after its claim stays."""
        await repository.upsert_timer(tx, request_id, NOW + timedelta(hours=1))
        assert not await repository.delete_due_timer(tx, request_id, NOW)
        assert await repository.delete_due_timer(tx, request_id, NOW + timedelta(hours=1))


class TestClaimTimers:
    async def test_others_skip(self, database: Database) -> None:
        """What one worker claims, another does not wait for."""
        async with database.transaction() as tx:
            for _ in range(3):
                await repository.upsert_timer(tx, uuid4(), NOW)
        async with database.transaction() as one, database.transaction() as two:
            first = await repository.claim_timers(one, NOW, 2)
            second = await repository.claim_timers(two, NOW, 2)
        assert (len(first), len(second)) == (2, 1)
        assert not set(first) & set(second)
