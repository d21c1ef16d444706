"""Bodies of dispatch's HTTP API."""

from typing import Annotated, Literal
from uuid import UUID

from halo_events.contract.dispatch import DeclineReason, DeliveryFailure, MissReason
from halo_events.contract.event import Text
from halo_events.contract.values import Relation
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from halo_dispatch.domain.items import ItemState


class Body(BaseModel):
    """What callers send: fields that nobody knows are refused, so that a misspelt one is not lost."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Answer(BaseModel):
    """What callers get."""

    model_config = ConfigDict(frozen=True, from_attributes=True, hide_input_in_errors=True)


def _distinct(items: tuple[UUID, ...]) -> tuple[UUID, ...]:
    if len(set(items)) != len(items):
        raise PydanticCustomError("repeated", "Name each item once.", {"message_id": "Sebut setiap dokumen satu kali."})
    return items


Items = Annotated[tuple[UUID, ...], Field(min_length=1, max_length=10), AfterValidator(_distinct)]
"""Documents of one request, each named once."""


class DeclineBody(Body):
    """Why the officer can't take the request."""

    reason: Annotated[DeclineReason, Field(examples=["ill"])]


class OfferBody(Body):
    """Whom the coordinator chose."""

    officer_id: UUID


class VisitBody(Body):
    """When the officer comes, RFC 3339 with its offset; ahead of now, by 30 days at most."""

    visit_at: Annotated[AwareDatetime, Field(examples=["2026-11-24T09:30:00+07:00"])]


class MissBody(Body):
    """Why the visit did not come about."""

    reason: Annotated[MissReason, Field(examples=["nobody_home"])]


class ReceiverBody(Body):
    """Who took the documents."""

    name: Annotated[Text, Field(examples=["Warga Contoh"])]


class ProofBody(Body):
    """The photo of the delivery: a paper of documents with the purpose `delivery_proof`."""

    paper_id: UUID


class DeliveryBody(Body):
    """What happened at the door."""

    items: Items
    receiver: ReceiverBody
    relation: Annotated[Relation, Field(examples=["spouse"])]
    proof: ProofBody
    old_card_returned: bool = False


class FailedDeliveryBody(Body):
    """Which documents could not be handed over at the door, and why."""

    items: Items
    reason: Annotated[DeliveryFailure, Field(examples=["nobody_home"])]


class AssignmentAnswer(Answer):
    """The request, and who is asked for it or holds it."""

    request_id: UUID
    officer_id: UUID


class DeclineAnswer(Answer):
    """The request is another's to answer now."""

    request_id: UUID


class ReleaseAnswer(Answer):
    """The request, which nobody serves any more."""

    request_id: UUID


class VisitAnswer(Answer):
    """The visit that was planned or made."""

    visit_id: UUID


class MissAnswer(Answer):
    """The visit that was missed; `misses` counts those of the request's round, with this one."""

    visit_id: UUID
    misses: int


class DeliveryAnswer(Answer):
    """The delivery that was recorded."""

    delivery_id: UUID


class FailedDeliveryAnswer(Answer):
    """The try that was recorded, counted for the document tried most often; the kelurahan keeps what was `returned`."""

    tries: int
    returned: tuple[UUID, ...]


class ResidentView(Answer):
    """Whom to visit, and where."""

    name: str
    phone: str
    address: str
    note: str | None


class VisitView(Answer):
    """The latest visit of the round; `made_at` and `missed_at` are null while it lies ahead."""

    visit_id: UUID
    visit_at: AwareDatetime
    made_at: AwareDatetime | None
    missed_at: AwareDatetime | None


class ItemView(Answer):
    """A document of the request's round; `tries` says how often it could not be handed over."""

    item_id: UUID
    kind: str
    state: ItemState
    tries: int


class RequestView(Answer):
    """A request as officers and coordinators see it.

    `call_desk_to_call`: so many visits were missed, the latest too, that the call desk calls the resident.
    `cancel_requested`: the resident asked to cancel; the holder brings the papers back and releases the request.
    """

    request_id: UUID
    round: int
    missed_visits: int
    call_desk_to_call: bool
    cancel_requested: bool
    tracking_no: str
    kelurahan_code: str
    rw: str
    rt: str | None
    documents: tuple[str, ...]
    target_group: str | None
    household_size: int | None
    language: str
    resident: ResidentView


class AssignmentView(RequestView):
    """An open assignment of the officer; `due_at` says by when an offer must be answered."""

    state: Literal["offered", "accepted"]
    due_at: AwareDatetime | None
    changed_at: AwareDatetime
    visit: VisitView | None
    items: tuple[ItemView, ...]


class QueueView(RequestView):
    """A request that waits for its coordinator, since when, and why."""

    reason: str
    changed_at: AwareDatetime
    items: tuple[ItemView, ...]


class RwView(Answer):
    """An RW of the register. A `synthetic` one stands in for the city's own list and was stated by nobody."""

    kelurahan_code: str
    kelurahan: str
    rw: str
    source: str
    synthetic: bool


class OfficerView(Answer):
    """Name and service number of an officer."""

    name: str
    phone: str
    on_duty: bool


class CallView(RequestView):
    """A request whose resident the call desk calls: when and why the latest visit was missed, and whose it was."""

    missed_at: AwareDatetime
    miss_reason: MissReason
    officer: OfficerView


class OfficersAnswer(Answer):
    """Who is my officer: the RW and its officers, those on duty first."""

    rw: RwView
    officers: tuple[OfficerView, ...]
