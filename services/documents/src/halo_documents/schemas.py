"""HTTP bodies of documents."""

from datetime import datetime
from typing import Annotated, Final, Self
from uuid import UUID

from halo_events.contract.documents import Purpose
from halo_events.contract.event import Code
from halo_events.contract.values import Bilingual, DocumentKind
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, model_validator
from pydantic_core import PydanticCustomError

from halo_documents.domain.dossiers import ItemState
from halo_documents.domain.papers import PHOTOS, Announcement, MediaType, PaperState


class Body(BaseModel):
    """A body: unknown fields of a request are refused, so that no typing error goes unseen."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Wanted(Body):
    """One document that is needed."""

    kind: DocumentKind


class Need(Body):
    """What is needed, as found out at the house. Two children need two items of one kind."""

    items: Annotated[tuple[Wanted, ...], Field(min_length=1, max_length=10)]


class RecordedItem(Body):
    """An item of the dossier."""

    item_id: UUID
    kind: DocumentKind


class NeedAnswer(Body):
    """The dossier that was opened."""

    items: tuple[RecordedItem, ...]
    checklist_version: str


class NewPaper(Body):
    """A file that is about to be uploaded; `size` is in bytes.

    A `requirement` names its item and the row of the item's checklist; a `delivery_proof` is a photo and names neither.
    """

    purpose: Purpose
    item_id: UUID | None = None
    row: Code | None = None
    media_type: MediaType
    size: Annotated[int, Field(ge=1, le=2**40)]

    @model_validator(mode="after")
    def _fits_purpose(self) -> Self:
        named = self.item_id is not None, self.row is not None
        if self.purpose is Purpose.REQUIREMENT and not all(named):
            raise PydanticCustomError(
                "row_missing",
                "Name the item and the row of its checklist.",
                {"message_id": "Sebutkan dokumen dan persyaratannya."},
            )
        if self.purpose is Purpose.DELIVERY_PROOF and (any(named) or self.media_type not in PHOTOS):
            raise PydanticCustomError(
                "photo_wanted",
                "A proof of delivery is a photo, without item and row.",
                {"message_id": "Bukti penyerahan berupa foto, tanpa dokumen dan persyaratan."},
            )
        return self

    def announcement(self) -> Announcement:
        """The same as a value of the domain."""
        return Announcement(self.purpose, self.media_type, self.size, self.item_id, self.row)


class UploadForm(Body):
    """Post these fields as multipart/form-data to `url`, and the file as the last one, named `file`."""

    url: str
    fields: dict[str, str]


class PaperAnswer(Body):
    """Where to upload the file, and until when."""

    paper_id: UUID
    upload: UploadForm
    expires_at: AwareDatetime


class PaperView(Body):
    """A paper. `reason` says why it is awaited again or quarantined; `sha256` is there once it was checked."""

    paper_id: UUID
    purpose: str
    item_id: UUID | None
    row: str | None
    media_type: str
    size: int
    state: PaperState
    reason: str | None
    sha256: str | None


class LinkAnswer(Body):
    """Where to read a cleared paper, and until when."""

    url: str
    expires_at: AwareDatetime


class RowView(Body):
    """A row of an item's checklist. `met`: a cleared paper of it or of an alternative lies in the dossier."""

    row: str
    title: Bilingual
    mandatory: bool
    alternatives: tuple[str, ...]
    when: Bilingual | None
    met: bool


class ItemView(Body):
    """An item with its checklist and papers."""

    item_id: UUID
    kind: DocumentKind
    state: ItemState
    since: datetime
    issue_number: str | None
    blank_serial: str | None
    checklist: tuple[RowView, ...]
    papers: tuple[PaperView, ...]


class ResidentView(Body):
    """For whom the documents are: personal data."""

    name: str
    nik: str | None
    kk: str | None
    address: str


class HandoverView(Body):
    """Items that wait for the officer, that he took, or that the desk took back."""

    handover_id: UUID
    items: tuple[UUID, ...]
    created_at: datetime
    confirmed_at: datetime | None
    withdrawn_at: datetime | None


class DossierView(Body):
    """All that documents knows of a request in its present round; what is not known yet is null or empty."""

    request_id: UUID
    round: int | None
    officer_id: UUID | None
    tracking_no: str | None
    kelurahan_code: str | None
    rw: str | None
    documents: tuple[str, ...]
    resident: ResidentView | None
    checklist_version: str | None
    checklist_to_be_confirmed: bool | None
    items: tuple[ItemView, ...]
    proofs: tuple[PaperView, ...]
    handovers: tuple[HandoverView, ...]


class NamedRow(Body):
    """A row of an item's checklist."""

    row: str
    title: Bilingual


class WaitingItem(Body):
    """An item that stays with the officer.

    `missing` are the mandatory rows for which no cleared paper lies in the dossier; `checking` are the rows, mandatory
    or not, of which a paper is being checked: the item waits for that answer too.
    """

    item_id: UUID
    kind: DocumentKind
    missing: tuple[NamedRow, ...]
    checking: tuple[NamedRow, ...]


_IN_PARTS: Final[dict[str, JsonValue]] = {
    "items": ["0b6d3c1e-4f5e-4a53-9a57-2b1f6f0c3275"],
    "waiting": [
        {
            "item_id": "7c2f9a04-1d3b-4b8e-8c55-90d1c4a7e611",
            "kind": "kia",
            "missing": [{"row": "kk", "title": {"id": "Kartu Keluarga (KK)", "en": "Family card (KK)"}}],
            "checking": [],
        }
    ],
}


class SubmitAnswer(Body):
    """The items that went to the desk, and those that wait for papers or checks and are submitted later."""

    model_config = ConfigDict(json_schema_extra={"examples": [_IN_PARTS]})

    items: tuple[UUID, ...]
    waiting: tuple[WaitingItem, ...]


class DeskItem(Body):
    """An item that waits at the desk, since when, and whose request it is."""

    item_id: UUID
    request_id: UUID
    kind: DocumentKind
    state: ItemState
    since: datetime
    tracking_no: str | None


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


class NewHandover(Body):
    """Printed items to lay ready for the officer."""

    items: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=10)]

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        if len(set(self.items)) != len(self.items):
            raise PydanticCustomError(
                "item_twice", "Name each item once.", {"message_id": "Sebutkan setiap dokumen satu kali."}
            )
        return self


class HandoverAnswer(Body):
    """A handover that waits for the officer, that he confirmed, or that the desk withdrew."""

    handover_id: UUID
    items: tuple[UUID, ...]
