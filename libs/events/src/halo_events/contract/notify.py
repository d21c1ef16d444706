"""Facts that notify writes: what became of each message. None of them changes a request's state."""

from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from halo_events import topics
from halo_events.contract.event import Code, OpenMember, RequestEvent
from halo_events.contract.values import AnyLanguage
from halo_events.topics import Topic


class Recipient(StrEnum):
    """Who is told."""

    RESIDENT = "resident"
    OFFICER = "officer"
    COORDINATOR = "coordinator"


class MessageChannel(StrEnum):
    """How somebody is told."""

    SMS = "sms"
    EMAIL = "email"


class MessageQueued(RequestEvent):
    """A message is to go out. Address and text stay with notify."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.message.queued.v1"
    topic: ClassVar[Topic] = topics.MESSAGES

    message_id: UUID
    cause_type: Code
    cause_id: Code
    """Event id of the fact that is told."""
    recipient: Annotated[Recipient | OpenMember, Field(union_mode="left_to_right")]
    recipient_id: UUID | None = None
    """The officer or coordinator; none for the resident."""
    channel: Annotated[MessageChannel | OpenMember, Field(union_mode="left_to_right")]
    template: OpenMember
    language: AnyLanguage


class MessageSent(RequestEvent):
    """The gateway accepted the message."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.message.sent.v1"
    topic: ClassVar[Topic] = topics.MESSAGES

    message_id: UUID


class FailureReason(StrEnum):
    """Why a message will not go out."""

    REFUSED_BY_GATEWAY = "refused_by_gateway"
    GATEWAY_AWAY = "gateway_away"
    NO_ADDRESS = "no_address"


class MessageFailed(RequestEvent):
    """The message certainly did not go out, and is not tried again."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.message.failed.v1"
    topic: ClassVar[Topic] = topics.MESSAGES

    message_id: UUID
    reason: Annotated[FailureReason | OpenMember, Field(union_mode="left_to_right")]


class UnknownReason(StrEnum):
    """Why nobody can say whether a message went out."""

    LEASE_EXPIRED = "lease_expired"
    ANSWER_LOST = "answer_lost"


class MessageUnknown(RequestEvent):
    """The message may or may not have gone out; it is shown to a person and never blindly repeated."""

    type: ClassVar[str] = "id.go.bekasikota.halopamor.message.unknown.v1"
    topic: ClassVar[Topic] = topics.MESSAGES

    message_id: UUID
    reason: Annotated[UnknownReason | OpenMember, Field(union_mode="left_to_right")]
