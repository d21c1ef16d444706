"""The clock on the wall of the city."""

from datetime import timedelta, timezone
from typing import Final

WIB: Final = timezone(timedelta(hours=7), "WIB")
"""Western Indonesian Time, the clock of Bekasi (Asia/Jakarta): seven hours ahead of UTC, never shifted since 1964."""
