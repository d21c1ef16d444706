"""The NIK, the number of a resident in the population administration."""

import calendar
import re
from dataclasses import dataclass
from typing import Final, Self

_DIGITS: Final = re.compile(r"[0-9]{16}")
_RUN: Final = re.compile(r"(?<![0-9])[0-9](?:[ ./:_-]?[0-9]){15}(?![0-9])")
_SEPARATOR: Final = re.compile(r"[^0-9]")
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

PROVINCES: Final = frozenset(
    {*range(11, 20), 21, *range(31, 37), *range(51, 54), *range(61, 66), *range(71, 77), 81, 82, *range(91, 97)}
)
"""Kemendagri's codes of the 38 provinces."""

_WOMAN: Final = 40
"""Is added to the day of birth of a woman."""


class InvalidNikError(ValueError):
    """A text is no NIK. `code` is one of nik_length, nik_region, nik_birth_date, nik_serial."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, repr=False)
class Nik:
    """A well-formed NIK.

    16 ASCII digits: province 2, city 2, kecamatan 2, date of birth DDMMYY (women: day + 40), serial 4. It keeps the
    place of first registration for life, so it never tells where somebody lives. It has no check digit.
    """

    value: str

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a NIK, with blanks around it or not. Raises InvalidNikError for the first fault from the left."""
        value = text.strip()
        if not _DIGITS.fullmatch(value):
            raise InvalidNikError("nik_length")
        if value[4:6] == "00":
            raise InvalidNikError("nik_region")
        if not _is_birth_date(int(value[6:8]), int(value[8:10]), int(value[10:12])):
            raise InvalidNikError("nik_birth_date")
        if value[12:] == "0000":
            raise InvalidNikError("nik_serial")
        return cls(value)

    @property
    def province_known(self) -> bool:
        """Whether the province exists today. If not, the number deserves a second look, not a refusal."""
        return int(self.value[:2]) in PROVINCES


def holds_personal_number(text: str) -> bool:
    """Whether a reference holds what has the form of a NIK or KK number, which are built alike.

    References travel in clear and are kept for years, so they must not be personal data. Numbers of no known province
    (timestamps begin with 20) and UUIDs are taken for what they are.
    """
    if _UUID.fullmatch(text):
        return False
    return any(_is_likely(_SEPARATOR.sub("", run)) for run in _RUN.findall(text))


def _is_likely(digits: str) -> bool:
    try:
        return Nik.read(digits).province_known
    except InvalidNikError:
        return False


def _is_birth_date(day: int, month: int, year: int) -> bool:
    """Whether the date exists in 19YY or 20YY; which of both, the number does not tell."""
    if day > _WOMAN:
        day -= _WOMAN
    if not 1 <= month <= 12:  # noqa: PLR2004 - months of a year
        return False
    return 1 <= day <= max(calendar.monthrange(century + year, month)[1] for century in (1900, 2000))
