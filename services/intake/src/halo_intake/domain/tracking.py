"""Tracking numbers: what a resident reads out on the phone to ask how far his request is.

`HP26-7K3M-9QX2-F`: the programme and the year, eight random characters of Crockford's base 32, and a check character
by ISO/IEC 7064, MOD 37,36. That check finds every wrong character and all swaps of neighbours but a few; numbers that
would let one of those pass are never given out, so that every swap is found. Nor are numbers whose check character is
no character of Crockford's: so a letter O can only be a zero, and I or L only a one.
"""

import re
import secrets
from collections.abc import Callable
from typing import Final

from stdnum.iso7064 import mod_37_36

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U."""

RANDOM_CHARACTERS: Final = 8

_FORM: Final = re.compile(rf"HP[0-9]{{2}}[{ALPHABET}]{{{RANDOM_CHARACTERS + 1}}}")
_SEPARATORS: Final = re.compile(r"[\s\u2010-\u2015-]+")
_CONFUSED: Final = str.maketrans("OIL", "011")

LONGEST_INPUT: Final = 64
"""Longer texts are no tracking number, whatever blanks they hold."""


def new_tracking_no(year: int, choice: Callable[[str], str] = secrets.choice) -> str:
    """A number that nobody can guess. `choice` picks a character; `year` is the calendar year."""
    while True:
        compact = f"HP{year % 100:02}" + "".join(choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))
        compact += mod_37_36.calc_check_digit(compact)
        if compact[-1] in ALPHABET and not _swap_passes(compact):
            return _grouped(compact)


def read_tracking_no(text: str) -> str | None:
    """The number in its written form, or None where form or check character are wrong.

    Lower case, blanks, missing or long dashes are read, and O, I and L as the digits they were meant to be.
    """
    if len(text) > LONGEST_INPUT:
        return None
    compact = _SEPARATORS.sub("", text).upper().translate(_CONFUSED)
    if not _FORM.fullmatch(compact) or not mod_37_36.is_valid(compact):
        return None
    return _grouped(compact)


def _grouped(compact: str) -> str:
    return "-".join((compact[:4], compact[4:8], compact[8:12], compact[12:]))


def _swap_passes(compact: str) -> bool:
    """Whether two different neighbours can be swapped without the check character noticing."""
    swaps = (compact[:at] + compact[at + 1] + compact[at] + compact[at + 2 :] for at in range(len(compact) - 1))
    return any(swap != compact and mod_37_36.is_valid(swap) for swap in swaps)
