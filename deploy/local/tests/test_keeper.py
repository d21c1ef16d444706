"""The servers of a stack never outlive its owner, however it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from halo_local.cache import data_root
from halo_local.endpoints import PARTS
from halo_local.parts import Server
from halo_local.prepare import clamd
from halo_local.stack import start_stack

OWNER = """
import os, signal
from halo_local.stack import start_stack
signal.signal(signal.SIGINT, signal.default_int_handler)
with start_stack(durable=False):
    print(os.fork() or signal.pause(), flush=True)
    signal.pause()
"""
"""Runs a stack and forks a child, which keeps the owner's end of the pipe open; prints the child's number."""

STUBBORN = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
while True:
    signal.pause()
"""

END_SECONDS = 30
POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Running:
    """A stack's owner as a process, the child it forked, the keeper and the servers."""

    owner: subprocess.Popen[str]
    child: int
    keeper: int
    servers: frozenset[int]
    folder: Path

    def servers_are_gone(self) -> bool:
        """Tell whether no server lives."""
        return not any(map(_lives, self.servers))

    def all_is_gone(self) -> bool:
        """Tell whether keeper, servers and their folder are no more."""
        return self.servers_are_gone() and not _lives(self.keeper) and not self.folder.exists()


@pytest.fixture
def running() -> Iterator[Running]:
    """A stack that another process owns; whatever the test leaves of it is killed."""
    env = os.environ | {"HALO_STACK": "native"}
    with subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, env=env, text=True) as owner:
        assert owner.stdout
        child = int(owner.stdout.readline())
        [keeper] = _children(owner.pid) - {child}
        servers = _children(keeper)
        [folder] = [file.with_suffix("") for file in (data_root() / "run").glob("stack-*.lock") if _holds(keeper, file)]
        yield Running(owner, child, keeper, servers, folder)
        owner.kill()
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)


class TestKeeper:
    def test_owner_killed(self, running: Running) -> None:
        """Kill -9 of the owner ends the servers and removes their folder, though a child of it lives on."""
        assert len(running.servers) == len(PARTS) - (clamd() is None)

        running.owner.kill()

        _await(running.all_is_gone)
        assert _lives(running.child)

    def test_owner_ended(self, running: Running) -> None:
        """An owner that ends in the usual way leaves nothing either."""
        running.owner.send_signal(signal.SIGINT)

        _await(running.all_is_gone)

    def test_frozen_servers(self, running: Running) -> None:
        """Servers that somebody has frozen end too."""
        for server in running.servers:
            os.kill(server, signal.SIGSTOP)

        running.owner.kill()

        _await(running.all_is_gone)

    def test_stubborn_server(self, tmp_path: Path) -> None:
        """A server that ignores the signal to stop is killed."""
        server = Server("stubborn", [sys.executable, "-c", STUBBORN], cwd=str(tmp_path), log=str(tmp_path / "log"))
        orders = {"owner": os.getpid(), "folder": str(tmp_path), "servers": [server.as_json()]}
        command = [sys.executable, "-m", "halo_local.keeper"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as keeper:
            assert keeper.stdin
            assert keeper.stdout
            keeper.stdin.write(json.dumps(orders) + "\n")
            keeper.stdin.flush()
            stubborn = json.loads(keeper.stdout.readline())["started"]["stubborn"]
            _await(lambda: "deaf" in (tmp_path / "log").read_text())

            keeper.stdin.close()

            _await(lambda: not _lives(stubborn))

    def test_keeper_killed(self, running: Running) -> None:
        """Kill -9 of the keeper ends the servers; the next start removes the folder that it left."""
        os.kill(running.keeper, signal.SIGKILL)
        _await(running.servers_are_gone)
        running.owner.kill()
        assert running.folder.exists()

        with start_stack(parts=frozenset({"minio"})):
            assert not running.folder.exists()


def _children(process: int) -> frozenset[int]:
    return frozenset(map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split()))


def _holds(process: int, file: Path) -> bool:
    return any(entry.resolve() == file for entry in Path(f"/proc/{process}/fd").iterdir())


def _lives(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def _await(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + END_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"not within {END_SECONDS} s"
        time.sleep(POLL_SECONDS)
