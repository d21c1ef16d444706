"""The owner's end of a keeper: orders go down one pipe, and news of servers that ended come up another."""

import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Final, cast

from halo_local.endpoints import Endpoints
from halo_local.errors import StartError
from halo_local.parts import Part, Server

START_SECONDS: Final = 90
STOP_SECONDS: Final = 30
POLL_SECONDS: Final = 0.05
KEPT_LINES: Final = 15


class Keeper:
    """A keeper process: what it keeps ends when it is told so here, or when this process is gone."""

    def __init__(
        self, folder: Path, lock: int, *, servers: Sequence[Server] = (), containers: Mapping[str, str] | None = None
    ) -> None:
        """Start a keeper of servers, or of containers with a label; from now on it holds the folder's lock."""
        self._folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-m", "halo_local.keeper"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            pass_fds=[lock],
            start_new_session=True,
        )
        self._orders = cast("IO[bytes]", self._process.stdin)
        self.news = cast("IO[bytes]", self._process.stdout)
        """One JSON line for each thing that happens to what is kept."""
        kept = {"servers": [server.as_json() for server in servers], "containers": dict(containers or {})}
        orders = {"owner": os.getpid(), "folder": str(folder)} | kept
        with suppress(BrokenPipeError):
            self._orders.write(json.dumps(orders).encode() + b"\n")

    def stop(self) -> None:
        """Have everything ended and the folder removed, also when the keeper was killed before."""
        self._orders.close()
        # A forked child of this process may hold the pipe open, so its closing alone would not do.
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self.news.close()
        shutil.rmtree(self._folder, ignore_errors=True)


class KeptServers:
    """The servers of one stack: they run until they are stopped here or this process ends."""

    def __init__(self, folder: Path, lock: int, parts: Sequence[Part]) -> None:
        """Start a keeper with these servers."""
        self._parts = {part.server.name: part for part in parts}
        self._keeper = Keeper(folder, lock, servers=[part.server for part in parts])

    def endpoints(self) -> Endpoints:
        """Return where the servers are."""
        return Endpoints(**{name: value for part in self._parts.values() for name, value in part.endpoints.items()})

    def await_answers(self) -> None:
        """Wait until every server answers.

        Raises:
            StartError: one ended, or did not answer within a minute and a half; the text ends with its last lines.
        """
        waiting = dict(self._parts)
        deadline = time.monotonic() + START_SECONDS
        while waiting:
            self._raise_on_end()
            waiting = {name: part for name, part in waiting.items() if not part.is_ready()}
            if waiting and time.monotonic() > deadline:
                raise StartError(f"no answer within {START_SECONDS} s from {self._last_lines(next(iter(waiting)))}")

    def stop(self) -> None:
        """Have the servers stopped and their folder removed, also when the keeper was killed before."""
        self._keeper.stop()

    def _raise_on_end(self) -> None:
        """Look for news for a moment, which is also the pause between two rounds of questions."""
        if not select.select([self._keeper.news], [], [], POLL_SECONDS)[0]:
            return
        line = self._keeper.news.readline()
        if not line:
            raise StartError("the keeper of the servers ended; its last words are above")
        name = json.loads(line).get("ended")
        if name:
            raise StartError(f"ended before it answered: {self._last_lines(name)}")

    def _last_lines(self, name: str) -> str:
        log = Path(self._parts[name].server.log)
        lines = log.read_text(errors="replace").splitlines() if log.exists() else []
        return "\n".join([f"{name}. Its last lines:", *lines[-KEPT_LINES:]])
