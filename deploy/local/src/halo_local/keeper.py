"""The keeper: the process whose children the servers are, so that none outlives the stack's owner.

It reads its orders as one JSON line on standard input, starts the servers, and stays until that pipe closes, the
owner's process is gone, or it is asked to end. Then it stops the servers and removes their folder. Should the keeper
itself be killed, the kernel signals the servers. Servers that are containers are removed by their label; what a killed
keeper left of them is removed by the next start.
"""

import contextlib
import ctypes
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from halo_local.engine import Engine

STOP_SECONDS: Final = 5
KILL_SECONDS: Final = 5
PR_SET_PDEATHSIG: Final = 1


def main() -> None:
    """Keep the servers named on standard input."""
    orders = json.loads(sys.stdin.readline())
    wakeup, wakeup_end = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wakeup_end)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    servers: dict[str, subprocess.Popen[bytes]] = {}
    signals = {server["name"]: int(server["stop_signal"]) for server in orders["servers"]}
    owner_lives = False
    try:
        for server in orders["servers"]:
            servers[server["name"]] = _start(server)
        _tell({"started": {name: process.pid for name, process in servers.items()}})
        owner_lives = _stay(servers, orders["owner"], wakeup)
    finally:
        for name, process in servers.items():
            _signal(process, signals[name])
        deadline = time.monotonic() + STOP_SECONDS
        for process in servers.values():
            _await_end(process, deadline)
        if orders["containers"]:
            # What the owner asked for in its last moment may still come.
            Engine(orders["containers"]["socket"]).remove(orders["containers"]["label"], settle=not owner_lives)
        shutil.rmtree(orders["folder"], ignore_errors=True)


def _tell(fact: Mapping[str, Any]) -> None:
    with contextlib.suppress(OSError):
        sys.stdout.write(json.dumps(fact) + "\n")
        sys.stdout.flush()


def _start(server: Mapping[str, Any]) -> subprocess.Popen[bytes]:
    user = server["user"]
    with Path(server["log"]).open("ab") as log:
        return subprocess.Popen(
            server["argv"],
            cwd=server["cwd"],
            env=server["env"],
            user=user,
            group=server["group"],
            extra_groups=None if user is None else [],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=_die_with_keeper(int(server["death_signal"])),  # noqa: PLW1509 - the keeper has one thread
        )


def _die_with_keeper(number: int) -> Callable[[], None]:
    libc = ctypes.CDLL(None, use_errno=True)
    keeper = os.getpid()

    def ask_kernel() -> None:
        libc.prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != keeper:
            os._exit(1)

    return ask_kernel


def _stay(servers: Mapping[str, subprocess.Popen[bytes]], owner: int, wakeup: int) -> bool:
    """Return when there is nobody left to keep the servers for; tell of servers that end before.

    Returns whether the owner lives on.
    """
    try:
        owner_end = os.pidfd_open(owner)
    except ProcessLookupError:
        return False
    poll = select.poll()
    for descriptor in (sys.stdin.fileno(), owner_end, wakeup):
        poll.register(descriptor, select.POLLIN)
    ends = {os.pidfd_open(process.pid): name for name, process in servers.items()}
    for descriptor in ends:
        poll.register(descriptor, select.POLLIN)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor not in ends:
                return not select.select([owner_end], [], [], 0)[0]
            poll.unregister(descriptor)
            name = ends[descriptor]
            _tell({"ended": name, "code": servers[name].wait()})


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    """Send a signal, and wake the process to it: a test may have frozen it."""
    if process.poll() is None:
        process.send_signal(number)
        process.send_signal(signal.SIGCONT)


def _await_end(process: subprocess.Popen[bytes], deadline: float) -> None:
    try:
        process.wait(max(0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(KILL_SECONDS)


if __name__ == "__main__":
    main()
