"""When a request that came to its end is closed, and until when it may be re-opened.

Both are the programme's own clocks, in working days, and settings: whoever finds a mistake in a document has a few days
to say so, and the statistics need not wait as long.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from halo_service.local_time import WIB
from halo_service.workdays import is_working_day


@dataclass(frozen=True, slots=True)
class Windows:
    """How many working days after its end a request may be re-opened, and after how many it is closed."""

    reopen_working_days: int
    close_working_days: int


def end_of_window(ended_at: datetime, working_days: int) -> datetime:
    """The end of the last of so many working days after the day of the end; with 0 the end itself."""
    if working_days == 0:
        return ended_at
    day = ended_at.astimezone(WIB).date()
    while working_days:
        day += timedelta(days=1)
        working_days -= is_working_day(day)
    return datetime.combine(day + timedelta(days=1), time(), WIB).astimezone(UTC)
