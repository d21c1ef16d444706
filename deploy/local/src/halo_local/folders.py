"""The folders that running servers keep their data in: one a stack, with a lock that its keeper holds."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from halo_local.cache import data_root, locked


def new_folder() -> tuple[Path, int]:
    """Return a fresh folder and the descriptor of its held lock; remove what killed keepers left behind."""
    root = data_root() / "run"
    root.mkdir(mode=0o711, exist_ok=True)
    with locked(root / ".lock"):
        _remove_leftovers(root)
        folder = Path(tempfile.mkdtemp(prefix="stack-", dir=root))
        folder.chmod(0o711)
        lock = os.open(lock_file(folder), os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
    return folder, lock


@contextmanager
def folder_for_keeper() -> Iterator[tuple[Path, int]]:
    """Give a fresh folder and its lock to start a keeper with, which holds the lock from then on.

    Where the context ends in an error there is no keeper, and the folder goes.
    """
    folder, lock = new_folder()
    try:
        yield folder, lock
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        os.close(lock)


def lock_file(folder: Path) -> Path:
    """Return the lock of a folder: it lies beside it, so that it outlasts a removal that was cut short."""
    return folder.with_suffix(".lock")


def _remove_leftovers(root: Path) -> None:
    for file in root.glob("stack-*.lock"):
        lock = os.open(file, os.O_RDWR)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left = file.with_suffix("")
            shutil.rmtree(left, ignore_errors=True)
            if not left.exists():
                file.unlink()
        except BlockingIOError:
            continue
        finally:
            os.close(lock)
