"""Which errors are waited out, and what is told of an error: never its text, which may hold personal data."""

import asyncio

import asyncpg
import pytest
from aiokafka import errors as kafka_errors
from halo_events.contract.values import Resident
from halo_events.errors import EnvelopeError, NotYetError
from halo_events.runtime import Database, describe, is_infrastructure
from halo_events.runtime.failure import GoneError
from halo_events.runtime.holds import STOPPED_AFTER, Holds
from halo_events.runtime.incoming import Incoming, Slot, Verdict
from halo_events.runtime.relay import LeadLostError
from halo_events.runtime.transaction import RowCountError
from pydantic import BaseModel, ConfigDict, ValidationError

NIK = "3275990101900001"


@pytest.mark.parametrize(
    ("state", "passes"),
    [
        ("08006", True),  # connection failure
        ("40001", True),  # serialization failure
        ("40P01", True),  # deadlock
        ("53300", True),  # too many connections
        ("55P03", True),  # lock not available
        ("57P01", True),  # administrator's shutdown
        ("57P05", True),  # idle session time-out
        ("57014", True),  # statement time-out
        ("58030", True),  # input or output of the server
        ("25P03", True),  # idle in transaction time-out
        ("22021", False),  # a NUL in a text
        ("22003", False),  # a number out of range
        ("23502", False),  # not null
        ("23505", False),  # unique
        ("42P01", False),  # no such table
        ("54000", False),  # a limit of the program, such as the length of an index row
        ("P0001", False),  # raised by a function
        ("XX000", False),  # an error within the server
    ],
)
def test_sqlstates(state: str, passes: bool) -> None:  # noqa: FBT001
    """What lies with the server passes; what lies with the statement stays."""
    error = asyncpg.PostgresError.new({"C": state, "M": "x"})

    assert is_infrastructure(error) is passes
    assert describe(error)["sqlstate"] == state


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (ConnectionResetError(), True),
        (TimeoutError(), True),
        (GoneError(), True),
        (LeadLostError(), True),
        (kafka_errors.KafkaConnectionError(), True),
        (kafka_errors.KafkaTimeoutError(), True),
        (kafka_errors.IllegalStateError(), True),
        (asyncpg.InterfaceError("connection is closed"), True),
        (asyncpg.InterfaceError("cannot perform operation: another operation is in progress"), False),
        (asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"), True),
        (NotYetError("cause"), False),
        (EnvelopeError("id", "is missing"), False),
        (RowCountError(0), False),
        (ValueError(), False),
        (KeyError("closed"), False),
        (asyncio.CancelledError(), False),
    ],
)
def test_other_errors(error: BaseException, passes: bool) -> None:  # noqa: FBT001
    """Broker, network and time-outs pass; faults of an event or of the code stay."""
    assert is_infrastructure(error) is passes


async def test_wrong_argument_is_a_fault(database: Database) -> None:
    """A value that does not fit a parameter is no trouble of the connection, whatever its text says."""
    with pytest.raises(asyncpg.DataError) as refused:
        async with database.transaction() as tx:
            await tx.fetchval("SELECT $1::int", "closed connection")

    assert not is_infrastructure(refused.value)


@pytest.mark.parametrize("sql", ["SELECT pg_terminate_backend(pg_backend_pid())", "SELECT pg_sleep(9)"])
async def test_lost_connection_passes(database: Database, sql: str) -> None:
    """A session that ends in mid-transaction, or a statement that takes too long, is waited out."""

    async def run() -> None:
        async with database.transaction() as tx:
            await tx.execute("SET LOCAL statement_timeout = '50ms'")
            await tx.execute(sql)

    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)) as broken:
        await run()

    assert is_infrastructure(broken.value)


def test_validation_error() -> None:
    """Of a validation error the fields are told, and not what they held."""

    class Careless(BaseModel):
        model_config = ConfigDict(hide_input_in_errors=False)
        nik: int

    for model, data in (
        (Resident, {"name": "Siti Contoh", "nik": f"{NIK}x", "phone": NIK}),
        (Careless, {"nik": "Siti"}),
    ):
        with pytest.raises(ValidationError) as refused:
            model.model_validate(data)
        told = describe(refused.value)
        assert "Siti" not in str(told)
        assert NIK not in str(told)
        assert "nik: " in told["fields"]


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO people VALUES ($1), ($1)",
        "INSERT INTO people SELECT NULL WHERE $1::text <> ''",
        "SELECT ($1::text || 'x')::bigint",
        "SELECT $1::text::uuid",
    ],
)
async def test_database_error(database: Database, sql: str) -> None:
    """PostgreSQL's texts and details hold values; state, constraint and place don't."""
    async with database.transaction() as tx:
        await tx.execute("CREATE TABLE people (nik text PRIMARY KEY)")
    with pytest.raises(asyncpg.PostgresError) as refused:
        async with database.transaction() as tx:
            await tx.execute(sql, NIK)
    told = describe(refused.value)

    assert NIK not in str(told)
    assert told["error"] == type(refused.value).__name__
    assert told["place"].startswith("halo_events.runtime.transaction:")
    if told["sqlstate"] == "23505":
        assert told["constraint"] == "people_pkey"


def test_stopped_partition_tells_no_text() -> None:
    """What health says of a stopped partition holds nothing of the record."""
    slot = Slot("t", 3)
    holds = Holds()
    for _ in range(STOPPED_AFTER):
        assert holds.troubles() == {}
        holds.hold(slot, [Incoming(slot, 7, 0, Verdict.UNDECODABLE)], LookupError(NIK))

    assert holds.troubles() == {"t/3": "stopped at offset 7: LookupError"}
    holds.release(slot)
    assert holds.troubles() == {}


def test_group() -> None:
    """Of several errors at once the first is told, and how many they are."""
    told = describe(ExceptionGroup("327599 must not be seen", [ValueError("327599"), KeyError("327599")]))

    assert (told["error"], told["of"]) == ("ValueError", "2")
    assert "327599" not in str(told)
