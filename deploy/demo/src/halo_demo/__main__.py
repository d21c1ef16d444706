"""Command line of the demo: run it, or keep its platform running with `up` and `down`."""

import argparse
import asyncio
import os
import signal
import sys
import time

import uvloop
from rich.console import Console

from halo_demo.errors import DemoError
from halo_demo.kept import keep, put_down, put_up
from halo_demo.make_requests import REQUESTS, SEED
from halo_demo.paths import build_folder
from halo_demo.platform import SERVICES
from halo_demo.story import Options, Story
from halo_demo.summary import print_summary

INTERRUPTED = 130


def main() -> None:
    """Run what the command line asks for; the exit code is 0 only if all claims hold."""
    given = _parse()
    commands = {"up": put_up, "down": put_down, "keep": keep}
    console = Console(highlight=False)
    try:
        if given.command in commands:
            commands[given.command](console)
        elif not uvloop.run(
            _run(console, Options(given.requests, given.seed, given.kill, given.platform == "compose"))
        ):
            sys.exit(1)
    except DemoError as problem:
        console.print(f"[red]demo:[/red] {type(problem).__name__}", soft_wrap=True)
        console.print(str(problem), soft_wrap=True, markup=False)
        sys.exit(1)
    except (KeyboardInterrupt, asyncio.CancelledError):
        console.print("demo: interrupted; everything that it started has ended")
        sys.exit(INTERRUPTED)


async def _run(console: Console, options: Options) -> bool:
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - inside asyncio.run
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    began = time.monotonic()
    console.print(f"HALO PAMOR demo: {options.requests} requests from e-OPen to the door", soft_wrap=True)
    outcome = await Story(options, console).tell()
    holds = print_summary(console, outcome)
    told = "all of it holds" if holds else f"NOT all of it holds: logs are in {build_folder()}/logs"
    console.print(f"\n{told}; {time.monotonic() - began:.1f} s in total", soft_wrap=True)
    return holds


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m halo_demo", description=__doc__)
    parser.add_argument("command", nargs="?", choices=("run", "up", "down", "keep"), default="run")
    parser.add_argument("--requests", type=_count, default=REQUESTS, help=f"how many of the {REQUESTS} requests")
    parser.add_argument("--seed", type=int, default=SEED, help="for chance in people and papers")
    kill = os.environ.get("HALO_DEMO_KILL") or None
    parser.add_argument("--kill", choices=SERVICES, default=kill, help="kill -9 this service in mid-run")
    parser.add_argument(
        "--platform", choices=("own", "compose"), default="own", help="start one, or join that of `make compose`"
    )
    given = parser.parse_args()
    if given.kill is not None and given.kill not in SERVICES:
        parser.error(f"HALO_DEMO_KILL must be one of {', '.join(SERVICES)}")
    return given


def _count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= REQUESTS:
        raise argparse.ArgumentTypeError(f"must lie between 1 and {REQUESTS}, which is all that the file has")
    return count


if __name__ == "__main__":
    main()
