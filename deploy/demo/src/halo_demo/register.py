"""The register of officers for the demo: one Satgas Pamor officer per RW, one coordinator per kelurahan."""

import csv
import json
import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from halo_demo.residents import WORDS

COLUMNS: Final = ("officer_id", "role", "kelurahan_code", "rws", "on_duty", "name", "phone", "email")
OFF_DUTY_EVERY: Final = 60
"""One officer in so many is off duty."""


@dataclass(frozen=True)
class Officer:
    """Somebody of the register; `rws` is empty for a coordinator."""

    officer_id: UUID
    role: str
    kelurahan_code: str
    rws: tuple[str, ...]
    on_duty: bool


@dataclass(frozen=True)
class Register:
    """Who serves where."""

    officers: dict[UUID, Officer]
    coordinators: dict[str, Officer]
    """By kelurahan."""

    def on_duty(self, kelurahan_code: str) -> list[Officer]:
        """List the officers of a kelurahan who work today, by RW."""
        return [each for each in self.officers.values() if each.kelurahan_code == kelurahan_code and each.on_duty]


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file with a header line."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def make_register(rw_file: Path, seed: int) -> Register:
    """Make the officers of all RW in the file. Equal seeds give equal people."""
    rng = random.Random(seed)  # noqa: S311 - sample data, not a secret
    rows = read_rows(rw_file)
    officers = [
        Officer(_new_id(rng), "satgas_pamor", row["kelurahan_code"], (row["rw"],), number % OFF_DUTY_EVERY != 0)
        for number, row in enumerate(rows, start=1)
    ]
    codes = sorted({row["kelurahan_code"] for row in rows})
    coordinators = [Officer(_new_id(rng), "coordinator", code, (), on_duty=True) for code in codes]
    return Register({each.officer_id: each for each in officers}, {each.kelurahan_code: each for each in coordinators})


def write_register(register: Register, path: Path) -> None:
    """Write the file that `load-register --officers` reads."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        rows.writerows(_rows(_everybody(register)))


def write_people(register: Register, path: Path) -> None:
    """Write the people whom the issuer's sign-in page offers: those of the service point, then the register."""
    desk = [("operator-1", "operator", "Operator Contoh"), ("clerk-1", "clerk", "Petugas Meja Contoh")]
    people = [{"sub": sub, "roles": [role], "kelurahan_codes": [], "name": name} for sub, role, name in desk]
    for number, each in enumerate(_everybody(register), start=1):
        role = "coordinator" if each.role == "coordinator" else "officer"
        name = " ".join((_name(number), *(f"RW {rw}" for rw in each.rws)))
        people.append({
            "sub": str(each.officer_id), "roles": [role], "kelurahan_codes": [each.kelurahan_code], "name": name
        })  # fmt: skip
    path.write_text(json.dumps(people), encoding="utf-8")


def _everybody(register: Register) -> list[Officer]:
    return [*register.officers.values(), *register.coordinators.values()]


def _name(number: int) -> str:
    return f"Petugas Contoh {WORDS[number % len(WORDS)]} {number:04d}"


def _rows(officers: Iterable[Officer]) -> Iterable[tuple[str, ...]]:
    for number, each in enumerate(officers, start=1):
        yield (
            str(each.officer_id),
            each.role,
            each.kelurahan_code,
            " ".join(each.rws),
            str(each.on_duty).lower(),
            _name(number),
            f"+62888100{number:04d}",
            f"petugas{number:04d}@halopamor.example",
        )


def _new_id(rng: random.Random) -> UUID:
    return UUID(int=rng.getrandbits(128), version=4)
