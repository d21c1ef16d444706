"""The kelurahan of the city, by their names."""

import csv
from collections.abc import Mapping
from importlib import resources
from typing import Final


def _load() -> Mapping[str, str]:
    table = (resources.files(__package__) / "bekasi_kelurahan.csv").read_text(encoding="utf-8")
    rows = sorted(csv.DictReader(table.splitlines()), key=lambda row: row["kelurahan"])
    return {row["kelurahan_code"]: row["kelurahan"] for row in rows}


KELURAHAN: Final = _load()
"""Names of the 56 kelurahan of Kota Bekasi by Kemendagri's codes, in the order of their names."""


def kelurahan_name(code: str | None) -> str:
    """The name of a kelurahan; one that is not known is named by its code."""
    return KELURAHAN.get(code or "", code or "")
