"""Where a request belongs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RwRef:
    """An RW: its number means nothing without the kelurahan."""

    kelurahan_code: str
    rw: str
