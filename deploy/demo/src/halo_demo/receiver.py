"""The SMS gateway and the mail server of the demo, as a process of their own, with a log that only grows.

The log has one JSON line per call: kind, message_id, and what became of it. Addresses and texts are not kept.
Some calls are answered badly on purpose: 503 with Retry-After, or not at all.
"""

import argparse
import asyncio
import email
import email.policy
import hashlib
import hmac
import json
import os
import signal
import sys
from email.message import Message
from pathlib import Path
from typing import Any, Final, TextIO

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

BUSY_EVERY: Final = 25
"""One message in so many is answered 503 at its first call,"""
BUSY_CALLS: Final = 20
"""until so many were: the last messages of a run need not wait."""
LIMIT: Final = 64 * 1024
"""Bytes of one call."""
HEAD_SECONDS: Final = 10


class Log:
    """The append-only log; a line is on disk before its call is answered."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._busy: set[str] = set()

    def add(self, kind: str, message_id: str, outcome: str) -> None:
        """Write a line."""
        self._file.write(json.dumps({"kind": kind, "message_id": message_id, "outcome": outcome}) + "\n")
        self._file.flush()

    def lines(self) -> bytes:
        """Return all lines so far."""
        return Path(self._file.name).read_bytes()

    def is_busy(self, message_id: str) -> bool:
        """Tell whether this call is to be answered 503: by the id, so each run differs, and only once a message."""
        if message_id in self._busy or len(self._busy) >= BUSY_CALLS or _number(message_id) % BUSY_EVERY:
            return False
        self._busy.add(message_id)
        return True


def _number(message_id: str) -> int:
    return int.from_bytes(hashlib.sha256(message_id.encode()).digest()[:4])


class SmsGateway:
    """A small HTTP server: POST /messages with a bearer token."""

    def __init__(self, log: Log, token: str, silent: int) -> None:
        self._log = log
        self._token = token
        self._silent = silent
        """How many calls get no answer, though the message is taken."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the calls of one connection: messages by POST, and by GET /log what became of them."""
        try:
            while await self._answer_next(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass  # the caller is gone or speaks no HTTP: nothing was taken
        finally:
            writer.close()

    async def _answer_next(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        size = int(headers.get("content-length", "0"))
        body = await reader.readexactly(min(size, LIMIT))
        answer = self._take(head[0], headers, body)
        if answer is None:
            return False
        writer.write(answer)
        await writer.drain()
        return True

    def _take(self, line: str, headers: dict[str, str], body: bytes) -> bytes | None:
        if not hmac.compare_digest(headers.get("authorization", ""), f"Bearer {self._token}"):
            return _response("401 Unauthorized")
        if line.startswith("GET /log "):
            return _response("200 OK", body=self._log.lines())
        return self._take_message(headers, body) if line.startswith("POST ") else _response("405 Method Not Allowed")

    def _take_message(self, headers: dict[str, str], body: bytes) -> bytes | None:
        message = json.loads(body)
        message_id = str(message["message_id"])
        if headers.get("idempotency-key") != message_id or not message["to"] or not message["text"]:
            self._log.add("sms", message_id, "malformed")
            return _response("400 Bad Request")
        if self._log.is_busy(message_id):
            self._log.add("sms", message_id, "busy")
            return _response("503 Service Unavailable", "Retry-After: 1\r\n")
        self._log.add("sms", message_id, "accepted")
        if self._silent > 0:
            self._silent -= 1
            self._log.add("sms", message_id, "no_answer")
            return None
        return _response("202 Accepted")


def _response(status: str, extra: str = "", *, body: bytes = b"{}") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nContent-Type: application/json\r\n{extra}\r\n"
    return head.encode() + body


class MailServer:
    """What aiosmtpd asks about a mail."""

    def __init__(self, log: Log) -> None:
        self._log = log

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - their name
        """Take a mail; its Message-ID begins with our message_id."""
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        mail: Message = email.message_from_bytes(raw, policy=email.policy.default)
        message_id = str(mail["Message-ID"] or "").strip("<> ").partition("@")[0]
        self._log.add("email", message_id, "accepted")
        return "250 OK"


async def run(
    log: TextIO, address: str, ports: tuple[int, int], secrets: dict[str, str], silent: int, *, stay: bool
) -> None:
    """Serve SMS and mail until standard input closes, or with `stay` until SIGTERM."""
    book = Log(log)
    gateway = SmsGateway(book, secrets["HALO_SMS_TOKEN"], silent)

    def check_login(*arguments: Any) -> AuthResult:  # noqa: ANN401 - aiosmtpd's signature
        login = arguments[-1]
        fits = isinstance(login, LoginPassword) and hmac.compare_digest(
            login.password, secrets["HALO_SMTP_PASSWORD"].encode()
        )
        return AuthResult(success=fits)

    def make_smtp() -> SMTP:
        return SMTP(MailServer(book), authenticator=check_login, auth_require_tls=False, hostname="localhost")

    loop = asyncio.get_running_loop()
    sms = await asyncio.start_server(gateway.serve, address, ports[0], limit=LIMIT)
    mail = await loop.create_server(make_smtp, address, ports[1])
    await _await_end(stay=stay)
    sms.close()
    mail.close()


async def _await_end(*, stay: bool) -> None:
    loop = asyncio.get_running_loop()
    if stay:
        end = asyncio.Event()
        loop.add_signal_handler(signal.SIGTERM, end.set)
        await end.wait()
    else:
        closed = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(closed), sys.stdin)
        await closed.read()


def main() -> None:
    """Read the command line and run; the secrets come by environment."""
    parser = argparse.ArgumentParser(prog="halo_demo.receiver", description=__doc__)
    parser.add_argument("--sms-port", type=int, required=True)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--silent", type=int, default=0)
    parser.add_argument("--listen", default="127.0.0.1", help="0.0.0.0 only in a container")
    parser.add_argument("--stay", action="store_true", help="end by SIGTERM, and not when standard input closes")
    given = parser.parse_args()
    secrets = {name: os.environ[name] for name in ("HALO_SMS_TOKEN", "HALO_SMTP_PASSWORD")}
    with given.log.open("a", encoding="utf-8") as log:
        ports = (given.sms_port, given.smtp_port)
        asyncio.run(run(log, given.listen, ports, secrets, given.silent, stay=given.stay))


if __name__ == "__main__":
    main()
