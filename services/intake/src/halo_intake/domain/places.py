"""The kelurahan that HALO PAMOR serves, and the form of RW and RT numbers."""

import csv
import re
from importlib import resources
from typing import Final

_NUMBER: Final = re.compile(r"[0-9]{1,3}")


def _load() -> frozenset[str]:
    table = (resources.files(__package__) / "bekasi_kelurahan.csv").read_text(encoding="utf-8")
    return frozenset(row["kelurahan_code"] for row in csv.DictReader(table.splitlines()))


KELURAHAN_CODES: Final = _load()
"""Kemendagri's codes of the 56 kelurahan of Kota Bekasi. They have holes: membership is the only test."""


def read_number(text: str) -> str | None:
    """Number of an RW or RT in three digits; None unless it is 1 to 999 in ASCII digits.

    Whether an RW exists is dispatch's business: the register moves.
    """
    value = text.strip()
    if not _NUMBER.fullmatch(value) or int(value) == 0:
        return None
    return value.zfill(3)
