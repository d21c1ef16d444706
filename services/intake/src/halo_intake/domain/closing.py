"""When a delivered request is closed: the window in which the resident may re-open it."""

from datetime import UTC, datetime, time, timedelta

from halo_service.local_time import WIB
from halo_service.workdays import is_working_day


def close_after(delivered_at: datetime, working_days: int) -> datetime:
    """The end of the last of so many working days after the day of delivery; with 0 the delivery itself."""
    if working_days == 0:
        return delivered_at
    day = delivered_at.astimezone(WIB).date()
    while working_days:
        day += timedelta(days=1)
        working_days -= is_working_day(day)
    return datetime.combine(day + timedelta(days=1), time(), WIB).astimezone(UTC)
