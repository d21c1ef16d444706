"""Facts that dispatch writes: who serves a request, visits, delivery; and the register of officers."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import EmailStr, Field, StringConstraints

from halo_events import topics
from halo_events.contract.event import Actor, Event, Moment, OpenMember, Part, RequestEvent, Text
from halo_events.contract.values import AnyRelation, KelurahanCode, RwNumber, Sha256
from halo_events.topics import Topic


class Level(StrEnum):
    """The rung of the ladder at which a request is offered."""

    RW_OFFICER = "rw_officer"
    SUBSTITUTE = "substitute"
    KELURAHAN = "kelurahan"


class OfferReason(StrEnum):
    """Why this officer."""

    OFFICER_OF_RW = "officer_of_rw"
    NEIGHBOURING_RW = "neighbouring_rw"
    CHOSEN_BY_COORDINATOR = "chosen_by_coordinator"
    ENTERED_BY_OFFICER = "entered_by_officer"
    SERVED_BEFORE = "served_before"


class AssignmentOffered(RequestEvent):
    """An officer is asked to take the request, and has until `due_at` to answer."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.assignment.offered.v1"
    topic: ClassVar[Topic] = topics.ASSIGNMENTS

    officer_id: UUID
    level: Annotated[Level | OpenMember, Field(union_mode="left_to_right")]
    reason: Annotated[OfferReason | OpenMember, Field(union_mode="left_to_right")]
    due_at: Moment


class AwaitReason(StrEnum):
    """Why a request waits in the kelurahan's queue. `officer_left`: who held it left the register."""

    UNKNOWN_RW = "unknown_rw"
    NO_OFFICER = "no_officer"
    ALL_DECLINED = "all_declined"
    OFFICER_LEFT = "officer_left"


class AssignmentAwaited(RequestEvent):
    """Nobody is asked, and nobody holds the request: the kelurahan's queue has it, and its coordinator chooses.

    A request that was held before (`officer_left`) keeps all that was done for it, but for a visit not made yet.
    """

    type: ClassVar[str] = "id.go.bekasikota.halopamor.assignment.awaited.v1"
    topic: ClassVar[Topic] = topics.ASSIGNMENTS

    kelurahan_code: KelurahanCode
    reason: Annotated[AwaitReason | OpenMember, Field(union_mode="left_to_right")]
    coordinator_id: UUID | None = None


class AssignmentAccepted(RequestEvent):
    """The officer took the request. He is its holder until another accepts it or the kelurahan's queue has it."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.assignment.accepted.v1"
    topic: ClassVar[Topic] = topics.ASSIGNMENTS

    officer_id: UUID


class DeclineReason(StrEnum):
    """Why an officer does not take a request."""

    ILL = "ill"
    ON_LEAVE = "on_leave"
    OVERLOADED = "overloaded"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    OTHER = "other"


class AssignmentDeclined(RequestEvent):
    """The officer does not take the request; the next one is asked."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.assignment.declined.v1"
    topic: ClassVar[Topic] = topics.ASSIGNMENTS

    officer_id: UUID
    reason: Annotated[DeclineReason | OpenMember, Field(union_mode="left_to_right")]


class VisitScheduled(RequestEvent):
    """The officer will come to the house at `visit_at`."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.visit.scheduled.v1"
    topic: ClassVar[Topic] = topics.ASSIGNMENTS

    visit_id: UUID
    officer_id: UUID
    visit_at: Moment


class VisitMade(RequestEvent):
    """The officer was at the house."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.visit.made.v1"
    topic: ClassVar[Topic] = topics.ASSIGNMENTS

    visit_id: UUID
    officer_id: UUID


class MissReason(StrEnum):
    """Why a visit did not come about."""

    NOBODY_HOME = "nobody_home"
    WRONG_ADDRESS = "wrong_address"
    RESIDENT_ASKED = "resident_asked"
    OFFICER_PREVENTED = "officer_prevented"
    OTHER = "other"


