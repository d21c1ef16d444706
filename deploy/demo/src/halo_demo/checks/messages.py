"""The receiver's own log against the topics: nobody was told the same thing twice, and what is called sent was."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from halo_events.contract import dispatch, documents, intake, notify
from halo_events.contract.event import RequestEvent

from halo_demo.facts import Topics


def read_log(path: Path) -> list[dict[str, Any]]:
    """Read the receiver's log."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


TOLD: Final = frozenset(
    {
        "request_received",
        "assignment_accepted",
        "visit_scheduled",
        "dossier_submitted",
        "handover_completed",
        "delivery_completed",
    }
)
"""What every resident is told on the way, by template."""

AT_THE_END: Final = frozenset({"handover_completed", "delivery_completed"})
"""What is not told where no document is given."""

TOLD_BESIDE: Final[Mapping[type[RequestEvent], str]] = {
    dispatch.VisitMissed: "visit_missed",
    dispatch.DeliveryFailed: "delivery_failed",
    dispatch.DeliveryReturned: "delivery_returned",
    documents.RevisionRequested: "revision_requested",
    documents.ProcessingHeld: "processing_held",
    documents.VerificationRejected: "verification_rejected",
    intake.RequestCancelled: "request_cancelled",
    intake.RequestReopened: "request_reopened",
}
"""What a resident is told beside the straight way, by event."""


TOLD_TO_HOLDER: Final[Mapping[type[RequestEvent], str]] = {
    documents.PaperQuarantined: "paper_quarantined",
    documents.RevisionRequested: "papers_asked_again",
    documents.ProcessingHeld: "item_held",
    documents.VerificationRejected: "item_rejected",
}
"""What the officer who holds the request is told, by event."""


def check_messages(log: list[dict[str, Any]], topics: Topics, may_be_unknown: int | None = 0) -> list[str]:
    """List what is wrong. `may_be_unknown` bounds the messages of unknown fate; None = no bound, after a kill."""
    unsure = len(topics.of(notify.MessageUnknown))
    many = may_be_unknown is not None and unsure > may_be_unknown
    bound = [f"{unsure} messages of unknown fate, {may_be_unknown} at most belong"] if many else []
    return [*bound, *_check_fates(log, topics)]


def check_told(topics: Topics) -> Iterator[str]:
    """Find who was never told of a step: residents among those whose requests came to their end, and officers."""
    yield from _check_holders(topics)
    told = Counter[tuple[UUID, str]](
        (event.request_id, event.template)
        for _, event in topics.of(notify.MessageQueued)
        if event.recipient == notify.Recipient.RESIDENT
    )
    for event_class, template in TOLD_BESIDE.items():
        for request_id in sorted({event.request_id for _, event in topics.of(event_class)}):
            if not told[request_id, template]:
                yield f"request {request_id}: the resident was never told {template}"
    delivered = {event.request_id for _, event in topics.of(dispatch.DeliveryCompleted)}
    for request_id in sorted({event.request_id for _, event in topics.of(intake.RequestClosed)}):
        for template in sorted(TOLD if request_id in delivered else TOLD - AT_THE_END):
            if not told[request_id, template]:
                yield f"request {request_id}: the resident was never told {template}"


def _check_holders(topics: Topics) -> Iterator[str]:
    """A request that ever waited in the queue is left out: while nobody holds it, no officer is told."""
    told = {(event.cause_id, event.template) for _, event in topics.of(notify.MessageQueued)}
    queue = {event.request_id for _, event in topics.of(dispatch.AssignmentAwaited)}
    for event_class, template in TOLD_TO_HOLDER.items():
        for envelope, event in topics.of(event_class):
            if event.request_id not in queue and (envelope.id, template) not in told:
                yield f"request {event.request_id}: its officer was never told {template}"


def _check_fates(log: list[dict[str, Any]], topics: Topics) -> list[str]:
    accepted = Counter(line["message_id"] for line in log if line["outcome"] == "accepted")
    queued = {str(event.message_id) for _, event in topics.of(notify.MessageQueued)}
    sent = {str(event.message_id) for _, event in topics.of(notify.MessageSent)}
    failed = {str(event.message_id) for _, event in topics.of(notify.MessageFailed)}
    unknown = {str(event.message_id) for _, event in topics.of(notify.MessageUnknown)}
    differences = [f"message {each}: accepted {count} times" for each, count in accepted.items() if count > 1]
    differences += [f"message {each}: called sent, never accepted" for each in sorted(sent - accepted.keys())]
    differences += [f"message {each}: accepted, never queued" for each in sorted(accepted.keys() - queued)]
    differences += [f"message {each}: called failed, yet accepted" for each in sorted(failed & accepted.keys())]
    differences += [f"message {each}: nothing became of it" for each in sorted(queued - sent - failed - unknown)]
    malformed = {line["message_id"] for line in log if line["outcome"] == "malformed"}
    return differences + [f"message {each}: the gateway could not read it" for each in sorted(malformed)]
