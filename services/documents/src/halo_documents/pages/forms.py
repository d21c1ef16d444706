"""What browsers send: the forms of documents as models."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Final, Self
from uuid import UUID

from halo_events.contract.documents import HoldReason, RejectionReason, RevisionReason
from halo_events.contract.event import Code, Round
from halo_events.contract.values import DocumentKind
from pydantic import BaseModel, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from halo_documents.domain.papers import PHOTOS, MediaType
from halo_documents.schemas import Revised

_MOST: Final = 10
_Count = Annotated[int, Field(ge=0, le=_MOST)]


class NeedForm(BaseModel):
    """How many documents of each kind are needed, in the round that the page showed."""

    round: Round | None = None
    ktp_el: _Count = 0
    kartu_keluarga: _Count = 0
    kia: _Count = 0
    akta_kelahiran: _Count = 0
    akta_kematian: _Count = 0

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not 1 <= len(self.kinds()) <= _MOST:
            raise PydanticCustomError(
                "count_of_documents",
                "Give 1 to 10 documents in all.",
                {"message_id": "Isi 1 sampai 10 dokumen seluruhnya."},
            )
        return self

    def kinds(self) -> list[DocumentKind]:
        """Each document that is needed."""
        return [kind for kind in DocumentKind for _ in range(getattr(self, kind.value))]


def counts(documents: Sequence[str]) -> dict[str, int]:
    """How many of each kind the request asks for; kinds that are not known here are left out."""
    asked = Counter(documents)
    return {kind.value: asked[kind.value] for kind in DocumentKind}


class PaperForm(BaseModel):
    """A file that is about to be chosen: for a row of an item, or as a proof of delivery."""

    media_type: MediaType
    item_id: UUID | None = None
    row: Code | None = None

    @model_validator(mode="after")
    def _proof_is_photo(self) -> Self:
        if self.item_id is None and self.media_type not in PHOTOS:
            raise PydanticCustomError(
                "photo_wanted", "A proof of delivery is a photo.", {"message_id": "Bukti penyerahan berupa foto."}
            )
        return self


class IssueForm(BaseModel):
    """The number of a document."""

    issue_number: Code


class PrintForm(BaseModel):
    """The serial of a blank."""

    blank_serial: Code | None = None


class HoldForm(BaseModel):
    """What an item waits for."""

    hold_reason: HoldReason


class RejectForm(BaseModel):
    """Why an item is not brought."""

    rejection_reason: RejectionReason


def _row_and_reason(text: object) -> object:
    row, _, reason = str(text).partition(":")
    return {"row": row, "reason": reason}


class ReviseForm(BaseModel):
    """The rows that are asked again, as `row:reason`; rows that stay are empty fields."""

    rows: Annotated[
        tuple[Annotated[Revised, BeforeValidator(_row_and_reason)], ...], Field(min_length=1, max_length=50)
    ]

    def reasons(self) -> dict[str, RevisionReason]:
        """The reason of each row."""
        return {one.row: one.reason for one in self.rows}


class HandoverForm(BaseModel):
    """Printed items that are laid ready."""

    items: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=_MOST)]
