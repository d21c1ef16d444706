"""The register of a small kelurahan: two officers of one RW, one of its neighbour, and a coordinator."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import UUID

from halo_demo.register import COLUMNS
from halo_dispatch.app import load_register
from halo_events.runtime import Database

KELURAHAN: Final = "32.75.09.1006"
OFFICERS: Final = {UUID(int=number, version=4): rw for number, rw in ((1, "001"), (2, "001"), (3, "002"))}
COORDINATOR: Final = UUID(int=9, version=4)
_KELURAHAN_FILE: Final = f"""kecamatan_code,kecamatan,kelurahan_code,kelurahan,postal_code
32.75.09,Jatiasih,{KELURAHAN},Jatirasa,17424
"""
_RW_FILE: Final = f"kelurahan_code,rw,source\n{KELURAHAN},001,synthetic\n{KELURAHAN},002,synthetic\n"


@dataclass
class Register:
    """The files that the kelurahan keeps, in a folder."""

    folder: Path
    on_duty: list[UUID] = field(default_factory=lambda: list(OFFICERS))

    @staticmethod
    def name(officer_id: UUID | None) -> str:
        """What the story calls an officer."""
        return f"officer {list(OFFICERS).index(officer_id) + 1}" if officer_id in OFFICERS else "nobody"

    async def load(self, database: Database, leaver: UUID | None = None) -> None:
        """Load the register, from now on without this officer."""
        self.on_duty = [one for one in self.on_duty if one != leaver]
        files = {"kelurahan": _KELURAHAN_FILE, "rw": _RW_FILE, "officers": _officers_file(self.on_duty)}
        paths = {name: self.folder / f"{name}.csv" for name in files}
        for name, text in files.items():
            paths[name].write_text(text, encoding="utf-8")
        await load_register(database, **paths)


def _officers_file(officers: Sequence[UUID]) -> str:
    rows = [",".join(COLUMNS), f"{COORDINATOR},coordinator,{KELURAHAN},,true,Koordinator Contoh,+628881000009,"]
    rows += [
        f"{one},satgas_pamor,{KELURAHAN},{OFFICERS[one]},true,Petugas Contoh,+62888100000{one.int % 10},"
        for one in officers
    ]
    return "\n".join(rows) + "\n"
