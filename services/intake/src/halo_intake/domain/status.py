"""The public status of a request: derived from what each topic brought, in whatever order that came.

A request climbs through the request's own steps until its items are known; from then on each item climbs by itself
and the request is where its least advanced item is. An item is as far as its furthest known step, so a delivery that
is heard of before the handover counts at once. A rejected item is at its end, so it holds back no other: a request
without an open item is DELIVERED if any item was, and REJECTED if none was. While the least advanced item is held, the
request is HELD. Only facts of the request's round count: a re-opened request begins anew.

A status only climbs, with these exceptions: a visit that did not come about, a request that waits for an officer again,
papers that are asked for again, a hold, and a re-opening.

The rules are the programme's own: item by item, so that one rejected paper neither blocks nor closes the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from halo_events.contract.intake import PublicStatus

LIFECYCLE: Final = (
    PublicStatus.RECEIVED,
    PublicStatus.OFFERED,
    PublicStatus.ACCEPTED,
    PublicStatus.VISIT_SCHEDULED,
    PublicStatus.COLLECTING,
    PublicStatus.SUBMITTED,
    PublicStatus.VERIFYING,
    PublicStatus.PROCESSING,
    PublicStatus.PRINTED,
    PublicStatus.WITH_OFFICER,
    PublicStatus.AT_KELURAHAN,
    PublicStatus.DELIVERED,
    PublicStatus.CLOSED,
)
"""The main path, in its order. VERIFYING has no event yet: submitted papers wait as SUBMITTED until they pass."""

PROMISES: Final = (PublicStatus.OFFERED, PublicStatus.ACCEPTED, PublicStatus.VISIT_SCHEDULED)
"""Steps that stand only as long as an officer is asked or holds the request. The later ones were done."""

REVISED: Final = (PublicStatus.SUBMITTED, PublicStatus.VERIFYING, PublicStatus.PROCESSING)
"""Steps of an item that fall when papers of it are asked for again: all between the collecting and the printing."""

ENDS: Final = frozenset({PublicStatus.DELIVERED, PublicStatus.REJECTED})
"""No item is open any more: the request may be re-opened for a while, and is closed."""

OVER: Final = ENDS | {PublicStatus.CLOSED, PublicStatus.CANCELLED}
"""Too late to cancel."""

_RANK: Final = {
    status: rank for rank, status in enumerate((*LIFECYCLE[:-1], PublicStatus.REJECTED, PublicStatus.CLOSED))
}
"""REJECTED ranks past DELIVERED: the least advanced of several ended items is a delivered one, if there is any."""

_STAGES: Final = (
    (PublicStatus.RECEIVED, PublicStatus.OFFERED),
    (PublicStatus.ACCEPTED,),
    (PublicStatus.VISIT_SCHEDULED,),
    (PublicStatus.COLLECTING,),
    (PublicStatus.SUBMITTED, PublicStatus.VERIFYING),
    (PublicStatus.PROCESSING,),
    (PublicStatus.PRINTED,),
    (PublicStatus.WITH_OFFICER, PublicStatus.AT_KELURAHAN),
    (PublicStatus.DELIVERED,),
    (PublicStatus.CLOSED,),
)
"""The main path as residents see it."""

Steps = Mapping[PublicStatus, datetime]
"""Which statuses were reached, and when that was recorded."""


@dataclass(frozen=True, slots=True)
class Progress:
    """All that is known of how far a request is in its round.

    `request`: steps of the request as a whole, RECEIVED at least. `items`: steps of each item. `deliveries`: how far
    the delivery of an item is (AT_KELURAHAN, DELIVERED), which may be known before the item is.
    """

    request: Steps
    items: Mapping[UUID, Steps] = field(default_factory=dict)
    deliveries: Mapping[UUID, Steps] = field(default_factory=dict)


class Standing(NamedTuple):
    """A public status, and since when."""

    status: PublicStatus
    since: datetime


class _Item(NamedTuple):
    """The steps of an item. `held_at` is None when no hold stands: past its printing none does."""

    steps: Steps
    held_at: datetime | None


def public_status(progress: Progress) -> Standing:
    """How far a request is, and since when."""
    cancelled_at, closed_at = (progress.request.get(end) for end in (PublicStatus.CANCELLED, PublicStatus.CLOSED))
    if cancelled_at is not None:
        return Standing(PublicStatus.CANCELLED, cancelled_at)
    standing = _standing(progress)
    if closed_at is None or standing.status is PublicStatus.REJECTED:
        return standing
    return Standing(PublicStatus.CLOSED, closed_at)


def ended_at(progress: Progress) -> datetime | None:
    """When a request came to its end, from where the window for re-opening is counted; None where it has not."""
    status, since = public_status(progress)
    if status is PublicStatus.CLOSED:
        before = _standing(progress)
        return before.since if before.status in ENDS else since
    return since if status in ENDS else None


def _standing(progress: Progress) -> Standing:
    """How far the work on a request is, whether it was closed or not."""
    request: Steps = {status: time for status, time in progress.request.items() if status is not PublicStatus.CLOSED}
    items = [_item(steps, progress.deliveries.get(item_id, {})) for item_id, steps in progress.items.items()]
    least = [min((_furthest(item.steps) for item in items), key=_RANK.__getitem__)] if items else []
    status = max((_furthest(request), *least), key=_RANK.__getitem__)
    since = _since(request, items, status)
    holds = [item.held_at for item in items if item.held_at is not None and _furthest(item.steps) is status]
    return Standing(PublicStatus.HELD, max(since, min(holds))) if holds else Standing(status, since)


def _item(steps: Steps, delivery: Steps) -> _Item:
    climbed = {**{step: time for step, time in steps.items() if step in _RANK}, **delivery}
    past = _RANK[_furthest(climbed)] >= _RANK[PublicStatus.PRINTED]
    return _Item(climbed, None if past else steps.get(PublicStatus.HELD))


def _furthest(steps: Steps) -> PublicStatus:
    return max(steps, key=_RANK.__getitem__)


def _since(request: Steps, items: list[_Item], status: PublicStatus) -> datetime:
    """When the request as a whole was first at this status or past it, by the steps that stand."""
    by_request = _reached(request, status)
    by_items = [time for time in (_reached(item.steps, status) for item in items) if time is not None]
    moments = [by_request] if by_request is not None else []
    if by_items and len(by_items) == len(items):
        moments.append(max(by_items))
    return min(moments)


def _reached(steps: Steps, status: PublicStatus) -> datetime | None:
    return min((time for step, time in steps.items() if _RANK[step] >= _RANK[status]), default=None)


def way_of(status: PublicStatus) -> list[tuple[PublicStatus, str]]:
    """The stages of the main path, each `past`, `now` or `ahead`; none for a status that stands beside the path."""
    at = next((number for number, stage in enumerate(_STAGES) if status in stage), None)
    if at is None:
        return []
    told = ["past"] * at + ["now"] + ["ahead"] * (len(_STAGES) - at - 1)
    return [(status if number == at else stage[0], told[number]) for number, stage in enumerate(_STAGES)]
