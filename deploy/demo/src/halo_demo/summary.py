"""What is printed at the end."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from halo_events.contract import dispatch, documents, intake, notify
from halo_events.contract.event import RequestEvent
from rich.console import Console
from rich.table import Table

from halo_demo import timeline
from halo_demo.checks.everything import Check
from halo_demo.facts import Topics
from halo_demo.story import Outcome

SHOWN: Final = 12
"""Lines against one claim that are printed."""

EVERYDAY: Final[Mapping[str, type[RequestEvent]]] = {
    "offers declined": dispatch.AssignmentDeclined,
    "papers asked again": documents.RevisionRequested,
    "held": documents.ProcessingHeld,
    "resumed": documents.ProcessingResumed,
    "rejected": documents.VerificationRejected,
    "visits missed": dispatch.VisitMissed,
    "deliveries failed": dispatch.DeliveryFailed,
    "kept at the kelurahan": dispatch.DeliveryReturned,
    "asked to cancel": intake.RequestCancelRequested,
    "cancelled": intake.RequestCancelled,
    "re-opened": intake.RequestReopened,
}
"""What is counted beside the straight way."""


def print_summary(console: Console, outcome: Outcome) -> bool:
    """Print everything; return whether all claims hold."""
    request_id = timeline.choose(outcome.topics)
    if request_id is not None:
        console.print(timeline.draw(outcome.topics, request_id))
        console.print()
    console.print(_numbers(outcome))
    console.print()
    return _print_checks(console, outcome.checks)


def _numbers(outcome: Outcome) -> Table:
    topics = outcome.topics
    table = Table(title="The run", title_justify="left", box=None, show_header=False)
    table.add_column(justify="left", no_wrap=True)
    table.add_column(justify="left")
    outcomes = Counter(row["outcome"] for row in outcome.expectations)
    table.add_row("delivered", f"{_delivered(topics)} of {outcomes['delivered']} requests")
    table.add_row("documents", _documents(topics))
    table.add_row("refused", _refusals(topics))
    table.add_row("filed again", f"{outcomes['repeated']} under a new ce_id, {outcomes['dropped']} under the same")
    table.add_row("through the queue", _queue(topics))
    table.add_row("in parts", f"{_in_parts(topics)} requests")
    table.add_row("everyday", _everyday(topics))
    table.add_row("papers", _papers(topics))
    table.add_row("messages", _messages(topics))
    table.add_row("people's calls", _calls(outcome))
    table.add_row("restarts", _restarts(outcome))
    table.add_row("speed", _speed(topics))
    table.add_row("seconds", ", ".join(f"{name} {took:.1f}" for name, took in outcome.phases.took.items()))
    return table


def _delivered(topics: Topics) -> int:
    return len({event.request_id for _, event in topics.of(intake.RequestClosed)})


def _documents(topics: Topics) -> str:
    kinds = Counter(str(item.kind) for _, event in topics.of(documents.NeedRecorded) for item in event.items)
    return ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))


def _refusals(topics: Topics) -> str:
    codes = Counter(reason.code for _, event in topics.of(intake.RequestRefused) for reason in event.reasons)
    return ", ".join(f"{code} {count}" for code, count in sorted(codes.items())) or "none"


def _queue(topics: Topics) -> str:
    reasons = Counter(str(event.reason) for _, event in topics.of(dispatch.AssignmentAwaited))
    return ", ".join(f"{reason} {count}" for reason, count in sorted(reasons.items())) or "none"


def _in_parts(topics: Topics) -> int:
    submits = Counter(event.request_id for _, event in topics.of(documents.DossierSubmitted))
    return sum(count > 1 for count in submits.values())


def _everyday(topics: Topics) -> str:
    told = (f"{name} {len(topics.of(event_class))}" for name, event_class in EVERYDAY.items())
    return ", ".join(told)


def _papers(topics: Topics) -> str:
    reasons = Counter(str(event.reason) for _, event in topics.of(documents.PaperQuarantined))
    shut = ", ".join(f"{reason} {count}" for reason, count in sorted(reasons.items())) or "none"
    return f"{len(topics.of(documents.PaperCleared))} cleared; quarantined: {shut}"


def _messages(topics: Topics) -> str:
    queued = topics.of(notify.MessageQueued)
    channels = Counter(str(event.channel) for _, event in queued)
    ends = {
        "sent": len(topics.of(notify.MessageSent)),
        "failed": len(topics.of(notify.MessageFailed)),
        "unknown": len(topics.of(notify.MessageUnknown)),
    }
    told = [f"{count} by {channel}" for channel, count in sorted(channels.items())]
    return ", ".join([*told, *(f"{name} {count}" for name, count in ends.items() if count)])


def _calls(outcome: Outcome) -> str:
    tally = outcome.tally
    away = ", ".join(f"{name} {count}" for name, count in sorted(tally.away.items()))
    told = f"{tally.calls}, of them {tally.not_yet} told not-yet; {tally.withdrawn} handovers taken back"
    return f"{told}; repeated because somebody was away: {away}" if away else told


def _restarts(outcome: Outcome) -> str:
    told = ", ".join(f"{name} {count}" for name, count in sorted(outcome.restarts.items())) or "none"
    return f"{told} (killed: {outcome.killed})" if outcome.killed else told


def _speed(topics: Topics) -> str:
    """Requests a second, from the first that was received to the last that was closed."""
    begins: list[datetime] = [envelope.time for envelope, _ in topics.of(intake.RequestReceived)]
    ends: list[datetime] = [envelope.time for envelope, _ in topics.of(intake.RequestClosed)]
    if not begins or not ends:
        return "nothing was closed"
    seconds = (max(ends) - min(begins)).total_seconds()
    events = len(topics.facts)
    return (
        f"{len(ends) / seconds:.1f} requests a second through their whole life, {events / seconds:.0f} events a second"
    )


def _print_checks(console: Console, checks: Sequence[Check]) -> bool:
    for check in checks:
        mark = "[red]WRONG[/red]" if check.against else "[green]right[/green]"
        console.print(f"{mark}  {check.claim}", soft_wrap=True, highlight=False)
        for line in check.against[:SHOWN]:
            console.print(f"       {line}", soft_wrap=True, markup=False, highlight=False)
        if len(check.against) > SHOWN:
            console.print(f"       and {len(check.against) - SHOWN} more")
    return not any(check.against for check in checks)
