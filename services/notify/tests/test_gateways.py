import asyncio
import email
import email.policy
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from halo_notify.domain.sending import Outcome, Outgoing, Verdict
from halo_notify.gateways import MailGateway, MailServer, SmsGateway, judge_reply, judge_status

if TYPE_CHECKING:
    from conftest import SmsReceiver

Peer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
SOON = timedelta(seconds=0.5)


def message(**values: Any) -> Outgoing:
    """A message to somebody."""
    return Outgoing(**({"message_id": uuid4(), "address": "+6281234567890", "subject": None, "body": "Halo"} | values))


@asynccontextmanager
async def peer(talk: Peer) -> AsyncIterator[int]:
    """A server of the test's own on a free port; it says what `talk` says."""
    talks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.add(asyncio.current_task())
        await talk(reader, writer)
        writer.close()
        await asyncio.wait([asyncio.ensure_future(writer.wait_closed())])

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
    if talks:
        await asyncio.wait(talks, timeout=5)


async def free_port() -> int:
    """A port at which nobody listens."""
    async with peer(hang_up) as port:
        return port


async def hang_up(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Close the connection without a word."""


async def read_and_hang_up(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Read the request, then close the connection."""
    await reader.readuntil(b"\r\n\r\n")


async def read_and_say_nothing(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Read until the other side gives up."""
    while await reader.read(4096):
        pass


class TestSms:
    async def test_accepted(self, sms_receiver: "SmsReceiver") -> None:
        """A message is handed over with its id as key, and the token."""
        outgoing = message()

        assert await SmsGateway(sms_receiver.url, "t-1").deliver(outgoing) == Outcome(Verdict.ACCEPTED)
        assert sms_receiver.got == [{"message_id": str(outgoing.message_id), "to": "+6281234567890", "text": "Halo"}]
        assert sms_receiver.headers[0]["authorization"] == "Bearer t-1"
        assert sms_receiver.headers[0]["idempotency-key"] == str(outgoing.message_id)

    async def test_refused(self, sms_receiver: "SmsReceiver") -> None:
        """A number that the gateway refuses is refused for good."""
        sms_receiver.status = 422

        assert (await SmsGateway(sms_receiver.url, "t").deliver(message())).verdict is Verdict.REFUSED

    async def test_nobody_listens(self) -> None:
        """A gateway that is not there took nothing."""
        gateway = SmsGateway(f"http://127.0.0.1:{await free_port()}/sms", "t")

        assert await gateway.deliver(message()) == Outcome(Verdict.AWAY)

    @pytest.mark.parametrize("talk", [hang_up, read_and_hang_up])
    async def test_lost_connection(self, talk: Peer) -> None:
        """When the connection breaks before the answer, nobody knows."""
        async with peer(talk) as port:
            outcome = await SmsGateway(f"http://127.0.0.1:{port}/sms", "t").deliver(message())

        assert outcome.verdict is Verdict.LOST

    async def test_silence(self) -> None:
        """When no answer comes in time, nobody knows; the call does not wait for ever."""
        async with peer(read_and_say_nothing) as port:
            outcome = await SmsGateway(f"http://127.0.0.1:{port}/sms", "t", SOON).deliver(message())

        assert outcome.verdict is Verdict.LOST

    @pytest.mark.parametrize(
        ("status", "headers", "verdict"),
        [
            (200, {}, Verdict.ACCEPTED),
            (204, {}, Verdict.ACCEPTED),
            (302, {}, Verdict.LOST),
            (400, {}, Verdict.REFUSED),
            (401, {}, Verdict.AWAY),
            (404, {}, Verdict.REFUSED),
            (429, {}, Verdict.AWAY),
            (500, {}, Verdict.LOST),
            (503, {}, Verdict.LOST),
            (503, {"Retry-After": "2"}, Verdict.AWAY),
            (504, {"Retry-After": "2"}, Verdict.LOST),
        ],
    )
    def test_status(self, status: int, headers: dict[str, str], verdict: Verdict) -> None:
        """Only an answer that says so means that the message was not taken."""
        assert judge_status(status, headers).verdict is verdict

    @pytest.mark.parametrize(
        ("text", "least", "most"),
        [
            ("7", 7, 7),
            ("9999999", 900, 900),
            ("", 0, 0),
            ("soon", 0, 0),
            ("-5", 0, 0),
            (format_datetime(datetime(2999, 1, 1, tzinfo=UTC), usegmt=True), 900, 900),
            (format_datetime(datetime(2020, 1, 1, tzinfo=UTC), usegmt=True), 0, 0),
        ],
    )
    def test_retry_after(self, text: str, least: int, most: int) -> None:
        """The pause that a gateway asks for is kept, in either form, within limits."""
        pause = judge_status(429, {"Retry-After": text}).retry_after

        assert timedelta(seconds=least) <= pause <= timedelta(seconds=most)


class Mailbox:
    """What a real mail server got, and what it answers."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.at_rcpt = "250 OK"
        self.at_data = "250 OK"
        self.drop_at = ""
        self.hang = False

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take an address or not."""
        if self.drop_at == "rcpt":
            server.transport.abort()
        envelope.rcpt_tos.append(address)
        return self.at_rcpt

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take an e-mail or not."""
        self.got.append(envelope.content)
        if self.hang:
            await asyncio.sleep(5)
        if self.drop_at == "data":
            server.transport.abort()
        return self.at_data


@pytest.fixture
async def mailbox() -> Mailbox:
    """An empty mailbox."""
    return Mailbox()


@pytest.fixture
async def mail_port(mailbox: Mailbox) -> AsyncIterator[int]:
    """The port of a mail server that runs."""
    loop = asyncio.get_running_loop()
    talks: list[SMTP] = []

    def talk() -> SMTP:
        talks.append(SMTP(mailbox, hostname="mail.test", loop=loop))
        return talks[-1]

    async with await loop.create_server(talk, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
    for smtp in talks:
        if smtp.transport is not None:
            smtp.transport.abort()
        smtp._handler_coroutine.cancel()
    await asyncio.gather(*(smtp._handler_coroutine for smtp in talks), return_exceptions=True)


def mail_gateway(port: int, **values: Any) -> MailGateway:
    """The gateway to whatever listens at a port."""
    server = {"host": "127.0.0.1", "port": port, "sender": "pamor@bekasi.test", "starttls": False} | values
    return MailGateway(MailServer(**server), SOON)


@pytest.fixture
def gateway(mail_port: int) -> MailGateway:
    """The gateway to the mail server that runs."""
    return mail_gateway(mail_port)


def letter(**values: Any) -> Outgoing:
    """An e-mail to somebody."""
    return message(
        **({"address": "warga@example.com", "subject": "Nomor Anda", "body": "Halo.\n.\nSelesai \u2018\n"} | values)
    )


class TestMail:
    async def test_accepted(self, gateway: MailGateway, mailbox: Mailbox) -> None:
        """An e-mail arrives as it was written, and its Message-ID carries the message's id."""
        outgoing = letter()

        assert await gateway.deliver(outgoing) == Outcome(Verdict.ACCEPTED)
        got = email.message_from_bytes(mailbox.got[0], policy=email.policy.default)
        assert got["Message-ID"] == f"<{outgoing.message_id}@bekasi.test>"
        assert (got["From"], got["To"], got["Subject"]) == ("pamor@bekasi.test", "warga@example.com", "Nomor Anda")
        assert got.get_content().replace("\r\n", "\n") == outgoing.body

    @pytest.mark.parametrize(
        ("step", "reply", "verdict"),
        [
            ("at_rcpt", "550 no such mailbox", Verdict.REFUSED),
            ("at_rcpt", "451 come back later", Verdict.AWAY),
            ("at_data", "554 no", Verdict.REFUSED),
            ("at_data", "452 full", Verdict.AWAY),
        ],
    )
    async def test_refused(
        self, gateway: MailGateway, mailbox: Mailbox, step: str, reply: str, verdict: Verdict
    ) -> None:
        """A refusal for good ends it; one for now is tried again."""
        setattr(mailbox, step, reply)

        assert await gateway.deliver(letter()) == Outcome(verdict)

    @pytest.mark.parametrize(("step", "verdict"), [("rcpt", Verdict.AWAY), ("data", Verdict.LOST)])
    async def test_lost_connection(self, gateway: MailGateway, mailbox: Mailbox, step: str, verdict: Verdict) -> None:
        """Before the text was handed over nothing can have gone out; after it nobody knows."""
        mailbox.drop_at = step

        assert await gateway.deliver(letter()) == Outcome(verdict)

    async def test_silence_after_data(self, gateway: MailGateway, mailbox: Mailbox) -> None:
        """When no answer to the text comes in time, nobody knows."""
        mailbox.hang = True

        assert await gateway.deliver(letter()) == Outcome(Verdict.LOST)
        assert len(mailbox.got) == 1

    async def test_silence_before_data(self) -> None:
        """A server that never greets took nothing."""
        async with peer(read_and_say_nothing) as port:
            assert await mail_gateway(port).deliver(letter()) == Outcome(Verdict.AWAY)

    async def test_nobody_listens(self) -> None:
        """A mail server that is not there took nothing."""
        assert await mail_gateway(await free_port()).deliver(letter()) == Outcome(Verdict.AWAY)

    async def test_no_tls(self, mail_port: int, mailbox: Mailbox) -> None:
        """Where TLS is asked for, nothing is said to a server that has none."""
        assert await mail_gateway(mail_port, starttls=True).deliver(letter()) == Outcome(Verdict.AWAY)
        assert mailbox.got == []

    async def test_wrong_password(self, mail_port: int, mailbox: Mailbox) -> None:
        """A server that won't sign us in counts as away, so that no message is lost to a wrong password."""
        gateway = mail_gateway(mail_port, username="halo", password="wrong-one")

        assert await gateway.deliver(letter()) == Outcome(Verdict.AWAY)
        assert mailbox.got == []

    def test_no_password_shown(self) -> None:
        """What describes a mail server does not show its password."""
        server = MailServer(host="h", port=25, sender="a@b", starttls=True, username="u", password="wrong-one")

        assert "wrong-one" not in repr(server)

    async def test_injection(self, gateway: MailGateway, mailbox: Mailbox) -> None:
        """Even a subject with a line break, which no template makes, adds no header."""
        with pytest.raises(ValueError, match=r"linefeed|newline"):
            await gateway.deliver(letter(subject="Halo\r\nBcc: x@example.com"))

        assert mailbox.got == []

    @pytest.mark.parametrize(("code", "verdict"), [(451, "away"), (552, "refused"), (299, "lost"), (-1, "lost")])
    def test_reply(self, code: int, verdict: str) -> None:
        """A reply that is no refusal says nothing."""
        assert judge_reply(code).verdict == verdict
