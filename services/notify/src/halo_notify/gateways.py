"""The SMS gateway and the mail server: one call, one outcome.

What matters is whether a message may have gone out. Only what certainly did not is tried again; where a call ended
after the message may have been taken, the outcome is LOST. Each message gets a connection of its own: on a kept one,
a close by the other side looks like a lost answer.
"""

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final, Protocol

import aiosmtplib
import httpx

from halo_notify.domain.sending import CALL_WITHIN, CONNECT_WITHIN, Outcome, Outgoing, Verdict

_CONNECT_SECONDS: Final = CONNECT_WITHIN.total_seconds()

_LONGEST_RETRY_AFTER: Final = timedelta(minutes=15)
"""A gateway that asks for a longer pause is asked again after this one."""

_NOT_REACHED: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol)
_NO_ACCESS: Final = 401
_TOO_MANY: Final = 429
_BUSY: Final = 503


class Gateway(Protocol):
    """Where messages of one channel go."""

    async def deliver(self, message: Outgoing) -> Outcome:
        """Hand over one message, once."""
        ...


class SmsGateway:
    """An SMS provider, or the city's own gateway, over HTTP."""

    def __init__(self, url: str, token: str, call_within: timedelta = CALL_WITHIN) -> None:
        self._url = url
        self._seconds = call_within.total_seconds()
        self._headers = {"Authorization": f"Bearer {token}"}
        self._tls = ssl.create_default_context()

    async def deliver(self, message: Outgoing) -> Outcome:
        """POST the message and look at the status; the answer's body is not read."""
        body = {"message_id": str(message.message_id), "to": message.address, "text": message.body}
        headers = {"Idempotency-Key": str(message.message_id)}
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._client() as client,
                client.stream("POST", self._url, json=body, headers=headers) as response,
            ):
                return judge_status(response.status_code, response.headers)
        except _NOT_REACHED:
            return Outcome(Verdict.AWAY)
        except (httpx.HTTPError, TimeoutError):
            return Outcome(Verdict.LOST)

    def _client(self) -> httpx.AsyncClient:
        timeout = httpx.Timeout(self._seconds, connect=_CONNECT_SECONDS)
        return httpx.AsyncClient(headers=self._headers, timeout=timeout, verify=self._tls, trust_env=False)


def judge_status(status: int, headers: Mapping[str, str]) -> Outcome:
    """What an HTTP answer says of the message.

    2xx took it and 4xx refused it, but for a token that is not (or no longer) good and a gateway that is busy: both
    took nothing and may mend. What a redirect or another 5xx did with the message is unknown.
    """
    match status // 100:
        case 2:
            return Outcome(Verdict.ACCEPTED)
        case 4:
            busy = status in {_NO_ACCESS, _TOO_MANY}
            return Outcome(Verdict.AWAY, _retry_after(headers)) if busy else Outcome(Verdict.REFUSED)
        case 5 if status == _BUSY and "Retry-After" in headers:
            return Outcome(Verdict.AWAY, _retry_after(headers))
        case _:
            return Outcome(Verdict.LOST)


def _retry_after(headers: Mapping[str, str]) -> timedelta:
    """The pause a gateway asks for, in seconds or until a date (RFC 9110, 10.2.3); none when it cannot be read."""
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:6])), _LONGEST_RETRY_AFTER)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return timedelta(0)
    now = datetime.now(UTC)
    pause = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
    return max(timedelta(0), min(pause, _LONGEST_RETRY_AFTER))


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where e-mail is handed in. `sender` is the address that it comes from."""

    host: str
    port: int
    sender: str
    starttls: bool
    username: str | None = None
    password: str | None = field(default=None, repr=False)


class MailGateway:
    """The mail server, over SMTP.

    One that refuses the connection, the password or our own address takes no e-mail until somebody mends that: it
    counts as away.
    """

    def __init__(self, server: MailServer, call_within: timedelta = CALL_WITHIN) -> None:
        self._server = server
        self._seconds = call_within.total_seconds()
        self._domain = server.sender.rpartition("@")[2]
        self._tls = ssl.create_default_context()

    async def deliver(self, message: Outgoing) -> Outcome:
        """Hand over one e-mail. Up to the command DATA nothing can have gone out; a connection lost after it may."""
        letter = self._letter(message)
        client = self._client()
        silence = Verdict.AWAY
        try:
            async with asyncio.timeout(self._seconds):
                await client.connect(timeout=_CONNECT_SECONDS)
                await client.mail(self._server.sender)
                await client.rcpt(message.address)
                silence = Verdict.LOST
                await client.data(letter)
            with suppress(aiosmtplib.SMTPException):  # the e-mail is the server's now, whatever it answers to QUIT
                await client.quit(timeout=1)
        except (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError) as error:
            return judge_reply(error.code)
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            return Outcome(silence)
        finally:
            client.close()
        return Outcome(Verdict.ACCEPTED)

    def _client(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self._server.host,
            port=self._server.port,
            local_hostname=self._domain,
            timeout=self._seconds,
            start_tls=self._server.starttls,
            tls_context=self._tls,
            username=self._server.username,
            password=self._server.password,
        )

    def _letter(self, message: Outgoing) -> bytes:
        letter = EmailMessage(policy=SMTP_POLICY)
        letter["From"] = self._server.sender
        letter["To"] = message.address
        letter["Subject"] = message.subject or "HALO PAMOR"
        letter["Date"] = format_datetime(datetime.now(UTC))
        letter["Message-ID"] = f"<{message.message_id}@{self._domain}>"
        letter["Auto-Submitted"] = "auto-generated"  # no holiday notes, please (RFC 3834)
        letter.set_content(message.body, cte="quoted-printable")
        return letter.as_bytes()


def judge_reply(code: int) -> Outcome:
    """What a mail server's refusal of an address or of an e-mail says: 5xx for good, 4xx for now.

    Any other code makes no sense there: the e-mail may have been taken.
    """
    match code // 100:
        case 4:
            return Outcome(Verdict.AWAY)
        case 5:
            return Outcome(Verdict.REFUSED)
        case _:
            return Outcome(Verdict.LOST)
