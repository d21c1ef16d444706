"""What a service's `app.py` and `__main__.py` import: its definition, its jobs and its command line."""

import asyncio
import inspect
import sys
from collections.abc import Callable, Coroutine, Mapping
from functools import wraps
from typing import Annotated, Any, Final, get_origin, get_type_hints

import structlog
import typer
import uvloop
from halo_events.runtime import Database, describe, is_infrastructure, migrate
from halo_events.runtime.backoff import Backoff
from halo_events.runtime.connection import close, connect
from pydantic import ValidationError
from pydantic_settings import SettingsError

from halo_service.definition import Service
from halo_service.jobs import Job
from halo_service.logs import configure_logs
from halo_service.roles import ProcessRole, run_role
from halo_service.settings import explain

__all__ = ["CommandError", "Job", "Service", "main"]

_LOG: Final = structlog.get_logger("halo_service.process")
_NOT_SET_UP: Final = 2
"""Exit status for a command line or settings that cannot be."""

_MIGRATE_WAIT: Final = 60.0
_HELP: Final[Mapping[ProcessRole, str]] = {
    ProcessRole.API: "Serve the HTTP API.",
    ProcessRole.CONSUMER: "Read the topics and apply what they say.",
    ProcessRole.RELAY: "Publish what waits in the outbox.",
    ProcessRole.JOBS: "Run timers, outside calls and purges.",
    ProcessRole.ALL: "All of the above in one process, for a small site.",
}

Command = Callable[..., Coroutine[Any, Any, None]]


class CommandError(Exception):
    """A command of a service cannot do what it was asked to. Its text is shown: it says what to do, and no secret."""


def main(build: Callable[[], Service], commands: Mapping[str, Command] | None = None) -> None:
    """The command line of a service: its roles, `migrate`, and its own commands.

    A command of its own is a coroutine function whose first parameter is the Database; keyword-only parameters
    become options (`--officers FILE`), and its docstring the help.
    """
    line = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    for role, text in _HELP.items():
        line.command(role.value, help=text)(_role_command(build, role))
    line.command("migrate", help="Bring the database's tables up to date.")(_migrate_command(build))
    for name, command in (commands or {}).items():
        line.command(name, help=inspect.getdoc(command))(_own_command(build, name, command))
    line()


def _role_command(build: Callable[[], Service], role: ProcessRole) -> Callable[[], None]:
    def run() -> None:
        service = _built(build, role.value)
        if role is ProcessRole.CONSUMER and not service.handlers.topics:
            typer.echo(f"{service.name} reads no topics: it has no consumer", err=True)
            raise typer.Exit(_NOT_SET_UP)
        try:
            status = uvloop.run(run_role(service, role))
        except Exception as error:  # noqa: BLE001 - the end of the program, told by class
            _LOG.critical("start failed", **describe(error))
            status = 1
        raise typer.Exit(status)

    return run


def _migrate_command(build: Callable[[], Service]) -> Callable[[], None]:
    def run() -> None:
        service = _built(build, "migrate")
        dsn = service.settings.database_url.get_secret_value()
        try:
            asyncio.run(_wait_for_database(dsn))
            applied = migrate(dsn, service.migration_folders)
        except Exception as error:  # noqa: BLE001 - the end of the program, told by class
            _LOG.critical("migration failed", **describe(error))
            raise typer.Exit(1) from None
        _LOG.info("migrated", applied=applied)

    return run


async def _wait_for_database(dsn: str) -> None:
    """Wait up to a minute for a database that is away."""
    backoff = Backoff()
    async with asyncio.timeout(_MIGRATE_WAIT):
        while True:
            try:
                await close(await connect(dsn, "halo-migrate"))
            except Exception as error:
                if not is_infrastructure(error):
                    raise
                seconds = backoff.next()
                _LOG.warning("waiting for the database", seconds=round(seconds, 2), **describe(error))
                await asyncio.sleep(seconds)
            else:
                return


def _own_command(build: Callable[[], Service], name: str, command: Command) -> Callable[..., None]:
    @wraps(command)
    def run(**options: object) -> None:
        service = _built(build, name)
        try:
            uvloop.run(_with_database(service, command, options))
        except CommandError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from None
        except Exception as error:  # noqa: BLE001 - the end of the program, told by class
            _LOG.critical("command failed", **describe(error))
            raise typer.Exit(1) from None

    hints = get_type_hints(command, include_extras=True)
    parameters = [
        parameter.replace(annotation=_option(hints[parameter.name], parameter))
        for parameter in list(inspect.signature(command).parameters.values())[1:]
    ]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # what typer reads
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


def _option(hint: Any, parameter: inspect.Parameter) -> Any:  # noqa: ANN401 - any type that typer knows
    if parameter.kind is inspect.Parameter.KEYWORD_ONLY and get_origin(hint) is not Annotated:
        return Annotated[hint, typer.Option()]
    return hint


async def _with_database(service: Service, command: Command, options: Mapping[str, object]) -> None:
    database = await Database.open(service.settings.database_url.get_secret_value(), service.handlers)
    try:
        await command(database, **options)
    finally:
        await database.close()


def _built(build: Callable[[], Service], role: str) -> Service:
    """The service with its logs set up. Settings that are wrong are told line by line, and end with status 2."""
    try:
        service = build()
    except ValidationError as error:
        for text in explain(error):
            print(text, file=sys.stderr)  # noqa: T201 - read by who starts the service
        raise typer.Exit(_NOT_SET_UP) from None
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - names the setting only
        raise typer.Exit(_NOT_SET_UP) from None
    settings = service.settings
    configure_logs(service.name, role, form=settings.log_format, level=settings.log_level)
    return service
