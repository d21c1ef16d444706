import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import asyncpg
import pytest
from halo_events.contract.notify import MessageChannel
from halo_events.runtime import Database
from halo_events.testing import Databases
from halo_notify import jobs
from halo_notify.domain import sending
from halo_notify.gateways import MailGateway, MailServer, SmsGateway
from halo_service.service import Service

if TYPE_CHECKING:
    from conftest import Desk, SmsReceiver, Story

SMS = MessageChannel.SMS
AWAY = "http://127.0.0.1:1/sms"


async def send(desk: "Desk", gateway: SmsGateway) -> int:
    """Run the job that sends SMS once."""
    return await jobs.send_due(desk.database, channel=SMS, gateway=gateway)


async def address_of(databases: Databases, database: Database) -> str:
    """The address of a test's database."""
    async with database.transaction() as tx:
        return databases.dsn(await tx.fetchval("SELECT current_database()"))


class TestSendDue:
    async def test_sent(self, desk: "Desk", story: "Story", sms_receiver: "SmsReceiver") -> None:
        """What is due goes to the gateway once, and its state follows."""
        await desk.take(story.received())
        gateway = SmsGateway(sms_receiver.url, "t")

        assert [await send(desk, gateway), await send(desk, gateway)] == [1, 0]
        assert await desk.states() == [("sent", None)]
        assert [got["to"] for got in sms_receiver.got] == ["+6281234567890"]

    async def test_away_then_back(self, desk: "Desk", story: "Story", sms_receiver: "SmsReceiver") -> None:
        """A gateway that was away gets the message later, once."""
        await desk.take(story.received())
        await send(desk, SmsGateway(AWAY, "t"))
        assert await desk.states() == [("queued", None)]
        desk.now += timedelta(seconds=5)
        await send(desk, SmsGateway(sms_receiver.url, "t"))

        assert await desk.states() == [("sent", None)]
        assert len(sms_receiver.got) == 1

    async def test_refused(self, desk: "Desk", story: "Story", sms_receiver: "SmsReceiver") -> None:
        """A refusal is final."""
        sms_receiver.status = 400
        await desk.take(story.received())
        await send(desk, SmsGateway(sms_receiver.url, "t"))

        assert await desk.states() == [("failed", "refused_by_gateway")]

    async def test_bounded(self, desk: "Desk", another: Callable[[], "Story"], sms_receiver: "SmsReceiver") -> None:
        """A gateway is called by ten at once, and not by more."""
        await desk.take(*(another().received() for _ in range(25)))
        running, most, enough = 0, 0, asyncio.Event()

        async def count(_: object) -> None:
            nonlocal running, most
            running += 1
            most = max(most, running)
            if running == sending.AT_ONCE:
                asyncio.get_running_loop().call_later(0.2, enough.set)
            await enough.wait()
            running -= 1

        sms_receiver.on_message = count

        assert await send(desk, SmsGateway(sms_receiver.url, "t")) == 25
        assert most == sending.AT_ONCE
        assert await desk.states() == [("sent", None)] * 25

    async def test_too_late_to_start(
        self, desk: "Desk", another: Callable[[], "Story"], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Messages whose turn does not come in time are given back, untried."""
        monkeypatch.setattr(jobs, "START_WITHIN", timedelta(seconds=-1))
        await desk.take(another().received(), another().received())
        await send(desk, SmsGateway(AWAY, "t"))

        assert await desk.states() == [("queued", None)] * 2
        assert await desk.rows("SELECT lease_id, attempts FROM outgoing") == [(None, 0)] * 2

    async def test_fault_of_one_call(self, desk: "Desk", another: Callable[[], "Story"]) -> None:
        """A fault of ours in one call is raised after the others were settled; its message becomes unknown."""
        good, broken = (another() for _ in range(2))
        await desk.take(*(one.received(phone="+622188888888", email="warga@example.com") for one in (good, broken)))
        await desk.rows("UPDATE outgoing SET subject = E'a\\nb' WHERE request_id = $1 RETURNING 1", broken.request_id)
        mail = MailGateway(MailServer(host="127.0.0.1", port=1, sender="pamor@bekasi.test", starttls=False))
        with pytest.raises(ExceptionGroup):
            await jobs.send_due(desk.database, channel=MessageChannel.EMAIL, gateway=mail)
        assert await desk.rows("SELECT request_id, attempts FROM outgoing WHERE lease_id IS NULL") == [
            (good.request_id, 1)
        ]
        desk.now += sending.LEASE

        assert await jobs.abandon_expired(desk.database) == 1
        assert await desk.states() == [("queued", None), ("unknown", "lease_expired")]


class TestSettling:
    @pytest.fixture(autouse=True)
    def _quick(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(jobs, "SETTLE_PAUSE", 0.05)

    async def test_session_lost(
        self, desk: "Desk", story: "Story", sms_receiver: "SmsReceiver", databases: Databases
    ) -> None:
        """When the database drops the session that settles, the outcome is kept all the same: the call is not lost."""
        await desk.take(story.received())
        admin = await asyncpg.connect(await address_of(databases, desk.database))
        lock = admin.transaction()

        async def drop_who_waits() -> None:
            find = "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE NOT granted"
            while not await admin.fetchval(find):  # noqa: ASYNC110 - what is waited for happens in the server
                await asyncio.sleep(0.01)
            await lock.commit()

        async def lock_table(_: object) -> None:
            await lock.start()
            await admin.execute("LOCK TABLE outgoing IN EXCLUSIVE MODE")
            dropping.append(asyncio.create_task(drop_who_waits()))

        dropping: list[asyncio.Task[None]] = []
        sms_receiver.on_message = lock_table
        await send(desk, SmsGateway(sms_receiver.url, "t"))
        await asyncio.gather(*dropping)
        await admin.close()

        assert await desk.states() == [("sent", None)]
        assert len(sms_receiver.got) == 1


@asynccontextmanager
async def jobs_process(dsn: str, sms_url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Notify's role `jobs`, as a process of its own."""
    settings = {
        "HALO_ENVIRONMENT": "local",
        "HALO_KAFKA": "127.0.0.1:1",
        "HALO_DATABASE_URL": dsn,
        "HALO_HTTP_PORT": "0",
        "HALO_OIDC_ISSUER": "http://issuer.test",
        "HALO_SMS_URL": sms_url,
        "HALO_SMS_TOKEN": "test-token",
        "HALO_SMTP_HOST": "127.0.0.1",
        "HALO_SMTP_PORT": "1",
        "HALO_SMTP_STARTTLS": "false",
        "HALO_MAIL_FROM": "pamor@bekasi.test",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "halo_notify", "jobs", env=os.environ | settings
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


class TestCrash:
    async def test_between_call_and_settling(
        self, desk: "Desk", story: "Story", sms_receiver: "SmsReceiver", databases: Databases
    ) -> None:
        """A process killed after the gateway took a message: it is unknown, and the gateway got it once."""
        await desk.take(story.received())
        dsn = await address_of(databases, desk.database)
        async with jobs_process(dsn, sms_receiver.url) as first:

            async def kill(_: object) -> None:
                first.send_signal(signal.SIGKILL)
                await first.wait()

            sms_receiver.on_message = kill
            assert await asyncio.wait_for(first.wait(), 60) == -signal.SIGKILL
        assert await desk.states() == [("queued", None)]
        sms_receiver.on_message = None
        desk.now = datetime.now(UTC) + sending.LEASE
        assert await jobs.abandon_expired(desk.database) == 1
        assert await send(desk, SmsGateway(sms_receiver.url, "t")) == 0

        assert await desk.states() == [("unknown", "lease_expired")]
        assert len(sms_receiver.got) == 1


class TestBuildJobs:
    def test_channels(self, service: Service) -> None:
        """Each channel has a job of its own, so that one gateway that is away stalls no other."""
        assert [job.name for job in service.jobs] == ["send_sms", "send_email", "abandon_expired", "forget_settled"]
