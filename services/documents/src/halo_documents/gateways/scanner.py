"""Asks clamd whether a file is clean, over its socket.

The protocol is ClamAV's: https://docs.clamav.net/manual/Usage/ClamdProtocol.html, command INSTREAM. Own code, because
the libraries for it stop at the broken connection that clamd leaves behind a stream which it refuses, and lose its
answer: a file that is too long for clamd would look like a clamd that is away, for ever.
"""

import socket
import struct
from contextlib import suppress
from datetime import timedelta
from typing import Final

from halo_events.contract.documents import QuarantineReason

CHECK: Final = "clamd"
"""Name of this check among those that a cleared paper passed."""

CONNECT: Final = timedelta(seconds=2)
ANSWER: Final = timedelta(seconds=10)
"""How long clamd may let a connection, and each step of a scan, wait."""

_PIECE: Final = 64 * 1024
_ANSWER_BYTES: Final = 4096
_NOT_SCANNED: Final = "Heuristics.Limits.Exceeded"
"""What clamd calls a file that it gave up, where it is set to tell."""


class ScannerAwayError(OSError):
    """The scanner does not answer: it is asked again later. `code` says how it failed."""

    def __init__(self, code: str) -> None:
        super().__init__(f"scanner: {code}")
        self.code = code


class Scanner:
    """One clamd, by the path of its Unix socket or by host:port. Blocks: calls belong in a thread."""

    def __init__(self, address: str, answer: timedelta = ANSWER) -> None:
        self._address = address
        self._answer = answer.total_seconds()

    def scan(self, data: bytes) -> QuarantineReason | None:
        """None where the file is clean, else why nobody may open it. Raises ScannerAwayError."""
        try:
            with self._connect() as connection:
                connection.settimeout(self._answer)
                _send(connection, data)
                answer = _receive(connection)
        except OSError as error:
            raise ScannerAwayError(type(error).__name__) from None
        if not answer:
            raise ScannerAwayError("no answer")
        return _judge(answer)

    def _connect(self) -> socket.socket:
        if not self._address.startswith("/"):
            host, _, port = self._address.rpartition(":")
            return socket.create_connection((host, int(port)), CONNECT.total_seconds())
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(CONNECT.total_seconds())
            connection.connect(self._address)
        except OSError:
            connection.close()
            raise
        return connection


def _send(connection: socket.socket, data: bytes) -> None:
    """Send a stream. Where clamd closes in the middle it has said why: its answer waits to be read."""
    with suppress(BrokenPipeError, ConnectionResetError):
        connection.sendall(b"zINSTREAM\0")
        for start in range(0, len(data), _PIECE):
            piece = data[start : start + _PIECE]
            connection.sendall(struct.pack(">I", len(piece)) + piece)
        connection.sendall(struct.pack(">I", 0))


def _receive(connection: socket.socket) -> str:
    """The answer, which ends with a NUL; empty where the connection broke before one came."""
    answer = b""
    while b"\0" not in answer and len(answer) < _ANSWER_BYTES:
        piece = connection.recv(_ANSWER_BYTES)
        if not piece:
            return ""
        answer += piece
    return answer.partition(b"\0")[0].decode("ascii", "replace")


def _judge(answer: str) -> QuarantineReason | None:
    """Only a plain OK is clean."""
    if answer == "stream: OK":
        return None
    if answer.endswith(" FOUND") and _NOT_SCANNED not in answer:
        return QuarantineReason.MALWARE
    return QuarantineReason.SCAN_FAILED
