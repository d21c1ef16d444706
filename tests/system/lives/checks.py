"""What must be true once everybody has heard everything: tables, public status, messages."""

from collections import Counter
from collections.abc import Iterator

from halo_demo.checks.everything import FOLDS
from halo_demo.checks.tables import compare
from halo_demo.facts import Fact, Topics
from halo_events.contract import dispatch, intake, notify
from halo_events.contract.event import RequestEvent

from lives.rules import Witness
from lives.town import LifeError, Town

Message = tuple[str, str, str]
"""The event that it tells (its id), who is told, and the template."""

TO_RESIDENT = {
    "request.received": "request_received",
    "request.cancelled": "request_cancelled",
    "request.reopened": "request_reopened",
    "assignment.accepted": "assignment_accepted",
    "assignment.awaited": "assignment_awaited",
    "assignment.retained": "assignment_retained",
    "visit.scheduled": "visit_scheduled",
    "visit.missed": "visit_missed",
    "dossier.submitted": "dossier_submitted",
    "revision.requested": "revision_requested",
    "processing.held": "processing_held",
    "verification.rejected": "verification_rejected",
    "handover.completed": "handover_completed",
    "delivery.completed": "delivery_completed",
    "delivery.failed": "delivery_failed",
    "delivery.returned": "delivery_returned",
}
"""What the resident is told, and nothing else."""

TO_HOLDER = {
    "paper.quarantined": "paper_quarantined",
    "revision.requested": "papers_asked_again",
    "processing.held": "item_held",
    "verification.rejected": "item_rejected",
}
"""What who holds the request is told of what happens to its papers and documents."""

BY_PARTY = {*TO_HOLDER.values(), "cancel_requested"}
"""What goes to whoever serves a request as notify hears of it: who that is may be a matter of order."""


async def check_life(town: Town, sight: Witness) -> None:
    """Check it all, once everybody has heard everything and the witness has seen it. Raises LifeError."""
    against = [*await _check_status(town, sight), *_check_messages(town.log.facts)]
    if sight.ended and sight.pending and not sight.cancelled:
        against.append("nobody answered the wish to cancel, and nothing is left that could bring an answer")
    topics = Topics(tuple(town.log.facts))
    for name, (fold, not_folded) in FOLDS.items():
        against += [
            f"{name}: {line}" for line in await compare(town.offices[name].connection, fold(topics), not_folded)
        ]
    if against:
        raise LifeError("\n".join(against))


async def _check_status(town: Town, sight: Witness) -> list[str]:
    answer = await town.offices["intake"].client.get(f"/v1/requests/{sight.tracking_no}")
    shown, told = answer.json()["status"], sight.told[-1]
    listed = answer.json()["documents"]
    against = (
        [] if listed == list(sight.wanted) else [f"the public page lists {listed}, the round wants {sight.wanted}"]
    )
    return against + [
        f"{who} has the status {found}, the lifecycle {sight.status}"
        for who, found in (("the public page", shown), ("request.progressed", told))
        if found != sight.status
    ]


def _check_messages(facts: list[Fact]) -> Iterator[str]:
    queued = [fact.event for fact in facts if isinstance(fact.event, notify.MessageQueued)]
    found = Counter((event.cause_id, str(event.recipient_id or event.recipient), event.template) for event in queued)
    wanted = Counter(message for fact in facts for message in _called_for(fact))
    names = {fact.envelope.id: fact.name for fact in facts}
    exact = Counter({message: count for message, count in found.items() if message[2] not in BY_PARTY})
    for cause, recipient, template in (wanted - exact).elements():
        yield f"nobody told {recipient} {template} of {names[cause]}"
    for cause, recipient, template in (exact - wanted).elements():
        yield f"{recipient} was told {template} of {names[cause]} once too often"
    yield from _check_parties(facts, [event for event in queued if event.template in BY_PARTY])


def _called_for(fact: Fact) -> Iterator[Message]:
    """The messages that a fact calls for, but for those to whoever serves the request."""
    cause, event = fact.envelope.id, fact.event
    # The last try for one document alone is told by the event that follows.
    silent = isinstance(event, dispatch.DeliveryFailed) and event.tries >= 3 and len(event.items) == 1
    if fact.name in TO_RESIDENT and not silent:
        yield cause, "resident", TO_RESIDENT[fact.name]
    if isinstance(event, dispatch.AssignmentOffered) and event.reason != dispatch.OfferReason.ENTERED_BY_OFFICER:
        yield cause, str(event.officer_id), "assignment_offered"
    if isinstance(event, dispatch.AssignmentAwaited):
        yield cause, str(event.coordinator_id), "assignment_queued"


def _check_parties(facts: list[Fact], queued: list[notify.MessageQueued]) -> Iterator[str]:
    """To whoever serves: never twice for one round and cause, and never to somebody who did not serve it."""
    served: dict[int, list[str]] = {}
    asked: Counter[int] = Counter()
    causes: dict[str, tuple[int, str]] = {}
    for fact in facts:
        event = fact.event
        if isinstance(event, dispatch.AssignmentOffered | dispatch.AssignmentAccepted | dispatch.AssignmentAwaited):
            who = getattr(event, "officer_id", None)
            served.setdefault(event.round, []).append(str(who))
        elif isinstance(event, intake.RequestCancelRequested):
            asked[event.round] += 1
        elif fact.name in TO_HOLDER and isinstance(event, RequestEvent):
            causes[fact.envelope.id] = event.round, TO_HOLDER[fact.name]
    holders = set(TO_HOLDER.values())
    told = Counter((event.round, str(event.recipient_id), event.template) for event in queued)
    for (number, who, template), count in told.items():
        if who not in served.get(number, ()):
            yield f"{who}, who never served round {number}, was told {template}"
        if template == "cancel_requested" and count > asked[number]:
            yield f"{who} was told {count} times in round {number} that cancelling was asked for"
    holder = Counter((event.cause_id, event.round, event.template) for event in queued if event.template in holders)
    for (cause, number, template), count in holder.items():
        if count > 1 or causes.get(cause) != (number, template):
            yield f"{template} was told {count} times of one cause"
    yield from _check_alone(served, asked, Counter(causes.values()), told)


def _check_alone(
    served: dict[int, list[str]],
    asked: Counter[int],
    called: Counter[tuple[int, str]],
    told: Counter[tuple[int, str, str]],
) -> Iterator[str]:
    """Where one officer alone served a round, order plays no part: he was told of each question and of each cause."""
    for number, people in served.items():
        if len(set(people)) == 1 and (who := people[0]) != "None":
            for template in TO_HOLDER.values():
                if told[number, who, template] != called[number, template]:
                    yield f"{who} was not told each {template} of round {number}"
            if told[number, who, "cancel_requested"] != asked[number]:
                yield f"{who} was not told of each wish to cancel in round {number}"
