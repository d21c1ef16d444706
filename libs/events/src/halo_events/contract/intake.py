"""Facts that intake writes: what becomes of a request as a whole."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from halo_events import topics
from halo_events.contract.event import Code, Moment, OpenMember, Part, RequestEvent, Text
from halo_events.contract.values import (
    AnyChannel,
    AnyDocumentKind,
    AnyLanguage,
    AnyTargetGroup,
    Bilingual,
    HouseholdSize,
    KelurahanCode,
    Language,
    OnBehalf,
    Resident,
    RwNumber,
)
from halo_events.topics import Topic


class PublicStatus(StrEnum):
    """How far a request is, in the words that everybody may see; the order is that of the lifecycle."""

    RECEIVED = "received"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    VISIT_SCHEDULED = "visit_scheduled"
    COLLECTING = "collecting"
    SUBMITTED = "submitted"
    VERIFYING = "verifying"
    PROCESSING = "processing"
    PRINTED = "printed"
    WITH_OFFICER = "with_officer"
    AT_KELURAHAN = "at_kelurahan"
    DELIVERED = "delivered"
    CLOSED = "closed"
    REFUSED = "refused"
    LINKED = "linked"
    REJECTED = "rejected"
    HELD = "held"
    CANCELLED = "cancelled"


AnyPublicStatus = Annotated[PublicStatus | OpenMember, Field(union_mode="left_to_right")]
"""A public status, open for readers."""


class RequestReceived(RequestEvent):
    """A request is valid and has its number."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.request.received.v1"
    topic: ClassVar[Topic] = topics.REQUESTS

    tracking_no: Code
    channel: AnyChannel
    source_ref: Code | None = None
    """The number by which the channel knows the request (e-OPen: `eopen_id`)."""
    taken_by: Code | None = None
    """Opaque id of the clerk or officer who entered it."""
    on_behalf: OnBehalf | None = None
    documents: Annotated[tuple[AnyDocumentKind, ...], Field(min_length=1, max_length=10)]
    kelurahan_code: KelurahanCode
    rw: RwNumber
    rt: RwNumber | None = None
    target_group: AnyTargetGroup | None = None
    household_size: HouseholdSize | None = None
    language: AnyLanguage = Language.INDONESIAN
    resident: Resident


class Reason(Part):
    """Why a request was refused: one fault of one field, and what to do about it."""

    code: OpenMember
    field: Text | None = None
    """Path of the field in the record, dots between its parts; none when the record as a whole is at fault."""
    message: Bilingual


class RequestRefused(RequestEvent):
    """An attempt to file a request failed; nothing of it is kept."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.request.refused.v1"
    topic: ClassVar[Topic] = topics.REQUESTS

    channel: AnyChannel
    source_ref: Text
    """`eopen_id`; without it the record's `ce_id`; without that `topic/partition/offset`."""
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1, max_length=50)]


class RequestProgressed(RequestEvent):
    """The public status of a request, each time it changes, and again when the same request is filed once more.

    An outside backend needs no other event to follow a request.
    """

    type: ClassVar[str] = "id.go.bekasikota.halopamor.request.progressed.v1"
    topic: ClassVar[Topic] = topics.REQUESTS

    tracking_no: Code
    channel: AnyChannel
    source_ref: Code | None = None
    status: AnyPublicStatus
    since: Moment
    next: Bilingual
    """What comes next, for the resident."""


class ClosedBy(StrEnum):
    """What closed a request."""

    RESIDENT = "resident"
    TIMER = "timer"


class RequestClosed(RequestEvent):
    """Nothing is left to do. Closing by the timer never counts as satisfied."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.request.closed.v1"
    topic: ClassVar[Topic] = topics.REQUESTS

    closed_by: Annotated[ClosedBy | OpenMember, Field(union_mode="left_to_right")]


class CancelReason(StrEnum):
    """Why a resident no longer wants what he asked for."""

    NO_LONGER_NEEDED = "no_longer_needed"
    OBTAINED_ELSEWHERE = "obtained_elsewhere"
    FILED_BY_MISTAKE = "filed_by_mistake"
    MOVED_AWAY = "moved_away"
    OTHER = "other"


AnyCancelReason = Annotated[CancelReason | OpenMember, Field(union_mode="left_to_right")]
"""A reason of cancelling, open for readers."""


class RequestCancelRequested(RequestEvent):
    """The resident asked to cancel. Dispatch answers: `assignment.released`, or `assignment.retained` when too late."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.request.cancel_requested.v1"
    topic: ClassVar[Topic] = topics.REQUESTS

    reason: AnyCancelReason


class RequestCancelled(RequestEvent):
    """The request is cancelled: nobody works on it any more, and papers in the officer's hands went back before."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.request.cancelled.v1"
    topic: ClassVar[Topic] = topics.REQUESTS

    reason: AnyCancelReason


class ReopenReason(StrEnum):
    """Why a request begins anew."""

    WRONG_DATA = "wrong_data"
    DAMAGED = "damaged"
    NOT_RECEIVED = "not_received"
    DOCUMENT_MISSING = "document_missing"
    REJECTION_CONTESTED = "rejection_contested"
    OTHER = "other"


class RequestReopened(RequestEvent):
    """A request that came to its end begins anew: `round` is the new one, and all later events carry it."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.request.reopened.v1"
    topic: ClassVar[Topic] = topics.REQUESTS

    reason: Annotated[ReopenReason | OpenMember, Field(union_mode="left_to_right")]
    documents: Annotated[tuple[AnyDocumentKind, ...], Field(min_length=1, max_length=10)]
    """What is wanted now: some or all of what was asked for at first."""
