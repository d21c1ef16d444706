"""The topics, declared once: name, owner, key, retention.

A topic carries all event types of one aggregate and has one writer. Partition counts are fixed for life: the
runtime's order across topics rests on equal keys sharing a partition number in every request topic.
"""

from dataclasses import dataclass
from typing import Final

PARTITIONS: Final = 12
"""Partitions of every topic. Never change it on a running platform: keys would move to other partitions."""

DAY_MS: Final = 24 * 60 * 60 * 1000
"""Milliseconds of a day."""

FOR_EVER: Final = -1
"""Kafka's `retention.ms` for a topic that is never cut."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One Kafka topic.

    `boundary` marks a topic that outsiders write: its records are answered, whatever they hold. `followed` marks one
    that outsiders read: it is compressed with gzip, which every client knows without a codec of its own. `reference`
    marks a topic whose key is not a request's, so that its records may lie in any partition. `retention_ms` is in
    milliseconds.
    """

    name: str
    owner: str
    key: str
    retention_ms: int = FOR_EVER
    partitions: int = PARTITIONS
    boundary: bool = False
    followed: bool = False
    reference: bool = False


EOPEN_REQUESTS: Final = Topic("eopen.request.v1", owner="eopen", key="eopen_id", retention_ms=7 * DAY_MS, boundary=True)
REQUESTS: Final = Topic("halopamor.intake.request.v1", owner="intake", key="request_id", followed=True)
ASSIGNMENTS: Final = Topic("halopamor.dispatch.assignment.v1", owner="dispatch", key="request_id")
OFFICERS: Final = Topic("halopamor.dispatch.officer.v1", owner="dispatch", key="officer_id", reference=True)
DOSSIERS: Final = Topic("halopamor.documents.dossier.v1", owner="documents", key="request_id")
MESSAGES: Final = Topic("halopamor.notify.message.v1", owner="notify", key="request_id")

ALL: Final = (EOPEN_REQUESTS, REQUESTS, ASSIGNMENTS, OFFICERS, DOSSIERS, MESSAGES)
"""Every topic of the platform."""
