"""Two kinds of failure: the infrastructure's, which passes and is waited for, and the event's own, which stays."""

import asyncio
import errno
from typing import Final

import asyncpg
from aiokafka.errors import KafkaError
from pydantic import ValidationError

_PASSING_CLASSES: Final = ("08", "40", "53", "58", "57P")
"""SQLSTATE classes: connection, rollback, resources, system, and the operator's intervention (shutdown, crash)."""

_PASSING_STATES: Final = frozenset({"55P03", "57014", "25P03", "57P05"})
"""Lock and statement time-outs, and the time-outs that end a frozen process's sessions."""


class GoneError(Exception):
    """The positions in memory no longer agree with the database: they are to be read again."""


def is_infrastructure(error: BaseException) -> bool:
    """Whether an error lies with the broker, the database or the network, so that waiting mends it.

    An allow-list: everything else is the fault of the event or of our code, and trying for ever would stop all.
    """
    if isinstance(error, asyncpg.PostgresError):
        state = error.sqlstate or ""
        return state.startswith(_PASSING_CLASSES) or state in _PASSING_STATES
    if isinstance(error, asyncpg.InterfaceError):
        return not isinstance(error, asyncpg.DataError | ValueError) and _says_gone(error)
    # asyncpg's protocol loses its step when a session is ended at the wrong moment: a new connection mends it
    passing = OSError | asyncio.TimeoutError | KafkaError | GoneError | asyncpg.InternalClientError
    return isinstance(error, passing)


def _says_gone(error: asyncpg.InterfaceError) -> bool:
    """Asyncpg has one class for a lost connection and for a misuse: its own fixed words tell which."""
    text = str(error)
    return "closed" in text or "closing" in text or ("connection" in text and "released" in text)


def describe(error: BaseException) -> dict[str, str]:
    """What may be told of an error: class, errno, SQLSTATE, constraint, field paths and place; never its text.

    Texts of pydantic and PostgreSQL carry what the record held, which may be personal data.
    """
    if isinstance(error, BaseExceptionGroup):
        return describe(error.exceptions[0]) | {"of": str(len(error.exceptions))}
    said = {"error": type(error).__name__}
    if isinstance(error, OSError) and error.errno is not None and error.errno in errno.errorcode:
        said["errno"] = errno.errorcode[error.errno]
    if isinstance(error, asyncpg.PostgresError):
        said["sqlstate"] = error.sqlstate or ""
        constraint = getattr(error, "constraint_name", None)
        if constraint:
            said["constraint"] = constraint
    if isinstance(error, ValidationError):
        said["fields"] = ", ".join(
            f"{'.'.join(str(part) for part in fault['loc'])}: {fault['type']}"
            for fault in error.errors(include_input=False, include_context=False, include_url=False)[:10]
        )
    place = _place(error)
    if place:
        said["place"] = place
    return said


def _place(error: BaseException) -> str:
    """File and line of the innermost frame of our own code."""
    found = ""
    trace = error.__traceback__
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "")
        if module.startswith("halo_"):
            found = f"{module}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found
