"""On which days offices are open. One calendar for all services, so that their clocks agree."""

from datetime import date
from typing import Final

import holidays

_CALENDAR: Final = holidays.country_holidays("ID", categories=("public", "government"), language="id")
"""Made when the process starts, as loading it takes a second; years are added as they are asked for."""


def is_working_day(day: date) -> bool:
    """Monday to Friday, no national holiday and no joint leave (`holidays`: public and government)."""
    return _CALENDAR.is_working_day(day)
