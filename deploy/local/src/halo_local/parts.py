"""What the stack needs to know of a server: how it is started, and when it answers."""

import os
import random
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from signal import SIGKILL, SIGTERM
from typing import Any, Protocol

from halo_local.errors import StartError
from halo_local.prepare import Tool


@dataclass(frozen=True)
class Server:
    """A server process as the keeper starts and stops it."""

    name: str
    argv: Sequence[str]
    cwd: str
    log: str
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    user: int | None = None
    group: int | None = None
    stop_signal: int = SIGTERM
    death_signal: int = SIGKILL

    def as_json(self) -> dict[str, Any]:
        """Return the fields for the keeper."""
        return asdict(self)


@dataclass(frozen=True)
class Part:
    """A server, the question whether it answers, and the fields it fills in the endpoints."""

    server: Server
    is_ready: Callable[[], bool]
    endpoints: Mapping[str, str] = field(repr=False)


class Kind(Protocol):
    """What the module of each kind of server offers."""

    def needed_tools(self) -> tuple[Tool, ...]:
        """Return what the machine must have: what only a build needs counts until it is built."""

    def build(self) -> None:
        """Build the server and its template, where that was not done before."""

    def lay_out(self, run: Path, *, durable: bool) -> Part:
        """Prepare a server of its own in the folder `run`; `durable` False may skip flushes to disk."""


def plain_env() -> dict[str, str]:
    """Return the environment that a server gets: nothing of the caller's but the path and home."""
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(Path.home()), "LANG": "C.UTF-8", "TZ": "UTC"}


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on.

    It lies below the range that outgoing connections take theirs from, so that none of them is faster than the server.

    Raises:
        StartError: fifty ports in a row were taken.
    """
    for _ in range(50):
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise StartError("no free port found between 20000 and 32000: end some of the processes that listen there")
