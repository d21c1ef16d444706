from pathlib import Path

import pytest
from halo_intake.domain import places


class TestKelurahanCodes:
    def test_all_of_bekasi(self) -> None:
        """There are 56, with holes in the numbering."""
        assert len(places.KELURAHAN_CODES) == 56
        assert {"32.75.07.1004", "32.75.07.1007"} <= places.KELURAHAN_CODES
        assert "32.75.07.1005" not in places.KELURAHAN_CODES

    def test_same_as_the_projects_data(self) -> None:
        """The packaged copy says what the project's own file says."""
        ours = Path(places.__file__).with_name("bekasi_kelurahan.csv")
        theirs = Path(__file__).parents[3] / "data" / "bekasi_kelurahan.csv"
        if not theirs.exists():
            pytest.skip("the project's data is not here")
        assert ours.read_bytes() == theirs.read_bytes()


class TestReadNumber:
    @pytest.mark.parametrize(("text", "number"), [("7", "007"), ("07", "007"), (" 007 ", "007"), ("123", "123")])
    def test_three_digits(self, text: str, number: str) -> None:
        """Numbers are kept in three digits."""
        assert places.read_number(text) == number

    @pytest.mark.parametrize("text", ["", "0", "000", "1234", "-1", "7a", "RW 7", "\u0667", "\uff17"])
    def test_no_number(self, text: str) -> None:
        """Anything but 1 to 999 in ASCII digits is none."""
        assert places.read_number(text) is None
