"""The register of kelurahan, RW and officers, and what differs between the file and what is known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from halo_dispatch.domain.assignments import Stranded
from halo_dispatch.errors import NotInRegisterError

SYNTHETIC: Final = "synthetic"
"""Source of an RW row that nobody stated: it stands in for the city's own list, and is shown as such."""


def officer_id_of(subject: str) -> UUID:
    """The officer or coordinator behind a token: its subject is his id, in the one spelling that events carry.

    Raises NotInRegisterError for any other subject: services compare ids as text.
    """
    try:
        officer_id = UUID(subject)
    except ValueError:
        raise NotInRegisterError from None
    if str(officer_id) != subject:
        raise NotInRegisterError
    return officer_id


@dataclass(frozen=True, slots=True)
class Kelurahan:
    """A kelurahan and its kecamatan, by Kemendagri's codes and names."""

    kelurahan_code: str
    name: str
    kecamatan_code: str
    kecamatan: str
    postal_code: str


@dataclass(frozen=True, slots=True)
class Rw:
    """An RW of a kelurahan, and who says that it exists."""

    kelurahan_code: str
    rw: str
    source: str


@dataclass(frozen=True, slots=True)
class Officer:
    """All that the register says of an officer or coordinator. `phone` is the service number, in E.164 form."""

    officer_id: UUID
    role: str
    kelurahan_code: str
    rws: tuple[str, ...]
    on_duty: bool
    name: str
    phone: str
    email: str | None


@dataclass(frozen=True, slots=True)
class Register:
    """The register as the files have it, wholly checked."""

    kelurahan: Sequence[Kelurahan]
    rws: Sequence[Rw]
    officers: Sequence[Officer]


@dataclass(frozen=True, slots=True)
class OfficerDifferences:
    """What must be told for the known officers to become those of the file, ordered by officer."""

    registered: tuple[Officer, ...]
    changed: tuple[Officer, ...]
    left: tuple[UUID, ...]


def compare_officers(known: Mapping[UUID, Officer], wanted: Sequence[Officer]) -> OfficerDifferences:
    """Compare the officers of the file with those in office. Equal ones appear nowhere."""
    ordered = sorted(wanted, key=lambda officer: officer.officer_id)
    return OfficerDifferences(
        registered=tuple(officer for officer in ordered if officer.officer_id not in known),
        changed=tuple(officer for officer in ordered if known.get(officer.officer_id, officer) != officer),
        left=tuple(sorted(known.keys() - {officer.officer_id for officer in wanted})),
    )


@dataclass(frozen=True, slots=True)
class LoadReport:
    """How many rows a load of the register changed, and which open requests officers who left had."""

    kelurahan_added: int
    kelurahan_ended: int
    rws_added: int
    rws_ended: int
    registered: int
    changed: int
    left: int
    freed: tuple[Stranded, ...] = ()
    """Others are asked now, or the kelurahan's queue has them."""
