"""The sentences that residents, clerks and e-OPen read, in Indonesian and English: `sentences.toml` holds them all."""

import tomllib
from collections.abc import Iterable, Mapping
from importlib import resources
from types import MappingProxyType
from typing import Final

from halo_events.contract.intake import PublicStatus, Reason
from halo_events.contract.values import Bilingual

from halo_intake.domain.filing import Fault

OTHER: Final = "other"
"""The sentence of a code that the table does not know."""

LONGEST_FIELD: Final = 200


def _load(section: str) -> Mapping[str, Bilingual]:
    text = (resources.files(__package__) / "sentences.toml").read_text(encoding="utf-8")
    return MappingProxyType({code: Bilingual(**pair) for code, pair in tomllib.loads(text)[section].items()})


REASONS: Final = _load("reason")
"""What to do about a fault, by its code."""

NEXT_STEPS: Final = _load("next")
"""What comes next, by public status."""

CANCEL_PENDING: Final = _load("pending")["cancel"]
"""What comes next while a wish to cancel is not answered."""

STATUS_NAMES: Final = _load("name")
"""What a public status is called, in a few words."""


def sentence(fault: Fault) -> Bilingual:
    """What to do about a fault."""
    return REASONS.get(fault.code, REASONS[OTHER])


def reasons(faults: Iterable[Fault]) -> tuple[Reason, ...]:
    """Faults as an event or an answer tells them."""
    return tuple(
        Reason(code=fault.code, field=(fault.field or "")[:LONGEST_FIELD] or None, message=sentence(fault))
        for fault in faults
    )


def next_step(status: PublicStatus) -> Bilingual:
    """What comes next for the resident."""
    return NEXT_STEPS[status]


def status_name(status: PublicStatus) -> Bilingual:
    """What the status is called."""
    return STATUS_NAMES[status]
