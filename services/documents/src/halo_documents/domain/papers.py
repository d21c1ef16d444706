"""Papers: what may be uploaded, what becomes of an upload, what a check finds."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from halo_events.contract.documents import Purpose, QuarantineReason

MIB: Final = 1024 * 1024
"""Bytes of a mebibyte."""

CHECKS: Final = ("size", "type", "structure")
"""What every cleared paper passed: it is as long as announced, of the announced type, and opens whole."""

LEASE: Final = timedelta(seconds=30)
"""How long a worker has a paper to itself; then another may take it."""

CHECK_LIMIT: Final = timedelta(seconds=15)
"""How long a worker begins to write papers: so far below the lease that two never write one paper."""

ATTEMPTS: Final = 5
"""Tries that end without an answer, after which the officer is asked for another file."""


KEEP_UPLOADS: Final = timedelta(days=7)
"""How long after its announcement an upload is known that was checked or lapsed."""


class MediaType(StrEnum):
    """Types of files that are taken."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    PDF = "application/pdf"


PHOTOS: Final = frozenset({MediaType.JPEG, MediaType.PNG})
"""Types that a photo of the delivery may have."""

UNKNOWN_TYPE: Final = "application/octet-stream"
"""What a file is when nobody can say what it is."""


class PaperState(StrEnum):
    """How far a paper is, as a reader sees it."""

    AWAITED = "awaited"
    STORED = "stored"
    EXPIRED = "expired"
    CLEARED = "cleared"
    QUARANTINED = "quarantined"


class UploadProblem(StrEnum):
    """Why an upload is awaited again."""

    NOT_FOUND = "not_found"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_CHECKABLE = "not_checkable"


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on uploads: bytes of a paper, papers of a request and round, how long a form and a link are good.

    Proofs of delivery have places of their own: whatever was brought for the items, the delivery can be proved.
    """

    paper_bytes: int = 10 * MIB
    papers: int = 200
    proofs: int = 20
    form: timedelta = timedelta(minutes=15)
    link: timedelta = timedelta(minutes=5)

    def of(self, purpose: Purpose) -> int:
        """Most papers for a purpose; as many again may fail."""
        return self.proofs if purpose is Purpose.DELIVERY_PROOF else self.papers


@dataclass(frozen=True, slots=True)
class Tally:
    """Papers of one purpose: `held` were cleared or may yet be, `failed` were quarantined or lapsed."""

    held: int
    failed: int


@dataclass(frozen=True, slots=True)
class Announcement:
    """What an officer says of the file he is about to upload.

    `size` is in bytes; None where he could not say it, as in a page without scripts: then any size within the limit
    will do.
    """

    purpose: Purpose
    media_type: MediaType
    size: int | None
    item_id: UUID | None = None
    row: str | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was announced. `expires_at` is when its form lapses."""

    paper_id: UUID
    request_id: UUID
    round: int
    announced: Announcement
    officer_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """An upload that a worker has to itself until `lease_until`."""

    upload: Upload
    stored_at: datetime
    lease_until: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: hash, size in bytes and type by the content; `reason` where nobody may open the paper.

    `checks` are those that a paper which may be opened passed.
    """

    claim: Claim
    sha256: str
    size: int
    media_type: str
    reason: QuarantineReason | None = None
    checks: tuple[str, ...] = CHECKS


@dataclass(frozen=True, slots=True)
class Setback:
    """A check that found nothing to check: the upload is awaited again."""

    claim: Claim
    problem: UploadProblem


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as a reader sees it.

    `size` in bytes, None until the file was read where nobody announced it; `sha256` once it was checked, `reason`
    where something is wrong. One that is superseded was asked for again and counts no more.
    """

    paper_id: UUID
    request_id: UUID
    purpose: str
    item_id: UUID | None
    row: str | None
    media_type: str
    size: int | None
    state: PaperState
    reason: str | None
    sha256: str | None
    superseded_at: datetime | None = None


def judge(announced: Announcement, size: int, media_type: str) -> QuarantineReason | None:
    """Compare what was found with what is allowed and what was announced; None where all agrees."""
    if media_type not in set(MediaType):
        return QuarantineReason.TYPE_NOT_ALLOWED
    if media_type != announced.media_type:
        return QuarantineReason.TYPE_MISMATCH
    if announced.size is not None and size != announced.size:
        return QuarantineReason.SIZE_MISMATCH
    return None
