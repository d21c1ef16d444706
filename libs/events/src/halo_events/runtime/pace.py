"""How many records to read at once: as many as a transaction of about 200 ms handles."""

from typing import Final

TARGET: Final = 0.2
"""Seconds that a transaction should take at most: HTTP requests wait on the rows it holds."""

FEWEST: Final = 20
MOST: Final = 500


class Pace:
    """Adapts the number of records per poll to how long transactions take."""

    def __init__(self) -> None:
        self.records = 100

    def note(self, records: int, seconds: float) -> None:
        """Learn from a transaction: halve after a slow one, grow after a full one that was quick.

        One that broke off counts as slow (infinite `seconds`): where it ran into a time-out, the same would again.
        """
        if seconds > TARGET:
            self.records = max(FEWEST, self.records // 2)
        elif records >= self.records and seconds < TARGET / 2:
            self.records = min(MOST, self.records * 2)
