"""When a delivered request is closed: the window in which the resident may re-open it."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final

import holidays

WIB: Final = timezone(timedelta(hours=7), "WIB")
"""Western Indonesian Time, the clock of Bekasi. It knows no summer time."""

_CALENDAR: Final = holidays.country_holidays("ID", categories=("public", "government"), language="id")
"""Made when the process starts, as loading it takes a second; years are added as they are asked for."""


def close_after(delivered_at: datetime, working_days: int) -> datetime:
    """The end of the last of so many working days after the day of delivery; with 0 the delivery itself."""
    if working_days == 0:
        return delivered_at
    day = delivered_at.astimezone(WIB).date()
    while working_days:
        day += timedelta(days=1)
        working_days -= is_working_day(day)
    return datetime.combine(day + timedelta(days=1), time(), WIB).astimezone(UTC)


def is_working_day(day: date) -> bool:
    """Monday to Friday, no national holiday and no joint leave (`holidays`: public and government)."""
    return _CALENDAR.is_working_day(day)
