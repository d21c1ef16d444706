"""Bodies of papers."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from halo_events.contract.documents import Purpose
from halo_events.contract.event import Code
from pydantic import AwareDatetime, Field, model_validator
from pydantic_core import PydanticCustomError

from halo_documents.domain.papers import PHOTOS, Announcement, MediaType, PaperState
from halo_documents.schemas.body import Body


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
    """A paper. `reason` says why it is awaited again or quarantined; `sha256` is there once it was checked.

    `superseded_at`: since then its row is asked again, and it counts no more. `size` is null until the file was read
    where it was announced on a page, which can't say it.
    """

    paper_id: UUID
    purpose: str
    item_id: UUID | None
    row: str | None
    media_type: str
    size: int | None
    state: PaperState
    reason: str | None
    sha256: str | None
    superseded_at: datetime | None


class LinkAnswer(Body):
    """Where to read a cleared paper, and until when."""

    url: str
    expires_at: AwareDatetime
