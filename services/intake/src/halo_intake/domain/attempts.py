"""An attempt of e-OPen to file a request, valid or not, and the name that its answer calls it by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from halo_service.nik import holds_personal_number

from halo_intake.domain.filing import Fault

LONGEST_REF: Final = 200


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a record tries to file.

    `eopen_id` is e-OPen's number, where the record has one that is a text; `place` names the record without it: its
    id, else `topic/partition/offset`. `faults` are those found before anybody looked at the content.
    """

    eopen_id: str | None
    place: str
    data: Mapping[str, Any]
    occurred_at: datetime | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def source_ref(self) -> str:
        """What the answer calls the record by: never by what looks like a person's number."""
        return self.eopen_id if self.eopen_id and not holds_personal_number(self.eopen_id) else self.place


def eopen_id_of(data: Mapping[str, Any] | None) -> str | None:
    """The `eopen_id` of a record's data, or of the data within a structured CloudEvent; made storable."""
    if data is None:
        return None
    inner = data.get("data")
    found = data.get("eopen_id") or (inner.get("eopen_id") if isinstance(inner, Mapping) else None)
    return storable(str(found)) if isinstance(found, str | int) and not isinstance(found, bool) else None


def record_name(record_id: str | None) -> str | None:
    """The id of a record, if it may name the record in an answer: made storable, and no person's number."""
    return None if record_id is None or holds_personal_number(record_id) else storable(record_id)


def storable(text: str) -> str | None:
    """The text with what no store takes replaced by U+FFFD, cut to 200 characters; None if nothing is left."""
    clean = text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return clean.strip()[:LONGEST_REF].strip() or None
