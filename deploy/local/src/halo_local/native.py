"""The native way: servers as processes, children of a keeper that ends them with their owner."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from halo_local import clamd, kafka, minio, postgres, prepare
from halo_local.endpoints import Endpoints
from halo_local.folders import folder_for_keeper
from halo_local.kept import KeptServers
from halo_local.parts import Kind, Part

PARTS: Final[dict[str, Kind]] = {"kafka": kafka, "postgres": postgres, "minio": minio, "clamd": clamd}


def needed_tools(parts: AbstractSet[str]) -> tuple[prepare.Tool, ...]:
    """Return what the machine must have to build, where that is still to be done, and start these servers."""
    return tuple(tool for part in sorted(parts) for tool in PARTS[part].needed_tools())


def build(parts: AbstractSet[str]) -> None:
    """Build these servers and their templates side by side: one waits for Maven, another for the Go compiler.

    Raises:
        MissingToolError: a program is missing.
        BuildError: a server could not be built.
    """
    prepare.require(*needed_tools(parts))
    with ThreadPoolExecutor(len(PARTS)) as pool:
        for each in [pool.submit(PARTS[part].build) for part in sorted(parts)]:
            each.result()


@contextmanager
def run(parts: AbstractSet[str], *, durable: bool) -> Iterator[Endpoints]:
    """Run these servers until the context ends, or until this process does, however it ends.

    Raises:
        MissingToolError: a program is missing.
        BuildError: a server could not be built.
        StartError: a server did not answer in time.
    """
    build(parts)
    # What is still missing was only wished for: `build` has said what goes without it.
    parts = {part for part in parts if all(tool.found() for tool in PARTS[part].needed_tools())}
    with folder_for_keeper() as (folder, lock):
        servers = KeptServers(folder, lock, _lay_out(parts, folder, durable=durable))
    try:
        servers.await_answers()
        yield servers.endpoints()
    finally:
        servers.stop()


def _lay_out(parts: AbstractSet[str], folder: Path, *, durable: bool) -> list[Part]:
    with ThreadPoolExecutor(len(PARTS)) as pool:
        work = [pool.submit(PARTS[part].lay_out, folder, durable=durable) for part in sorted(parts)]
        return [each.result() for each in work]
