"""What becomes of each good request: most go straight to the door, some go one of the everyday ways beside it."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final


class Life(StrEnum):
    """How a request goes.

    `declined`: the first officer who is asked won't. `missed`: nobody is at home at the first two visits, and the
    call desk calls. `returned`: three deliveries are in vain, and the resident fetches the documents at the
    kelurahan. `cancelled`: the resident asks for it in e-OPen when the officer is there; `too_late`: when all is
    delivered. `reopened`: the first document is wrong and brought once more. `revised`: the desk asks for a paper
    of one document again. `held`: one document waits for something, and goes on. `rejected`: one document is not
    given, all others are. `infected`: the first file that the officer sends bears a virus.
    """

    STRAIGHT = "straight"
    DECLINED = "declined"
    MISSED = "missed"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    TOO_LATE = "too_late"
    REOPENED = "reopened"
    REVISED = "revised"
    HELD = "held"
    REJECTED = "rejected"
    INFECTED = "infected"


EVERYDAY: Final = tuple(life for life in Life if life is not Life.STRAIGHT)
EVERYDAY_EVERY: Final = 3
"""One good request in so many goes one of the everyday ways, each in its turn."""
CANCEL_WHEN: Final[Mapping[Life, str]] = {Life.CANCELLED: "collecting", Life.TOO_LATE: "delivered"}
"""The status at which the resident asks to cancel."""
ROUNDS: Final[Mapping[Life, int]] = {Life.REOPENED: 2}
"""Rounds of a life, where they are more than one."""


def lives_of(expectations: Iterable[Mapping[str, Any]]) -> dict[str, Life]:
    """Return the life of each good request by e-OPen's number."""
    return {row["ref"]: Life(row["life"]) for row in expectations if row["outcome"] == "delivered"}


def without_scanner(expectation: Mapping[str, Any]) -> Mapping[str, Any]:
    """Where there is no virus scanner, what would be infected goes straight."""
    infected = expectation.get("life") == Life.INFECTED
    return {**expectation, "life": Life.STRAIGHT} if infected else expectation


def delivered_documents(life: Life, documents: int) -> int:
    """Count the documents that reach the door, of so many that were asked for."""
    changes = {Life.CANCELLED: -documents, Life.REOPENED: 1, Life.REJECTED: -1}
    return documents + changes.get(life, 0)
