"""What officers, coordinators and the public read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page of a list begins: after the row that changed then and has this id."""

    changed_at: datetime
    request_id: UUID


START: Final = Position(datetime(1970, 1, 1, tzinfo=UTC), UUID(int=0))
"""Before the first row."""


class ItemState(StrEnum):
    """How far a document is, as dispatch needs to know it."""

    NEEDED = "needed"
    WITH_OFFICER = "with_officer"
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A document of a request."""

    request_id: UUID
    item_id: UUID
    kind: str
    state: ItemState


@dataclass(frozen=True, slots=True)
class ResidentRow:
    """Whom to visit: personal data, for the officer asked or holding, and for the coordinator."""

    name: str
    phone: str
    address: str
    note: str | None


@dataclass(frozen=True, slots=True)
class RequestRow:
    """What a list shows of a request."""

    request_id: UUID
    tracking_no: str
    kelurahan_code: str
    rw: str
    rt: str | None
    documents: Sequence[str]
    target_group: str | None
    household_size: int | None
    language: str
    resident: ResidentRow


@dataclass(frozen=True, slots=True)
class VisitRow:
    """The latest visit of a request that was not replaced."""

    visit_id: UUID
    visit_at: datetime
    made_at: datetime | None


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """One open assignment of an officer."""

    request: RequestRow
    state: str
    due_at: datetime | None
    changed_at: datetime
    visit: VisitRow | None


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One request that waits for its coordinator."""

    request: RequestRow
    reason: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class RwRow:
    """An RW of the register, with its kelurahan's name. `source` says who claims that it exists."""

    kelurahan_code: str
    kelurahan: str
    rw: str
    source: str


@dataclass(frozen=True, slots=True)
class OfficerContact:
    """Who is my officer: name and service number."""

    name: str
    phone: str
    on_duty: bool
