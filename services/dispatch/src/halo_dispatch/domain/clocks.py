"""Working time of the city's offices, and the clocks that run in it.

Working days are those of all services (`halo_service.workdays`). The hours stand until the city names its own.
"""

from datetime import datetime, time, timedelta
from typing import Final

from halo_service.local_time import WIB
from halo_service.workdays import is_working_day

OPENS: Final = time(8)
"""When a working day begins, in WIB."""

CLOSES: Final = time(16)
"""When a working day ends, in WIB."""

ACCEPT_WITHIN: Final = timedelta(hours=2)
"""Working time that an officer has to answer an offer."""

VISIT_HORIZON: Final = timedelta(days=30)
"""How far ahead a visit may be planned, in calendar time."""


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
