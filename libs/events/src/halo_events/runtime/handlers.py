"""What a service does with events, declared in tables: projections, decisions, boundaries."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from halo_events.contract.event import Event
from halo_events.envelope import Envelope
from halo_events.topics import Topic

if TYPE_CHECKING:
    from halo_events.runtime.transaction import Fold, Tx

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Handler:
    """One row of a handler table. `batched` handlers take a list of events with at most one per key."""

    event: type[Event]
    call: Callable[[Any, Any], Awaitable[None]]
    batched: bool = False


def project(event: type[E], handler: Callable[["Fold", E], Awaitable[None]]) -> Handler:
    """Fold an event into the service's tables. It can't emit, and runs in a rebuild as it does live."""
    return Handler(event, handler)


def project_batch(event: type[E], handler: Callable[["Fold", Sequence[E]], Awaitable[None]]) -> Handler:
    """Fold a list of events, at most one per key, in one go. `fold.envelopes` has their envelopes in the same order."""
    return Handler(event, handler, batched=True)


def on(event: type[E], handler: Callable[["Tx", E], Awaitable[None]]) -> Handler:
    """Decide upon another service's event. It may emit, and never runs in a rebuild."""
    return Handler(event, handler)


def on_batch(event: type[E], handler: Callable[["Tx", Sequence[E]], Awaitable[None]]) -> Handler:
    """Decide upon a list of events, at most one per key; no event passes an earlier one of its key."""
    return Handler(event, handler, batched=True)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an outsider's record: a code and the dotted path of the field."""

    code: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record of a boundary topic that is no valid event. `data` is its JSON object, where it has one.

    `record_id` is the id of a record whose envelope is broken elsewhere.
    """

    topic: str
    partition: int
    offset: int
    envelope: Envelope | None
    data: Mapping[str, Any] | None
    faults: tuple[Fault, ...]
    record_id: str | None = None


@dataclass(frozen=True, slots=True)
class Boundary:
    """A topic that outsiders write: its records are answered, never parked."""

    topic: Topic
    accepts: Mapping[str, Handler]
    on_rejected: Callable[["Tx", Rejection], Awaitable[None]]


def boundary(
    topic: Topic, *, accepts: Sequence[Handler], on_rejected: Callable[["Tx", Rejection], Awaitable[None]]
) -> Boundary:
    """Declare who answers a boundary topic's valid and invalid records."""
    return Boundary(topic, {handler.event.type: handler for handler in accepts}, on_rejected)


@dataclass(frozen=True, slots=True)
class Handlers:
    """All that one service does with events. `service` is its name: owner of topics, source of events, consumer."""

    service: str
    projections: tuple[Handler, ...] = ()
    decisions: tuple[Handler, ...] = ()
    boundaries: tuple[Boundary, ...] = ()
    projection_of: Mapping[str, Handler] = field(init=False)
    decision_of: Mapping[str, Handler] = field(init=False)
    boundary_of: Mapping[str, Boundary] = field(init=False)

    def __post_init__(self) -> None:
        """Index the tables. Raises ValueError for a second handler of one event or a decision upon an own one."""
        object.__setattr__(self, "projection_of", _index(self.projections))
        object.__setattr__(self, "decision_of", _index(self.decisions))
        object.__setattr__(self, "boundary_of", {item.topic.name: item for item in self.boundaries})
        own = [handler.event.__name__ for handler in self.decisions if handler.event.topic.owner == self.service]
        if own:
            raise ValueError(f"a use case goes on by itself after its own event: no decision for {', '.join(own)}")

    @property
    def source(self) -> str:
        """CloudEvents source of the service's events."""
        return f"/halopamor/{self.service}"

    @property
    def topics(self) -> tuple[Topic, ...]:
        """The topics to read: those of other owners, in the order of their names."""
        events = (handler.event for handler in (*self.projections, *self.decisions))
        found = {event.topic for event in events} | {item.topic for item in self.boundaries}
        return tuple(sorted((topic for topic in found if topic.owner != self.service), key=lambda topic: topic.name))


def _index(handlers: Sequence[Handler]) -> dict[str, Handler]:
    index = {handler.event.type: handler for handler in handlers}
    if len(index) != len(handlers):
        raise ValueError("two handlers of one kind for one event")
    return index
