"""What all events share: the class, the actor, texts that every store can keep."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from halo_events.topics import Topic


def _storable(text: str) -> str:
    """Refuse NUL, which PostgreSQL cannot keep. Lone surrogates never become a pydantic string."""
    if "\0" in text:
        raise PydanticCustomError("text_not_storable", "holds a NUL character")
    return text


def _storable_time(moment: datetime) -> datetime:
    """Refuse a time at the edge of the calendar that its offset moves out of it, so that it has no form in UTC."""
    try:
        moment.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("time_not_storable", "has no form in UTC") from None
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_storable_time)]
"""A point in time, with its offset."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_storable)]
"""Free text of at most 200 characters."""

LongText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(_storable)
]
"""Free text of at most 2,000 characters."""

Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:/-]*$", max_length=100)]
"""A word of a machine: letters, digits and `_ . : / -`, at most 100 characters."""

OpenMember = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_]*$", max_length=64)]
"""A member of an enum that a newer writer knows and this reader does not (yet)."""

Round = Annotated[int, Field(ge=1, le=99)]
"""1, and one more at each re-opening."""


class Part(BaseModel):
    """A value nested in an event: immutable, and open to fields of newer writers."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class ActorRole(StrEnum):
    """In which capacity somebody or something acted."""

    RESIDENT = "resident"
    COMMUNITY = "community"
    CLERK = "clerk"
    OFFICER = "officer"
    COORDINATOR = "coordinator"
    OPERATOR = "operator"
    OPS = "ops"
    EOPEN = "eopen"
    SYSTEM = "system"


class Actor(Part):
    """Who acted: a role and an opaque id, never a name."""

    role: Annotated[ActorRole | OpenMember, Field(union_mode="left_to_right")]
    id: Code | None = None


SYSTEM: Actor = Actor(role=ActorRole.SYSTEM)
"""A service itself, for what no person asked for: timers and decisions."""


class Event(BaseModel):
    """A fact, written by exactly one service.

    `type` is the CloudEvents type; `topic` is where the fact is published. Both belong to the class.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    type: ClassVar[str]
    topic: ClassVar[Topic]

    occurred_at: Moment
    """When it happened by the clock of who reports it; the envelope's time says when it was recorded."""

    @property
    def key(self) -> str:
        """The record key: events of one key keep their order."""
        raise NotImplementedError


class RequestEvent(Event):
    """A fact about one resident's request."""

    request_id: UUID
    round: Round = 1
    actor: Actor

    @property
    def key(self) -> str:
        """The request's id."""
        return str(self.request_id)
