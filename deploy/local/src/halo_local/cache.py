"""Where built servers, templates and the data of running ones are kept."""

import fcntl
import hashlib
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from halo_local.errors import LocalStackError

BUILDS = Path(__file__).parent / "builds"
"""What the servers are built from: one folder each."""


def say(line: str) -> None:
    """Tell the person at the terminal, in one line on standard error."""
    sys.stderr.write(f"halo-local: {line}\n")
    sys.stderr.flush()


def cache_root() -> Path:
    """Return the cache folder: $HALO_CACHE, or halo-pamor in the user's cache folder."""
    own = os.environ.get("HALO_CACHE")
    user = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    root = Path(own) if own else Path(user) / "halo-pamor"
    root.mkdir(parents=True, exist_ok=True)
    return root.absolute()


def data_root() -> Path:
    """Return the folder for templates and data of running servers.

    As root it lies outside the home folder, because PostgreSQL runs as a user who can't enter there.

    Raises:
        LocalStackError: somebody else made a folder of that name in the shared place.
    """
    if os.geteuid() != 0:
        root = cache_root() / "data"
        root.mkdir(mode=0o700, exist_ok=True)
        return root
    root = Path("/var/tmp/halo-pamor-0")  # noqa: S108 - owner and mode are checked below
    root.mkdir(mode=0o711, exist_ok=True)
    found = root.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or found.st_mode & 0o022:
        raise LocalStackError(f"{root} belongs to somebody else or others can write in it: remove it and try again")
    return root


def fingerprint(*parts: str | Path) -> str:
    """Return a short name for what a build is made from: texts, files, and folders with the files in them."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            digest.update(part.encode())
        else:
            files = sorted(part.rglob("*")) if part.is_dir() else [part]
            for file in files:
                if file.is_file():
                    digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def build_once(root: Path, name: str, build: Callable[[Path], None]) -> Path:
    """Return the folder `name` under `root`, made by `build` if it isn't there yet.

    `build` fills a folder aside, which is renamed when it's complete: a failed or interrupted build leaves
    nothing half done. Other processes that want the same folder wait for the first.
    """
    done = root / name
    if done.is_dir():
        return done
    with locked(root / f".{name}.lock"):
        if done.is_dir():
            return done
        for stale in root.glob(f".{name}.aside-*"):
            shutil.rmtree(stale, ignore_errors=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{name}.aside-", dir=root))
        try:
            build(aside)
            aside.rename(done)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    return done


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of this file, alone among all processes and threads that ask for it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
