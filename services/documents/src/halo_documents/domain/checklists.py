"""Checklists: which papers a kind of document asks for. Versioned data, never code."""

import tomllib
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from importlib import resources
from typing import Annotated, Self

from halo_events.contract.event import Code
from halo_events.contract.values import Bilingual, DocumentKind
from halo_service.local_time import WIB
from pydantic import BaseModel, ConfigDict, Field, model_validator


class Row(BaseModel):
    """One paper of a checklist.

    A mandatory row is met by a cleared paper of its own or of one of its `alternatives`. `when` tells the officer in
    which case an optional row is wanted; no machine evaluates it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    row: Code
    title: Bilingual
    mandatory: bool
    alternatives: tuple[Code, ...] = ()
    when: Bilingual | None = None


class Checklist(BaseModel):
    """One version of the checklists of all kinds, in force from `valid_from` until a later one begins."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    version: Code
    valid_from: date
    source: Annotated[str, Field(min_length=1, max_length=500)]
    to_be_confirmed_by_dinas: bool
    kinds: dict[DocumentKind, Annotated[tuple[Row, ...], Field(min_length=1, max_length=50)]]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        missing = sorted(set(DocumentKind) - self.kinds.keys())
        if missing:
            raise ValueError(f"checklist {self.version} lacks {', '.join(missing)}")
        for kind, rows in self.kinds.items():
            _check_rows(f"checklist {self.version}, {kind}", rows)
        return self

    def rows(self, kind: DocumentKind) -> tuple[Row, ...]:
        """The rows of a kind, in the order in which they are shown."""
        return self.kinds[kind]

    def has_row(self, kind: DocumentKind, row: str) -> bool:
        """Whether the kind's list has this row."""
        return any(known.row == row for known in self.kinds[kind])

    def missing(
        self, kind: DocumentKind, cleared: AbstractSet[str], asked: AbstractSet[str] = frozenset()
    ) -> tuple[Row, ...]:
        """The rows that are wanted and not met, in the order in which they are shown.

        A mandatory row is met by a cleared paper of its own or of an alternative. An optional row that was asked
        again is wanted too, until it has a paper, or all mandatory rows that it stands in for are met.
        """
        rows = self.kinds[kind]
        unmet = {row.row for row in rows if row.mandatory and cleared.isdisjoint({row.row, *row.alternatives})}
        for row in rows:
            if row.row in asked and not row.mandatory and row.row not in cleared:
                stands_in_for = {other.row for other in rows if row.row in other.alternatives}
                if not stands_in_for or not unmet.isdisjoint(stands_in_for):
                    unmet.add(row.row)
        return self.named(kind, unmet)

    def named(self, kind: DocumentKind, codes: AbstractSet[str]) -> tuple[Row, ...]:
        """The rows of these codes, in the order in which they are shown."""
        return tuple(row for row in self.kinds[kind] if row.row in codes)


class Checklists:
    """All versions. Raises ValueError where there is none, or two share a name or a first day."""

    def __init__(self, versions: Sequence[Checklist]) -> None:
        self._newest_first = sorted(versions, key=lambda item: item.valid_from, reverse=True)
        self._by_version = {item.version: item for item in versions}
        days = {item.valid_from for item in versions}
        if not versions or not len(versions) == len(self._by_version) == len(days):
            raise ValueError("checklists need at least one version, with names and first days of their own")

    def valid_at(self, moment: datetime) -> Checklist:
        """The version in force on the day of a moment, in Western Indonesian time. Raises LookupError before any."""
        day = moment.astimezone(WIB).date()
        for checklist in self._newest_first:
            if checklist.valid_from <= day:
                return checklist
        raise LookupError(f"no checklist is in force on {day.isoformat()}")

    def version(self, version: str) -> Checklist:
        """The version that a dossier was recorded under. Raises KeyError."""
        return self._by_version[version]


def load_checklists() -> Checklists:
    """Read and check every version that ships with the service. Raises ValueError."""
    files = (resources.files("halo_documents") / "checklists").iterdir()
    texts = [file.read_text(encoding="utf-8") for file in files if file.name.endswith(".toml")]
    return Checklists([Checklist.model_validate(tomllib.loads(text)) for text in texts])


def _check_rows(where: str, rows: Sequence[Row]) -> None:
    optional = {row.row for row in rows if not row.mandatory}
    if len({row.row for row in rows}) != len(rows):
        raise ValueError(f"{where}: a row occurs twice")
    for row in rows:
        if row.alternatives and not row.mandatory:
            raise ValueError(f"{where}: {row.row} is optional and needs no alternative")
        if not optional.issuperset(row.alternatives):
            raise ValueError(f"{where}: an alternative of {row.row} is no optional row")
