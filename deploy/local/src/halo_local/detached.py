"""Keeps a command running after its terminal is gone, and finds it again: what `up`, `down` and `status` stand on.

The command holds a lock for as long as it lives, so that a process number left by a dead one is never believed.
"""

import fcntl
import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, NoReturn

from halo_local.cache import cache_root
from halo_local.errors import LocalStackError, StartError

START_SECONDS: Final = 1500
"""The first start builds the servers."""
STOP_SECONDS: Final = 60
POLL_SECONDS: Final = 0.1


def start(name: str, argv: Sequence[str]) -> dict[str, str]:
    """Start the command unless it runs already, and return the addresses that it publishes when it's ready.

    Raises:
        StartError: it ended before it was ready, or took longer than 25 minutes.
    """
    started = _spawn(argv, log_file(name)) if _running(name) is None else None
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        found = addresses(name)
        if found is not None:
            return found
        if started is None or _ended(started):
            started = None
            if _running(name) is None:
                raise StartError(f"{name} ended before it was ready; {_last_line(name)}")
        time.sleep(POLL_SECONDS)
    raise StartError(f"{name} was not ready within {START_SECONDS} s; see {log_file(name)}")


def addresses(name: str) -> dict[str, str] | None:
    """Return what the running command published, or None: it doesn't run or isn't ready."""
    state = _running(name)
    return None if state is None else state["addresses"]


def stop(name: str) -> bool:
    """Ask the command to end and wait until it is gone; tell whether it was running.

    Raises:
        LocalStackError: it did not end within a minute.
    """
    state = _running(name)
    if state is None:
        return False
    with suppress(ProcessLookupError):
        process = os.pidfd_open(state["pid"])
        try:
            if _running(name) != state:
                return False
            signal.pidfd_send_signal(process, signal.SIGTERM)
            if not select.select([process], [], [], STOP_SECONDS)[0]:
                raise LocalStackError(
                    f"{name} (process {state['pid']}) did not end within {STOP_SECONDS} s; see {log_file(name)}"
                )
        finally:
            os.close(process)
    return True


@contextmanager
def hold(name: str) -> Iterator[Callable[[Mapping[str, str]], None]]:
    """Be the command of this name for as long as the context lasts; gives the function that publishes its addresses.

    SIGTERM ends the process by way of SystemExit, so that contexts inside this one are left in order.

    Raises:
        LocalStackError: another process is it already.
    """
    lock = os.open(_file(name, "lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            raise LocalStackError(f"{name} runs already") from held
        signal.signal(signal.SIGTERM, _leave)
        _publish(name, None)
        yield lambda found: _publish(name, dict(found))
    finally:
        os.close(lock)


def log_file(name: str) -> Path:
    """Return the file that the command writes to."""
    return _file(name, "log")


def _spawn(argv: Sequence[str], log: Path) -> int:
    """Start a process that its parent need not wait for, and return its number."""
    quiet = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
    written = (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    both = (os.POSIX_SPAWN_DUP2, 1, 2)
    return os.posix_spawn(argv[0], list(argv), os.environ, file_actions=[quiet, written, both], setsid=True)


def _ended(process: int) -> bool:
    return os.waitpid(process, os.WNOHANG)[0] == process


def _leave(*_: object) -> NoReturn:
    sys.exit(0)


def _file(name: str, kind: str) -> Path:
    folder = cache_root() / "up"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{name}.{kind}"


def _publish(name: str, found: dict[str, str] | None) -> None:
    """Write the state aside and rename it: a reader sees all of it or none."""
    aside = _file(name, "aside")
    aside.touch(mode=0o600)
    aside.write_text(json.dumps({"pid": os.getpid(), "addresses": found}))
    aside.replace(_file(name, "json"))


def _running(name: str) -> dict[str, Any] | None:
    """Return the state of the running command: its lock is held, and it has written a state since."""
    lock = os.open(_file(name, "lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        with suppress(OSError):
            state: dict[str, Any] = json.loads(_file(name, "json").read_text())
            return state
        return None
    else:
        _file(name, "json").unlink(missing_ok=True)
        return None
    finally:
        os.close(lock)


def _last_line(name: str) -> str:
    lines = log_file(name).read_text(errors="replace").splitlines()
    return f"its last line: {lines[-1]}" if lines else "it said nothing"
