"""Bodies of the operator's desk."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from halo_events.contract.documents import HoldReason, RejectionReason, RevisionReason
from halo_events.contract.event import Code
from halo_events.contract.values import DocumentKind
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from halo_documents.domain.dossiers import ItemState
from halo_documents.schemas.body import Body, ReasonView


class DeskItem(Body):
    """An item that waits at the desk, since when, and whose request it is. `held`: what it waits for.

    `cancel_requested`: the resident asked to cancel, and was not answered yet.
    """

    item_id: UUID
    request_id: UUID
    kind: DocumentKind
    state: ItemState
    since: datetime
    tracking_no: str | None
    kelurahan_code: str | None
    held: ReasonView | None
    cancel_requested: bool


class ItemAnswer(Body):
    """An item's state after the step."""

    item_id: UUID
    state: ItemState


class Issue(Body):
    """The number that the population administration gave the document."""

    issue_number: Code


class Print(Body):
    """The numbered blank: mandatory for KTP-el and KIA."""

    blank_serial: Code | None = None


class Revised(Body):
    """A row of the item's checklist that is asked again, and what is wrong with its papers."""

    row: Code
    reason: RevisionReason


class Revision(Body):
    """The rows that are asked again; the papers of all others stay."""

    rows: Annotated[tuple[Revised, ...], Field(min_length=1, max_length=30)]

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        if len({one.row for one in self.rows}) != len(self.rows):
            raise PydanticCustomError(
                "row_twice", "Name each row once.", {"message_id": "Sebutkan setiap persyaratan satu kali."}
            )
        return self


class Hold(Body):
    """What the item waits for."""

    reason: HoldReason


class Rejection(Body):
    """Why the item is not brought; while its papers are collected `papers_never_came` alone."""

    reason: RejectionReason
