"""A request as intake knows it. It holds no personal data: nothing that intake does after the filing needs any."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class RequestRound(NamedTuple):
    """One round of a request: facts of other rounds say nothing of it."""

    request_id: UUID
    round: int


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `status` is the last one published, None before the first.

    `documents` is what was filed, `wanted` what its present round is about: some of these, or all.
    `cancel_asks` counts how often cancelling was asked for in this round, `cancel_reason` is that of the last time.
    """

    request_id: UUID
    tracking_no: str
    channel: str
    source_ref: str | None
    round: int
    documents: tuple[str, ...]
    wanted: tuple[str, ...]
    received_at: datetime
    closed_at: datetime | None
    status: str | None
    reopened_at: datetime | None = None
    cancel_asks: int = 0
    cancel_reason: str | None = None
    cancelled_at: datetime | None = None

    @property
    def opened_at(self) -> datetime:
        """When its round began."""
        return self.reopened_at or self.received_at

    @property
    def in_round(self) -> RequestRound:
        """The round it is in."""
        return RequestRound(self.request_id, self.round)
