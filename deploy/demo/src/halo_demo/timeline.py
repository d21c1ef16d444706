"""One request's story, from the topics alone."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from halo_events.contract import dispatch, documents, intake, notify
from halo_events.contract.event import RequestEvent
from rich.table import Table

from halo_demo.facts import Fact, Topics

LONGEST: Final = 60
"""Events of a timeline that are shown."""


def choose(topics: Topics) -> UUID | None:
    """Choose the closed request with the most kinds of events, and among those the shortest story."""
    closed = [event.request_id for _, event in topics.of(intake.RequestClosed)]
    stories = topics.by_request
    return max(closed, key=lambda each: (len({fact.name for fact in stories[each]}), -len(stories[each])), default=None)


def draw(topics: Topics, request_id: UUID) -> Table:
    """Draw the story of a request as a table."""
    facts = topics.by_request[request_id]
    table = Table(title=f"Request {request_id}, as the topics tell it", title_justify="left", box=None)
    for heading, justify in (("after", "right"), ("event", "left"), ("by", "left"), ("says", "left")):
        table.add_column(heading, justify="right" if justify == "right" else "left", no_wrap=heading != "says")
    for row in _rows(facts):
        table.add_row(*row)
    return table


def _rows(facts: list[Fact]) -> Iterator[tuple[str, str, str, str]]:
    began = facts[0].envelope.time
    for fact in facts[:LONGEST]:
        assert isinstance(fact.event, RequestEvent)  # noqa: S101 - facts of a request
        after = f"{(fact.envelope.time - began).total_seconds():.2f} s"
        yield after, fact.name, str(fact.event.actor.role), _says(fact.event)
    if len(facts) > LONGEST:
        yield "", f"and {len(facts) - LONGEST} more", "", ""


def _says(event: RequestEvent) -> str:  # noqa: PLR0911 - one line per kind of event
    """Say what the event adds, without personal data."""
    match event:
        case intake.RequestReceived():
            return f"{event.tracking_no}: {', '.join(event.documents)} in {event.kelurahan_code} RW {event.rw}"
        case intake.RequestProgressed():
            return f"now {event.status}"
        case dispatch.AssignmentOffered() | dispatch.AssignmentAwaited() | dispatch.AssignmentDeclined():
            return str(event.reason)
        case documents.NeedRecorded():
            return ", ".join(item.kind for item in event.items)
        case documents.PaperUploaded():
            return f"{event.row or event.purpose}, {event.media_type}, {event.size} bytes"
        case documents.PaperQuarantined():
            return str(event.reason)
        case documents.DocumentIssued():
            return event.issue_number
        case notify.MessageQueued():
            return f"{event.template} to {event.recipient} by {event.channel}"
        case dispatch.DeliveryCompleted():
            return f"{len(event.items)} documents, to: {event.relation}"
        case _:
            return ""
