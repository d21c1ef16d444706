"""Fields of the officer's forms. Those of one page differ in their names, so that each has its own place."""

from datetime import datetime
from typing import Annotated, Literal, LiteralString
from uuid import UUID

from halo_events.contract.dispatch import DeclineReason, DeliveryFailure, MissReason
from halo_events.contract.event import Text
from halo_events.contract.values import Relation
from halo_service.pages import BekasiTime
from pydantic import BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from halo_dispatch.schemas import Items


def _wanted(indonesian: str, english: LiteralString) -> BeforeValidator:
    """Say what a field wants that was left empty."""

    def check(value: object) -> object:
        if not value:
            raise PydanticCustomError("wanted", english, {"message_id": indonesian})
        return value

    return BeforeValidator(check)


def _clock(value: object) -> object:
    """Read a time; browsers that know no `datetime-local` send what was typed."""
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        raise PydanticCustomError(
            "visit_at",
            "Write date and time like this: 2026-11-24 09:30.",
            {"message_id": "Tulis tanggal dan jam seperti ini: 2026-11-24 09:30."},
        ) from None


_REASON = _wanted("Pilih alasannya.", "Choose the reason.")
_DOCUMENTS = _wanted("Centang dokumennya, paling sedikit satu.", "Tick the documents, at least one.")


class DeclineForm(BaseModel):
    """Why the officer can't take the request."""

    decline_reason: Annotated[DeclineReason, _REASON] = Field(default=None, validate_default=True)


class ReleaseForm(BaseModel):
    """A word of confirmation: what is released is cancelled for good."""

    papers_back: Annotated[
        Literal["yes"],
        _wanted("Centang bila semua berkas sudah kembali.", "Tick this once all papers are back."),
    ] = Field(default=None, validate_default=True)


class VisitForm(BaseModel):
    """When the officer comes, on the clock of Bekasi."""

    visit_at: Annotated[
        BekasiTime,
        BeforeValidator(_clock),
        _wanted("Isi tanggal dan jam kunjungan.", "Fill in date and time of the visit."),
    ] = Field(default=None, validate_default=True)


class MissForm(BaseModel):
    """Why the visit did not come about."""

    miss_reason: Annotated[MissReason, _REASON] = Field(default=None, validate_default=True)


class DeliveryForm(BaseModel):
    """What happened at the door."""

    delivered: Annotated[Items, _DOCUMENTS] = Field(default=None, validate_default=True)
    receiver: Annotated[Text, _wanted("Isi nama penerima.", "Fill in the receiver's name.")] = Field(
        default=None, validate_default=True
    )
    relation: Annotated[
        Relation, _wanted("Pilih hubungan penerima dengan warga.", "Choose what the receiver is to the resident.")
    ] = Field(default=None, validate_default=True)
    proof: Annotated[UUID, _wanted("Pilih foto bukti penyerahan.", "Choose the photo that proves the delivery.")] = (
        Field(default=None, validate_default=True)
    )
    old_card: Literal["yes"] | None = None


class FailedDeliveryForm(BaseModel):
    """Which documents could not be handed over, and why."""

    tries_seen: Annotated[int, Field(ge=0, le=1000)]
    undelivered: Annotated[Items, _DOCUMENTS] = Field(default=None, validate_default=True)
    failure: Annotated[DeliveryFailure, _REASON] = Field(default=None, validate_default=True)
