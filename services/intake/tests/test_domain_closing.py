from datetime import UTC, datetime

import pytest
from halo_intake.domain.closing import end_of_window


class TestEndOfWindow:
    @pytest.mark.parametrize(
        ("ended_at", "days", "over_at"),
        [
            ("2026-03-02T10:00+07:00", 3, "2026-03-06T00:00+07:00"),
            ("2026-03-05T23:59+07:00", 3, "2026-03-11T00:00+07:00"),
            ("2026-03-07T08:00+07:00", 1, "2026-03-10T00:00+07:00"),
            ("2026-03-02T20:00+00:00", 1, "2026-03-05T00:00+07:00"),
            ("2026-12-23T10:00+07:00", 1, "2026-12-29T00:00+07:00"),
        ],
        ids=["Monday", "over a weekend", "on a Saturday", "Tuesday already in Bekasi", "Christmas and its joint leave"],
    )
    def test_whole_working_days(self, ended_at: str, days: int, over_at: str) -> None:
        """The window ends with the last of so many working days after the day of the end."""
        assert end_of_window(datetime.fromisoformat(ended_at), days) == datetime.fromisoformat(over_at)

    def test_at_once(self) -> None:
        """No window, no waiting."""
        now = datetime(2026, 3, 7, tzinfo=UTC)
        assert end_of_window(now, 0) == now
