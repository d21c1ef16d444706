"""Logs: one JSON object a line (plain text on a terminal), and never the text of an error.

Texts of errors carry what a record or a form held, which may be personal data. Errors are told by class, SQLSTATE,
constraint, field path and place in our code.
"""

import asyncio
import logging
import sys
import threading
from collections.abc import Mapping, MutableMapping
from types import TracebackType
from typing import Any, Final, Literal, TextIO

import structlog
from halo_events.runtime import describe

_LOG: Final = structlog.get_logger("halo_service.process")
_OURS: Final = ("halo_events", "halo_service")

EventDict = MutableMapping[str, Any]


def configure_logs(
    service: str,
    role: str,
    *,
    form: Literal["auto", "json", "console"] = "auto",
    level: str = "info",
    stream: TextIO | None = None,
) -> None:
    """Send all logs of the process to `stream` (standard output), each line with service and role.

    Other people's libraries are heard from warnings on.
    """
    out = stream or sys.stdout
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _named(service, role),
        _errors_without_text,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.addFilter(_without_errors_in_text)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(form, out)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    for name in (*_OURS, f"halo_{service}"):
        logging.getLogger(name).setLevel(level.upper())


def _renderer(form: str, out: TextIO) -> structlog.typing.Processor:
    if form == "console" or (form == "auto" and out.isatty()):
        return structlog.dev.ConsoleRenderer(colors=out.isatty())
    return structlog.processors.JSONRenderer()


def _named(service: str, role: str) -> structlog.typing.Processor:
    def name(_logger: object, _method: str, event: EventDict) -> EventDict:
        return {**event, "service": service, "role": role}

    return name


def _errors_without_text(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Put what may be told of an error in place of the error."""
    found = event.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event.update(describe(error))
    event.pop("stack_info", None)
    for name, value in event.items():
        if isinstance(value, BaseException):
            event[name] = type(value).__name__
    return event


def _without_errors_in_text(record: logging.LogRecord) -> bool:
    """Other libraries put errors into their sentences: their class goes there instead."""
    if isinstance(record.args, tuple):
        record.args = tuple(type(arg).__name__ if isinstance(arg, BaseException) else arg for arg in record.args)
    return True


def tell_lost_errors(loop: asyncio.AbstractEventLoop) -> None:
    """Log by class what nobody caught: in tasks nobody awaited, in threads, at the end of the program."""

    def in_task(_loop: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
        error = context.get("exception")
        told = describe(error) if isinstance(error, BaseException) else {}
        _LOG.error("error in the event loop", **told)

    def in_thread(args: threading.ExceptHookArgs) -> None:
        _LOG.error("error in a thread", **(describe(args.exc_value) if args.exc_value else {}))

    def at_the_end(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        _LOG.critical("program ends with an error", **describe(error))

    loop.set_exception_handler(in_task)
    threading.excepthook = in_thread
    sys.excepthook = at_the_end
