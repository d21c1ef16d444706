"""The register is loaded, and loaded again."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from halo_dispatch.domain.assignments import State
from halo_dispatch.domain.places import RwRef
from halo_dispatch.domain.register import Kelurahan, LoadReport, Officer, Register, Rw
from halo_dispatch.repository import register as tables
from halo_dispatch.usecases.register import load_register
from halo_events.contract.dispatch import (
    AssignmentAwaited,
    AssignmentOffered,
    OfficerChanged,
    OfficerLeft,
    OfficerRegistered,
)
from halo_events.contract.event import Event
from halo_events.contract.values import Channel
from halo_events.runtime import Database

if TYPE_CHECKING:
    from conftest import World

JATIRASA = Kelurahan("32.75.09.1006", "Jatirasa", "32.75.09", "Jatiasih", "17424")
RWS = tuple(Rw(JATIRASA.kelurahan_code, number, "synthetic") for number in ("001", "002"))
BUDI, SITI = (
    Officer(UUID(int=n), "satgas_pamor", JATIRASA.kelurahan_code, ("001",), True, name, "+628881000001", None)
    for n, name in ((1, "Petugas Satu"), (2, "Petugas Dua"))
)
BOTH = Register([JATIRASA], RWS, [BUDI, SITI])
UNCHANGED = LoadReport(0, 0, 0, 0, 0, 0, 0)


async def load(database: Database, register: Register) -> tuple[LoadReport, list[Event]]:
    """Load a register; what it changed, and what is emitted."""
    async with database.transaction() as tx:
        return await load_register(tx, register), tx.emitted


async def validities(database: Database, number: str) -> Sequence[tuple[str, bool]]:
    """The source of an RW's rows, and whether each is valid now, by their beginning."""
    async with database.transaction() as tx:
        rows = await tx.fetch(
            "SELECT source, valid_to IS NULL AS valid FROM rws WHERE rw = $1 ORDER BY valid_from", number
        )
        return [(row["source"], row["valid"]) for row in rows]


class TestLoadRegister:
    async def test_first_time(self, database: Database) -> None:
        """Everybody is registered, in one go."""
        report, emitted = await load(database, BOTH)

        assert report == replace(UNCHANGED, kelurahan_added=1, rws_added=2, registered=2)
        assert [type(event) for event in emitted] == [OfficerRegistered, OfficerRegistered]
        async with database.transaction() as tx:
            assert await tables.list_officers(tx) == {BUDI.officer_id: BUDI, SITI.officer_id: SITI}
            found = await tables.find_rw(tx, RwRef(JATIRASA.kelurahan_code, "001"))
        assert found is not None
        assert (found.kelurahan, found.source) == ("Jatirasa", "synthetic")

    async def test_twice(self, database: Database) -> None:
        """Loading the same files again changes and emits nothing."""
        await load(database, BOTH)

        assert await load(database, BOTH) == (UNCHANGED, [])

    async def test_differences(self, database: Database) -> None:
        """Who differs is changed, who is missing left; who comes back is registered again."""
        await load(database, BOTH)
        moved = replace(BUDI, on_duty=False, rws=("001", "002"), email="petugas@halopamor.example")

        report, emitted = await load(database, Register([JATIRASA], RWS, [moved]))
        back, returned = await load(database, Register([JATIRASA], RWS, [moved, SITI]))

        assert (report.changed, report.left, back.registered) == (1, 1, 1)
        assert [type(event) for event in (*emitted, *returned)] == [OfficerChanged, OfficerLeft, OfficerRegistered]
        async with database.transaction() as tx:
            assert await tables.list_officers(tx) == {BUDI.officer_id: moved, SITI.officer_id: SITI}

    async def test_validity(self, database: Database) -> None:
        """A row that is gone or differs ends; one that comes back begins anew."""
        await load(database, BOTH)
        only_first = Register([JATIRASA], RWS[:1], [BUDI, SITI])
        stated = Register([JATIRASA], [RWS[0], replace(RWS[1], source="official: perwal")], [BUDI, SITI])

        for register in (only_first, BOTH, stated):
            await load(database, register)

        assert await validities(database, "001") == [("synthetic", True)]
        assert await validities(database, "002") == [
            ("synthetic", False),
            ("synthetic", False),
            ("official: perwal", True),
        ]

    async def test_renamed_kelurahan(self, database: Database) -> None:
        """A kelurahan with another name is the same one with a new validity."""
        await load(database, BOTH)

        report, _ = await load(database, Register([replace(JATIRASA, name="Jati Rasa")], RWS, [BUDI, SITI]))

        assert (report.kelurahan_added, report.kelurahan_ended) == (1, 1)

    async def test_open_requests_of_who_left(self, world: "World", database: Database) -> None:
        """Requests that an officer who left had are named and freed, once, and his personal data is dropped."""
        await load(database, BOTH)
        offered, _ = await world.request("001")
        await world.request("001")
        held, _ = await world.request("001", channel=Channel.OFFICER, taken_by=str(BUDI.officer_id))

        report, (_, *freed) = await load(database, Register([JATIRASA], RWS, [SITI]))

        assert report == replace(UNCHANGED, left=1, freed=report.freed)
        assert [(one.request_id, one.state) for one in report.freed] == [
            (offered, State.OFFERED),
            (held, State.ACCEPTED),
        ]
        assert [type(event) for event in freed] == [AssignmentOffered, AssignmentAwaited]
        assert await load(database, Register([JATIRASA], RWS, [SITI])) == (UNCHANGED, [])
        async with database.transaction() as tx:
            row = await tx.fetchrow("SELECT phone, email, on_duty FROM officers WHERE officer_id = $1", BUDI.officer_id)
        assert row is not None
        assert dict(row) == {"phone": None, "email": None, "on_duty": False}
