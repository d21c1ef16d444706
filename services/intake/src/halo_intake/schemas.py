"""HTTP bodies."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from halo_events.contract.intake import PublicStatus
from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler, RootModel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from halo_intake.domain.filing import Filing

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


class RequestStatus(_Answer):
    """How far a request is: what everybody with the tracking number may see, and no personal data."""

    tracking_no: str
    status: PublicStatus
    since: datetime
    next: Sentence
    documents: list[str]