class VisitMissed(RequestEvent):
    """A planned visit did not come about; the officer plans another. From the second on, the call desk calls."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.visit.missed.v1"
    topic: ClassVar[Topic] = topics.ASSIGNMENTS

    visit_id: UUID
    officer_id: UUID
    reason: Annotated[MissReason | OpenMember, Field(union_mode="left_to_right")]
    misses: Annotated[int, Field(ge=1, le=99)]
    """How many visits of this round were missed, with this one."""


class ReleaseReason(StrEnum):
    """Why nobody serves a request any more."""

    CANCELLED = "cancelled"


class AssignmentReleased(RequestEvent):
    """Nobody serves the request any more; who held it gave back all papers. Answers `request.cancel_requested`."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.assignment.released.v1"
    topic: ClassVar[Topic] = topics.ASSIGNMENTS

    officer_id: UUID | None = None
    """Who held it, or was asked."""
    reason: Annotated[ReleaseReason | OpenMember, Field(union_mode="left_to_right")]


class RetainReason(StrEnum):
    """Why a request can't be cancelled any more: documents were delivered, or every one was rejected."""

    DELIVERED = "delivered"
    REJECTED = "rejected"


class AssignmentRetained(RequestEvent):
    """Too late to cancel: every document was delivered or rejected. Answers `request.cancel_requested`."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.assignment.retained.v1"
    topic: ClassVar[Topic] = topics.ASSIGNMENTS

    reason: Annotated[RetainReason | OpenMember, Field(union_mode="left_to_right")]


class Receiver(Part):
    """Who took the documents at the door: personal data."""

    name: Text


class PhotoProof(Part):
    """A photo of the delivery, kept by documents as a cleared paper."""

    kind: Literal["photo"] = "photo"
    paper_id: UUID
    sha256: Sha256


class DeliveryCompleted(RequestEvent):
    """Documents were handed over at the door."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.delivery.completed.v1"
    topic: ClassVar[Topic] = topics.ASSIGNMENTS

    delivery_id: UUID
    officer_id: UUID
    items: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=10)]
    relation: AnyRelation
    receiver: Receiver
    proof: PhotoProof
    old_card_returned: bool = False


class DeliveryFailure(StrEnum):
    """Why documents could not be handed over at the door."""

    NOBODY_HOME = "nobody_home"
    WRONG_ADDRESS = "wrong_address"
    REFUSED = "refused"
    OTHER = "other"


class DeliveryFailed(RequestEvent):
    """The officer was at the door in vain. After the third try the kelurahan keeps the documents."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.delivery.failed.v1"
    topic: ClassVar[Topic] = topics.ASSIGNMENTS

    officer_id: UUID
    items: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=10)]
    reason: Annotated[DeliveryFailure | OpenMember, Field(union_mode="left_to_right")]
    tries: Annotated[int, Field(ge=1, le=99)]
    """How many tries for the item of these that was tried most often, with this one."""


class DeliveryReturned(RequestEvent):
    """The kelurahan keeps these documents until the resident fetches them; a delivery may still complete."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.delivery.returned.v1"
    topic: ClassVar[Topic] = topics.ASSIGNMENTS

    officer_id: UUID
    items: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=10)]
    kelurahan_code: KelurahanCode


class OfficerRole(StrEnum):
    """What somebody of the register does."""

    SATGAS_PAMOR = "satgas_pamor"
    COORDINATOR = "coordinator"


class OfficerPerson(Part):
    """The personal data of an officer. `phone` is the service number, in E.164 form."""

    name: Text
    phone: Annotated[str, StringConstraints(pattern=r"^\+[0-9]{8,15}$")]
    email: Annotated[EmailStr, Field(max_length=254)] | None = None


class OfficerEvent(Event):
    """A fact about one officer or coordinator."""

    officer_id: UUID
    actor: Actor

    @property
    def key(self) -> str:
        """The officer's id."""
        return str(self.officer_id)


class OfficerState(OfficerEvent):
    """All that the register says of an officer."""

    role: Annotated[OfficerRole | OpenMember, Field(union_mode="left_to_right")]
    kelurahan_code: KelurahanCode
    rws: Annotated[tuple[RwNumber, ...], Field(max_length=100)] = ()
    on_duty: bool
    person: OfficerPerson


class OfficerRegistered(OfficerState):
    """An officer or coordinator is new in the register."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.officer.registered.v1"
    topic: ClassVar[Topic] = topics.OFFICERS


class OfficerChanged(OfficerState):
    """The register says something else of an officer than before."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.officer.changed.v1"
    topic: ClassVar[Topic] = topics.OFFICERS


class OfficerLeft(OfficerEvent):
    """The register no longer has the officer."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.officer.left.v1"
    topic: ClassVar[Topic] = topics.OFFICERS
