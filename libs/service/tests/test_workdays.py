from datetime import date

import pytest
from halo_service.workdays import is_working_day


class TestIsWorkingDay:
    @pytest.mark.parametrize(
        ("day", "working"),
        [((2026, 3, 2), True), ((2026, 3, 7), False), ((2026, 8, 17), False), ((2026, 12, 24), False)],
        ids=["a Monday", "a Saturday", "Independence Day", "joint leave"],
    )
    def test_days(self, day: tuple[int, int, int], *, working: bool) -> None:
        """Weekends, national holidays and joint leave are off."""
        assert is_working_day(date(*day)) is working
