"""Facts that documents writes: the dossier of a request, its items and papers."""

from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from halo_events import topics
from halo_events.contract.event import Code, OpenMember, Part, RequestEvent
from halo_events.contract.values import AnyDocumentKind, Sha256
from halo_events.topics import Topic

Items = Annotated[tuple[UUID, ...], Field(min_length=1, max_length=10)]
"""Ids of items of one request."""


class Item(Part):
    """One document that the request shall bring."""

    item_id: UUID
    kind: AnyDocumentKind


class NeedRecorded(RequestEvent):
    """The officer recorded at the house which documents are needed; from here on items move one by one."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.need.recorded.v1"
    topic: ClassVar[Topic] = topics.DOSSIERS

    officer_id: UUID
    items: Annotated[tuple[Item, ...], Field(min_length=1, max_length=10)]
    checklist_version: Code


class Purpose(StrEnum):
    """What a paper is for."""

    REQUIREMENT = "requirement"
    DELIVERY_PROOF = "delivery_proof"


class PaperUploaded(RequestEvent):
    """A paper lies in the store and was read by documents: size in bytes, hash and type are what was found there."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.paper.uploaded.v1"
    topic: ClassVar[Topic] = topics.DOSSIERS

    paper_id: UUID
    purpose: Annotated[Purpose | OpenMember, Field(union_mode="left_to_right")]
    item_id: UUID | None = None
    """The item whose requirement the paper meets; none for a proof of delivery."""
    row: Code | None = None
    """The row of the item's checklist; none for a proof of delivery."""
    sha256: Sha256
    size: Annotated[int, Field(ge=1, le=2**40)]
    media_type: Code


class PaperCleared(RequestEvent):
    """A paper may be opened: `checks` names what it passed."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.paper.cleared.v1"
    topic: ClassVar[Topic] = topics.DOSSIERS

    paper_id: UUID
    checks: Annotated[tuple[OpenMember, ...], Field(min_length=1, max_length=10)]


class QuarantineReason(StrEnum):
    """Why nobody may open a paper. `scan_failed`: the scanner could not say that it is clean."""

    TYPE_NOT_ALLOWED = "type_not_allowed"
    TYPE_MISMATCH = "type_mismatch"
    SIZE_MISMATCH = "size_mismatch"
    UNREADABLE = "unreadable"
    MALWARE = "malware"
    SCAN_FAILED = "scan_failed"


class PaperQuarantined(RequestEvent):
    """A paper failed a check: nobody opens it, and the officer is asked for another."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.paper.quarantined.v1"
    topic: ClassVar[Topic] = topics.DOSSIERS

    paper_id: UUID
    reason: Annotated[QuarantineReason | OpenMember, Field(union_mode="left_to_right")]


class DossierSubmitted(RequestEvent):
    """All mandatory papers of these items are there and cleared; the service point may begin."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.dossier.submitted.v1"
    topic: ClassVar[Topic] = topics.DOSSIERS

    items: Items


class RevisionReason(StrEnum):
    """What is wrong with the papers of a row."""

    UNREADABLE = "unreadable"
    INCOMPLETE = "incomplete"
    EXPIRED = "expired"
    WRONG_PERSON = "wrong_person"
    WRONG_DOCUMENT = "wrong_document"
    DATA_DIFFERS = "data_differs"
    SIGNATURE_MISSING = "signature_missing"


class RevisionRow(Part):
    """One row of the checklist that is asked again, and why."""

    row: Code
    reason: Annotated[RevisionReason | OpenMember, Field(union_mode="left_to_right")]


class RevisionRequested(RequestEvent):
    """The operator asks again for papers of an item: for these rows only. The item is the officer's again."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.revision.requested.v1"
    topic: ClassVar[Topic] = topics.DOSSIERS

    item_id: UUID
    rows: Annotated[tuple[RevisionRow, ...], Field(min_length=1, max_length=30)]


class RejectionReason(StrEnum):
    """Why a document is not given."""

    NOT_ENTITLED = "not_entitled"
    ALREADY_ISSUED = "already_issued"
    DATA_CONFLICT = "data_conflict"
    FALSE_PAPERS = "false_papers"
    PAPERS_NEVER_CAME = "papers_never_came"
    OTHER = "other"


class VerificationRejected(RequestEvent):
    """An item will not be brought: this is its end. The other items go on."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.verification.rejected.v1"
    topic: ClassVar[Topic] = topics.DOSSIERS

    item_id: UUID
    reason: Annotated[RejectionReason | OpenMember, Field(union_mode="left_to_right")]


class HoldReason(StrEnum):
    """What an item waits for. Only these pause the office's clock."""

    RESIDENT = "resident"
    BIOMETRIC_APPOINTMENT = "biometric_appointment"
    CENTRAL_ENROLMENT = "central_enrolment"
    BLANK_OUT_OF_STOCK = "blank_out_of_stock"
    NETWORK_DOWN = "network_down"


class ProcessingHeld(RequestEvent):
    """Work on an item at the service point waits for something that the office can't hasten."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.processing.held.v1"
    topic: ClassVar[Topic] = topics.DOSSIERS

    item_id: UUID
    reason: Annotated[HoldReason | OpenMember, Field(union_mode="left_to_right")]


class ProcessingResumed(RequestEvent):
    """What the item waited for is there; work goes on where it stood."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.processing.resumed.v1"
    topic: ClassVar[Topic] = topics.DOSSIERS

    item_id: UUID


class VerificationPassed(RequestEvent):
    """An operator found the papers of an item in order."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.verification.passed.v1"
    topic: ClassVar[Topic] = topics.DOSSIERS

    item_id: UUID


class DocumentIssued(RequestEvent):
    """The document has its number in the population administration."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.document.issued.v1"
    topic: ClassVar[Topic] = topics.DOSSIERS

    item_id: UUID
    issue_number: Code


class DocumentPrinted(RequestEvent):
    """The document lies printed at the service point. Cards are printed on numbered blanks."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.document.printed.v1"
    topic: ClassVar[Topic] = topics.DOSSIERS

    item_id: UUID
    print_count: Annotated[int, Field(ge=1, le=99)]
    blank_serial: Code | None = None


class HandoverCompleted(RequestEvent):
    """Operator and officer both confirmed that the officer now holds these documents."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.handover.completed.v1"
    topic: ClassVar[Topic] = topics.DOSSIERS

    handover_id: UUID
    items: Items
    officer_id: UUID
    operator_id: Code
