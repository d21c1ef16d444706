"""A Docker engine, asked over its Unix socket with the standard library alone: set-up has no packages yet."""

import http.client
import json
import os
import socket
import time
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import quote

from halo_local.errors import EngineError

DEFAULT_SOCKET: Final = "/var/run/docker.sock"
ASK_SECONDS: Final = 1.0
"""How long an engine may take to say that it is there."""
ORDER_SECONDS: Final = 60.0
PULL_SECONDS: Final = 900.0
"""The longest silence while an image is fetched."""
SETTLE_SECONDS: Final = 3.0
"""How long a container may still appear that a process asked for in its last moment."""
POLL_SECONDS: Final = 0.2
FRAME: Final = 8
"""Bytes before each piece of a log: its stream and its length."""


class _OverSocket(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str, seconds: float) -> None:
        super().__init__("localhost", timeout=seconds)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


@dataclass(frozen=True)
class Engine:
    """The engine behind a socket."""

    socket: str

    def answers(self) -> bool:
        """Tell whether an engine is there, within a second."""
        try:
            return self._ask("GET", "/_ping", ASK_SECONDS)[0] == http.client.OK
        except EngineError:
            return False

    def has_image(self, name: str) -> bool:
        """Tell whether the engine holds an image of this name."""
        return self._ask("GET", f"/images/{quote(name, safe='/:@')}/json")[0] == http.client.OK

    def pull(self, name: str) -> None:
        """Have the engine fetch an image.

        Raises:
            EngineError: it can't be had; the text says why.
        """
        status, body = self._ask("POST", f"/images/create?fromImage={quote(name, safe='')}", PULL_SECONDS)
        # A failure after the first line comes with status 200, as one more line.
        for line in body.splitlines() if status == http.client.OK else [body]:
            said = json.loads(line)
            reason = said.get("error") or (status != http.client.OK and said.get("message"))
            if reason:
                raise EngineError(f"the engine can't fetch {name}: {str(reason).strip()}")

    def find(self, label: str) -> list[dict[str, Any]]:
        """Return the containers with a label, `name` or `name=value`, running or not."""
        filters = quote(json.dumps({"label": [label]}))
        return cast("list[dict[str, Any]]", self._json("GET", f"/containers/json?all=1&filters={filters}"))

    def volumes(self) -> set[str]:
        """Return the names of all volumes."""
        return {each["Name"] for each in self._json("GET", "/volumes")["Volumes"] or ()}

    def inspect(self, container: str) -> dict[str, Any]:
        """Return all that the engine knows of a container."""
        return cast("dict[str, Any]", self._json("GET", f"/containers/{container}/json"))

    def last_lines(self, container: str, count: int) -> list[str]:
        """Return the end of what a container without a terminal has written."""
        _, body = self._ask("GET", f"/containers/{container}/logs?stdout=1&stderr=1&tail={count}")
        lines, rest = [], body
        while len(rest) > FRAME:
            size = int.from_bytes(rest[4:FRAME])
            lines += rest[FRAME : FRAME + size].decode(errors="replace").splitlines()
            rest = rest[FRAME + size :]
        return lines[-count:]

    def kill(self, container: str) -> None:
        """Kill a container's process the hard way."""
        self._json("POST", f"/containers/{container}/kill?signal=KILL")

    def start(self, container: str) -> None:
        """Start a container that was made, or has ended."""
        self._json("POST", f"/containers/{container}/start")

    def remove(self, label: str, *, settle: bool = False) -> None:
        """Remove all containers with a label, and the volumes that came with them.

        Args:
            label: `name=value`.
            settle: go on until none has appeared for a while, for containers of a process that died.
        """
        deadline = time.monotonic() + SETTLE_SECONDS
        while True:
            found = self.find(label)
            for each in found:
                self._ask("DELETE", f"/containers/{each['Id']}?force=1&v=1", ORDER_SECONDS)
            if found:
                deadline = time.monotonic() + SETTLE_SECONDS
            elif not settle or time.monotonic() > deadline:
                return
            time.sleep(POLL_SECONDS)

    def _json(self, method: str, path: str) -> Any:  # noqa: ANN401 - JSON
        status, body = self._ask(method, path, ORDER_SECONDS)
        if status >= http.client.BAD_REQUEST:
            raise EngineError(f"the engine refuses {method} {path.partition('?')[0]}: {body.decode(errors='replace')}")
        return json.loads(body) if body else None

    def _ask(self, method: str, path: str, seconds: float = ORDER_SECONDS) -> tuple[int, bytes]:
        connection = _OverSocket(self.socket, seconds)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as away:
            raise EngineError(f"no answer from the Docker engine at {self.socket}: {away}") from away
        finally:
            connection.close()


def find_engine() -> Engine:
    """Return the engine that DOCKER_HOST names, or the one in the usual place; it need not answer.

    Raises:
        EngineError: DOCKER_HOST names no Unix socket. Servers on another machine could not be reached at 127.0.0.1.
    """
    named = os.environ.get("DOCKER_HOST") or f"unix://{DEFAULT_SOCKET}"
    scheme, _, path = named.partition("://")
    if scheme != "unix" or not path.startswith("/"):
        raise EngineError(f"DOCKER_HOST={named} names no Unix socket of this machine: unset it, or name unix:///…")
    return Engine(path)
