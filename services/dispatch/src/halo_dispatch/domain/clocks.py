"""Working time of the city's offices, and the clocks that run in it.

Source of the days off: the ministers' joint decree (SKB) of each year, national holidays and joint leave both, as PyPI
`holidays` holds them; years without a decree yet are that package's estimates. The hours stand until the city names its
own.
"""

from datetime import date, datetime, time, timedelta, timezone
from typing import Final

import holidays

WIB: Final = timezone(timedelta(hours=7), "WIB")
"""Time of Bekasi, Asia/Jakarta: seven hours ahead of UTC, never shifted since 1964."""

OPENS: Final = time(8)
"""When a working day begins, in WIB."""

CLOSES: Final = time(16)
"""When a working day ends, in WIB."""

ACCEPT_WITHIN: Final = timedelta(hours=2)
"""Working time that an officer has to answer an offer."""

VISIT_HORIZON: Final = timedelta(days=30)
"""How far ahead a visit may be planned, in calendar time."""

_SATURDAY: Final = 5
_DAYS_OFF: Final = holidays.country_holidays("ID", categories=("public", "government"))


def is_working_day(day: date) -> bool:
    """Whether offices are open on this day: Monday to Friday, no holiday, no joint leave."""
    return day.weekday() < _SATURDAY and day not in _DAYS_OFF


def add_working_time(start: datetime, amount: timedelta) -> datetime:
    """The moment by which `amount` of working time has passed since `start`; in WIB.

    Raises ValueError for an amount that is not positive, and for a `start` without a time zone.
    """
    if amount <= timedelta():
        raise ValueError("an amount of working time must be positive")
    if start.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    moment = start.astimezone(WIB)
    while True:
        day = moment.date()
        begin = max(moment, datetime.combine(day, OPENS, WIB))
        left_today = max(datetime.combine(day, CLOSES, WIB) - begin, timedelta())
        if is_working_day(day):
            if amount <= left_today:
                return begin + amount
            amount -= left_today
        moment = datetime.combine(day + timedelta(days=1), OPENS, WIB)


def accept_by(now: datetime) -> datetime:
    """When an offer made now must be answered."""
    return add_working_time(now, ACCEPT_WITHIN)


def visit_can_be_at(visit_at: datetime, now: datetime) -> bool:
    """Whether a visit may be planned for that moment: ahead of now, by 30 days at most."""
    return now < visit_at <= now + VISIT_HORIZON
