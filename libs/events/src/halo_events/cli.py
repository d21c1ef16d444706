"""The command line `halo-events`."""

import asyncio
from typing import Annotated

import typer

from halo_events import topics as declared
from halo_events.runtime.administration import TopicError, apply_topics

_app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
_topics = typer.Typer(no_args_is_help=True)
_app.add_typer(_topics, name="topics", help="Topics in the broker.")


@_topics.callback()
def topics() -> None:
    """Topics in the broker."""


@_topics.command("apply")
def apply(
    kafka: Annotated[str, typer.Option(envvar="HALO_KAFKA", help="Bootstrap servers, HOST:PORT[,HOST:PORT]")],
    replication: Annotated[int, typer.Option(help="Copies of each partition", min=1, max=5)] = 1,
) -> None:
    """Make the declared topics that are missing, and check the others against their declaration."""
    try:
        made = asyncio.run(apply_topics(kafka, declared.ALL, replication=replication))
    except TopicError as error:
        typer.echo(f"topics not applied: {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{len(made)} made, {len(declared.ALL) - len(made)} as declared")


def main() -> None:
    """Run the command line."""
    _app()
