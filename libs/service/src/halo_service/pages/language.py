"""The language of a page: Indonesian, or English for who chose it. Phrases stand in pairs, Indonesian first."""

from datetime import date, datetime
from enum import StrEnum
from typing import Final

from fastapi import Request

from halo_service.local_time import WIB

COOKIE: Final = "lang"

_DAYS: Final = (
    ("Senin", "Monday"), ("Selasa", "Tuesday"), ("Rabu", "Wednesday"), ("Kamis", "Thursday"), ("Jumat", "Friday"),
    ("Sabtu", "Saturday"), ("Minggu", "Sunday"),
)  # fmt: skip
_MONTHS: Final = (
    ("Januari", "January"), ("Februari", "February"), ("Maret", "March"), ("April", "April"), ("Mei", "May"),
    ("Juni", "June"), ("Juli", "July"), ("Agustus", "August"), ("September", "September"), ("Oktober", "October"),
    ("November", "November"), ("Desember", "December"),
)  # fmt: skip


class Language(StrEnum):
    """A language by its BCP 47 tag."""

    INDONESIAN = "id"
    ENGLISH = "en"

    def t(self, indonesian: str, english: str) -> str:
        """The phrase of the pair that is in this language."""
        return english if self is Language.ENGLISH else indonesian

    def day(self, moment: date) -> str:
        """The day on the wall of Bekasi: `Senin, 2 Maret 2026`."""
        local = moment.astimezone(WIB) if isinstance(moment, datetime) else moment
        return f"{self.t(*_DAYS[local.weekday()])}, {local.day} {self.t(*_MONTHS[local.month - 1])} {local.year}"

    def moment(self, moment: datetime) -> str:
        """Day and time on the wall of Bekasi: `Senin, 2 Maret 2026, 10.00 WIB`."""
        clock = moment.astimezone(WIB).strftime(self.t("%H.%M", "%H:%M"))
        return f"{self.day(moment)}, {clock} WIB"


def language_of(request: Request) -> Language:
    """The language that this browser chose, else Indonesian."""
    return Language.ENGLISH if request.cookies.get(COOKIE) == Language.ENGLISH else Language.INDONESIAN
