"""Command line of the local stack: up, down, status."""

import signal
import sys
from typing import Final, Never

import typer

from halo_local import detached
from halo_local.cache import say
from halo_local.endpoints import Endpoints
from halo_local.errors import LocalStackError
from halo_local.stack import start_stack

NAME: Final = "stack"

app = typer.Typer(
    help="Kafka, PostgreSQL, MinIO and clamd on this machine.", no_args_is_help=True, add_completion=False
)


@app.command()
def up() -> None:
    """Start the servers, leave them running and print where they are."""
    try:
        found = detached.start(NAME, [sys.executable, "-m", "halo_local", "serve"])
    except LocalStackError as problem:
        _fail(problem)
    typer.echo(Endpoints(**found).as_exports())
    say("the servers run until `python -m halo_local down`; their data goes with them")


@app.command()
def down() -> None:
    """End the servers and drop their data."""
    try:
        was_running = detached.stop(NAME)
    except LocalStackError as problem:
        _fail(problem)
    say("the servers are gone" if was_running else "no servers were running")


@app.command()
def status() -> None:
    """Print where the servers are; exit with 1 when there are none."""
    found = detached.addresses(NAME)
    if found is None:
        say("no servers are running: start them with `python -m halo_local up`")
        raise typer.Exit(1)
    typer.echo(Endpoints(**found).as_exports())


@app.command(hidden=True)
def serve() -> None:
    """Run the servers until SIGTERM: what `up` leaves running."""
    try:
        with detached.hold(NAME) as publish, start_stack() as endpoints:
            publish(endpoints.as_fields())
            signal.pause()
    except LocalStackError as problem:
        _fail(problem)


def _fail(problem: LocalStackError) -> Never:
    say(str(problem))
    raise typer.Exit(1)


if __name__ == "__main__":
    app()
