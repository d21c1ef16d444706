"""The composition root: what is declared holds, and the register loads from real files."""

import csv
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from halo_dispatch.app import COMMANDS, LISTED, NOT_FOLDED, build, load_register
from halo_dispatch.settings import Settings
from halo_dispatch.usecases.leaving import FREED_AT_ONCE
from halo_events import topics
from halo_events.contract.dispatch import AssignmentOffered
from halo_events.runtime import Database
from halo_service.service import CommandError, Service
from halo_service.testing import local_settings
from structlog.testing import capture_logs

if TYPE_CHECKING:
    from conftest import World

DATA = Path(__file__).parents[3] / "data"


@pytest.fixture
def faulty(officers: Path, tmp_path: Path) -> Path:
    """The same people, one of them in an RW that does not exist."""
    path = tmp_path / "faulty.csv"
    path.write_text(officers.read_text(encoding="utf-8").replace(",001,true,", ",999,true,", 1), "utf-8")
    return path


@pytest.fixture
def officers(tmp_path: Path) -> Path:
    """One officer per RW of the city's file, and one coordinator per kelurahan."""
    with (DATA / "bekasi_rw.csv").open(encoding="utf-8", newline="") as file:
        rows = [(row["kelurahan_code"], row["rw"]) for row in csv.DictReader(file)]
    path = tmp_path / "officers.csv"
    people = [("satgas_pamor", *row) for row in rows] + [("coordinator", code, "") for code in sorted(dict(rows))]
    lines = [
        f"{UUID(int=number)},{role},{code},{rw},true,Petugas Contoh {number},+62888100{number:04d},"
        for number, (role, code, rw) in enumerate(people, 1)
    ]
    header = "officer_id,role,kelurahan_code,rws,on_duty,name,phone,email"
    path.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    return path


def without(officers: Path, officer_id: UUID) -> Path:
    """A file of the same people but one."""
    lines = officers.read_text(encoding="utf-8").splitlines(keepends=True)
    path = officers.with_name("fewer.csv")
    path.write_text("".join(line for line in lines if not line.startswith(str(officer_id))), encoding="utf-8")
    return path


async def load(database: Database, officers: Path) -> None:
    """Run the command on the city's files."""
    kelurahan, rw = DATA / "bekasi_kelurahan.csv", DATA / "bekasi_rw.csv"
    await load_register(database, kelurahan=kelurahan, rw=rw, officers=officers)


async def count(database: Database, table: str) -> int:
    """How many rows a table has."""
    async with database.transaction() as tx:
        return int(await tx.fetchval(f"SELECT count(*) FROM {table}"))  # noqa: S608


class TestBuild:
    def test_topics(self, service: Service) -> None:
        """Dispatch reads intake's and documents' topics and no other."""
        assert service.handlers.topics == (topics.DOSSIERS, topics.REQUESTS)

    async def test_not_folded(self, database: Database) -> None:
        """What is declared not folded are tables that exist."""
        async with database.transaction() as tx:
            rows = await tx.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        assert set(NOT_FOLDED) <= {row["tablename"] for row in rows}

    def test_command(self) -> None:
        """The register is loaded by a command of its own."""
        assert list(COMMANDS) == ["load-register"]
        assert build(local_settings(Settings)).name == "dispatch"


class TestLoadRegister:
    async def test_freed(self, world: "World", database: Database, officers: Path) -> None:
        """The command says how many requests it freed of officers who left, and names the first of them."""
        await load(database, officers)
        request_id, (offered, *_) = await world.request("001")
        assert isinstance(offered, AssignmentOffered)
        await world.many(FREED_AT_ONCE, offered.officer_id, "accepted")

        with capture_logs() as logs:
            await load(database, without(officers, offered.officer_id))

        loaded, offers, held = logs
        assert (loaded["left"], loaded["freed"]) == (1, FREED_AT_ONCE + 1)
        assert (offers["was"], offers["requests"], offers["ids"]) == ("offered", 1, [str(request_id)])
        assert (held["was"], held["requests"], len(held["ids"])) == ("accepted", FREED_AT_ONCE, LISTED)

    async def test_the_city(self, database: Database, officers: Path) -> None:
        """56 kelurahan, 1,018 RW and 1,074 people are loaded; a second time nothing is published."""
        await load(database, officers)
        await load(database, officers)

        assert await count(database, "kelurahan") == 56
        assert await count(database, "rws") == 1018
        assert await count(database, "officers") == 1074
        assert await count(database, "events.outbox") == 1074

    async def test_faults(self, database: Database, faulty: Path) -> None:
        """With a fault nothing is loaded, and the fault is told."""
        with pytest.raises(CommandError, match=r"^faulty\.csv:2: rws: bekasi_rw\.csv has no RW 999"):
            await load(database, faulty)

        assert await count(database, "rws") == 0
