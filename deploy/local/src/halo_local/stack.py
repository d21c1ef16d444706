"""The stack: Kafka, PostgreSQL, MinIO and clamd for the demo, the tests and the benchmarks."""

import os
import sys
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager

from halo_local import containers, native, prepare
from halo_local.cache import say
from halo_local.endpoints import PARTS, Endpoints, from_environment, named_in_environment
from halo_local.engine import find_engine
from halo_local.errors import LocalStackError
from halo_local.images import ready_engine

__all__ = ["PARTS", "Endpoints", "build_servers", "needed_tools", "start_stack"]


@contextmanager
def start_stack(*, parts: AbstractSet[str] = PARTS, durable: bool = True) -> Iterator[Endpoints]:
    """Give the caller real servers for as long as the context lasts; its end stops them and drops their data.

    HALO_STACK chooses: `native` runs them as processes, `docker` as containers, `external` takes the servers that the
    environment names. `auto` (the default) is external where the environment names any, docker where an engine answers
    and holds all the images, and native otherwise.

    Args:
        parts: which servers are wanted.
        durable: False lets PostgreSQL skip its flushes to disk, for tests.

    Raises:
        LocalStackError: the stack can't be had; the text is one line that says what to do.
    """
    unknown = parts - PARTS
    if unknown:
        raise LocalStackError(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(sorted(PARTS))}")
    way = _choose()
    if way == "external":
        endpoints = from_environment(parts)
        say("stack: external, the servers that the environment names")
        yield endpoints
        return
    if way == "docker":
        say(f"stack: docker, servers as containers of the engine at {find_engine().socket}")
    else:
        say("stack: native, servers as processes of this machine")
    run = containers.run if way == "docker" else native.run
    with run(parts, durable=durable) as endpoints:
        yield endpoints


def needed_tools(parts: AbstractSet[str] = PARTS) -> tuple[prepare.Tool, ...]:
    """Return what the machine must have to start these servers: what only a build needs counts until it is built.

    Raises:
        LocalStackError: HALO_STACK is not one of the known ways.
    """
    return native.needed_tools(parts) if _choose() == "native" else ()


def build_servers(parts: AbstractSet[str] = PARTS) -> None:
    """Fetch and build these servers where that was not done before; start nothing.

    Raises:
        LocalStackError: a tool is missing, a build failed, or an image can't be had.
    """
    way = _choose()
    if way == "native":
        native.build(parts)
    elif way == "docker":
        containers.fetch(parts)


def _choose() -> str:
    way = os.environ.get("HALO_STACK") or "auto"
    if way == "auto":
        way = "external" if named_in_environment() else "docker" if ready_engine() else "native"
    if way not in {"native", "docker", "external"}:
        raise LocalStackError(f"HALO_STACK={way} is unknown: take auto, native, docker or external")
    if way != "external" and sys.platform != "linux":
        raise LocalStackError(f"HALO_STACK={way} needs Linux: take external with servers of your own")
    return way
