"""HTTP bodies."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from halo_events.contract.intake import CancelReason, PublicStatus, ReopenReason
from halo_events.contract.values import DocumentKind
from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, RootModel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from halo_intake.domain.filing import MOST_DOCUMENTS, Filing

EXAMPLE: Final = {
    "channel": "call_desk",
    "documents": ["akta_kelahiran", "kartu_keluarga", "kia"],
    "kelurahan_code": "32.75.09.1006",
    "rw": "7",
    "rt": "3",
    "target_group": "elderly",
    "on_behalf": {"relation": "parent", "authority": "family"},
    "resident": {
        "name": "Contoh Warga",
        "kk": "3275990101900001",
        "phone": "0812-3456-7890",
        "address": "Jl. Contoh No. 1",
    },
}


class FilingBody(RootModel[dict[str, Any]]):
    """A request to be filed.

    The body is any object here: the rules for its content are those of the boundary with e-OPen, and they name all
    faults at once. What they want is what the schema shows.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Show the schema of the filing that the content is checked against."""
        return {**handler(Filing.__pydantic_core_schema__), "examples": [EXAMPLE]}


class _Body(BaseModel):
    """Fields that nobody knows are refused, so that a misspelt one is not lost."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class CancelBody(_Body):
    """Why the resident no longer wants what he asked for."""

    reason: Annotated[CancelReason, Field(examples=["no_longer_needed"])]


class ReopenBody(_Body):
    """Why a request begins anew, and which of its documents are wanted; without `documents` all of them."""

    reason: Annotated[ReopenReason, Field(examples=["wrong_data"])]
    documents: Annotated[
        tuple[DocumentKind, ...] | None, Field(min_length=1, max_length=MOST_DOCUMENTS, examples=[["ktp_el"]])
    ] = None


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class Sentence(_Answer):
    """One sentence in Indonesian and in English."""

    id: str
    en: str


class Doubt(_Answer):
    """What deserves a second look, though the request is taken."""

    field: str
    code: str
    message: str
    message_id: str


class RequestFiledAnswer(_Answer):
    """The number of a new request."""

    request_id: UUID
    tracking_no: str
    status: PublicStatus
    warnings: list[Doubt] = []


class CancelAnswer(_Answer):
    """Cancelling was asked for. `status` is that of now; it becomes `cancelled` once the papers are back."""

    request_id: UUID
    tracking_no: str
    status: PublicStatus


class ReopenAnswer(_Answer):
    """The round that began."""

    request_id: UUID
    tracking_no: str
    round: int
    status: PublicStatus
    documents: list[str]


class RequestStatus(_Answer):
    """How far a request is: what everybody with the tracking number may see, and no personal data.

    `documents` are those that the present round is about: after a re-opening those that are wanted again.
    """

    tracking_no: str
    status: PublicStatus
    since: datetime
    next: Sentence
    documents: list[str]
