"""The public status of a request: derived from what each topic brought, in whatever order that came.

A request climbs through the request's own steps until its items are known; from then on each item climbs by itself
and the request is where its least advanced item is. An item is as far as its furthest known step, so a delivery that
is heard of before the handover counts at once.

A status only climbs, with one exception: where the officer who held a request left, what he promised falls, and a
request for which no more was done is RECEIVED again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
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
    PublicStatus.DELIVERED,
    PublicStatus.CLOSED,
)
"""The main path, in its order. VERIFYING has no event yet: submitted papers wait as SUBMITTED until they pass."""

PROMISES: Final = (PublicStatus.OFFERED, PublicStatus.ACCEPTED, PublicStatus.VISIT_SCHEDULED)
"""Steps that stand only as long as an officer is asked or holds the request. The later ones were done."""

_RANK: Final = {status: rank for rank, status in enumerate(LIFECYCLE)}

Steps = Mapping[PublicStatus, datetime]
"""Which statuses were reached, and when that was recorded."""


@dataclass(frozen=True, slots=True)
class Progress:
    """All that is known of how far a request is.

    `request`: steps of the request as a whole, RECEIVED at least. `items`: steps of each item. `deliveries`: when an
    item was handed over at the door, which may be known before the item is.
    """

    request: Steps
    items: Mapping[UUID, Steps] = field(default_factory=dict)
    deliveries: Mapping[UUID, datetime] = field(default_factory=dict)


def public_status(progress: Progress) -> tuple[PublicStatus, datetime]:
    """How far a request is, and since when."""
    items = [_with_delivery(steps, progress.deliveries.get(item_id)) for item_id, steps in progress.items.items()]
    status = _furthest(progress.request)
    if items and status is not PublicStatus.CLOSED:
        status = max(status, min(map(_furthest, items), key=_RANK.__getitem__), key=_RANK.__getitem__)
    return status, _since(progress.request, items, status)


def _with_delivery(steps: Steps, delivered_at: datetime | None) -> Steps:
    return steps if delivered_at is None else {**steps, PublicStatus.DELIVERED: delivered_at}


def _furthest(steps: Steps) -> PublicStatus:
    return max(steps, key=_RANK.__getitem__)


def _since(request: Steps, items: list[Steps], status: PublicStatus) -> datetime:
    """When the request as a whole was first at this status or past it."""
    by_request = _reached(request, status)
    by_items = [time for time in (_reached(item, status) for item in items) if time is not None]
    moments = [by_request] if by_request is not None else []
    if by_items and len(by_items) == len(items):
        moments.append(max(by_items))
    return min(moments)


def _reached(steps: Steps, status: PublicStatus) -> datetime | None:
    return min((time for step, time in steps.items() if _RANK[step] >= _RANK[status]), default=None)
