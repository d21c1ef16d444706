"""A request as intake knows it. It holds no personal data: nothing that intake does after the filing needs any."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `status` is the last one published, None before the first."""

    request_id: UUID
    tracking_no: str
    channel: str
    source_ref: str | None
    round: int
    documents: tuple[str, ...]
    received_at: datetime
    closed_at: datetime | None
    status: str | None
