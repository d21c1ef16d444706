"""Sample residents: plainly synthetic people with legal numbers, made from a seed."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

WORDS: Final = (
    "Melati",
    "Kenanga",
    "Dahlia",
    "Cempaka",
    "Mawar",
    "Anggrek",
    "Teratai",
    "Flamboyan",
    "Kamboja",
    "Seruni",
)
STREETS: Final = ("Jl. Contoh Raya", "Jl. Contoh Dalam", "Gg. Contoh", "Perum Contoh Asri Blok C")
NOTES: Final = (
    "Contoh: rumah pagar hijau",
    "Contoh: mohon datang sore hari",
    "Contoh: ibu di rumah sulit berjalan",
    "Contoh: telepon dulu sebelum datang",
)
FIRST_BIRTH: Final = date(1938, 1, 1)
LAST_BIRTH: Final = date(2007, 12, 31)
WOMEN_DAY: Final = 40
"""What the NIK of a woman adds to her day of birth."""
NOWHERE: Final = "327599"
"""A kecamatan that does not exist, so the number is nobody's."""


@dataclass(frozen=True)
class House:
    """Where a resident lives."""

    kelurahan_code: str
    rw: str
    rt: str


def make_resident(rng: random.Random, number: int, house: House) -> dict[str, Any]:
    """Make the `resident` part of a `request.filed`; `number` (1 to 9999) keeps phones and e-mails apart."""
    resident = {
        "name": f"Contoh {rng.choice(WORDS)} {number:04d}",
        "nik": make_nik(rng, number),
        "kk": f"{NOWHERE}{_birth(rng):%d%m%y}{number:04d}",
        "phone": _phone(rng, number),
        "address": f"{rng.choice(STREETS)} No. {rng.randint(1, 120)} RT {house.rt}/RW {house.rw}",
    }
    if number % 5 == 0:
        resident["email"] = f"warga{number:04d}@contoh.example"
    return resident


def make_nik(rng: random.Random, number: int) -> str:
    """Make a NIK of somebody born in 1938 to 2007; `number` is its serial and may not be 0."""
    born = _birth(rng)
    day = born.day + (WOMEN_DAY if rng.random() < 0.5 else 0)  # noqa: PLR2004 - half of the people are women
    return f"{NOWHERE}{day:02d}{born:%m%y}{number:04d}"


def _birth(rng: random.Random) -> date:
    return FIRST_BIRTH + timedelta(days=rng.randrange((LAST_BIRTH - FIRST_BIRTH).days))


def _phone(rng: random.Random, number: int) -> str:
    """Write a mobile number in one of the ways people write it."""
    tail = f"{number:04d}"
    forms = (f"+62888200{tail}", f"0888200{tail}", f"0888-200-{tail}", f"62888200{tail}", f"+62 888 200 {tail}")
    return rng.choice(forms)
