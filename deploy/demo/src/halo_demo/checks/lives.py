"""Each good request went the way that was meant for it, and no other."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from halo_events.contract import dispatch, documents, intake
from halo_events.contract.event import RequestEvent

from halo_demo.facts import Topics
from halo_demo.lives import Life, lives_of

SEEN_BY: Final[Mapping[Life, type[RequestEvent]]] = {
    Life.DECLINED: dispatch.AssignmentDeclined,
    Life.MISSED: dispatch.VisitMissed,
    Life.RETURNED: dispatch.DeliveryReturned,
    Life.CANCELLED: dispatch.AssignmentReleased,
    Life.REOPENED: intake.RequestReopened,
    Life.REVISED: documents.RevisionRequested,
    Life.HELD: documents.ProcessingResumed,
    Life.REJECTED: documents.VerificationRejected,
}
"""The event by which a life is told from all others. Who comes too late with a wish to cancel leaves none."""


def check_lives(expectations: Sequence[Mapping[str, Any]], topics: Topics) -> list[str]:
    """List what is wrong."""
    lives = lives_of(expectations)
    refs = {event.request_id: event.source_ref or "" for _, event in topics.of(intake.RequestReceived)}
    against = []
    for life, event_class in SEEN_BY.items():
        found = {refs.get(event.request_id, "") for _, event in topics.of(event_class)}
        against += _compare(life, lives, found)
    return against + _compare(Life.INFECTED, lives, {refs.get(paper.request_id, "") for paper in _infected(topics)})


def _infected(topics: Topics) -> Iterator[documents.PaperQuarantined]:
    for _, paper in topics.of(documents.PaperQuarantined):
        if paper.reason == documents.QuarantineReason.MALWARE:
            yield paper


def _compare(life: Life, lives: Mapping[str, Life], found: set[str]) -> list[str]:
    meant = {ref for ref, each in lives.items() if each is life}
    never = [f"{ref}: meant to be {life}, and was not" for ref in sorted(meant - found)]
    return never + [f"{ref}: {life}, though not meant to be" for ref in sorted(found - meant)]
