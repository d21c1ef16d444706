from datetime import date

import pytest
from halo_service.nik import InvalidNikError, Nik, holds_personal_number
from hypothesis import given
from hypothesis import strategies as st

DATES = st.dates(date(1900, 1, 1), date(2099, 12, 31))
FULL_WIDTH = "3275990101900001".translate({ord(digit): 0xFF10 + int(digit) for digit in "0123456789"})
TWO = st.integers(0, 99).map("{:02}".format)


@st.composite
def niks(draw: st.DrawFn) -> str:
    """Any NIK that may have been given to somebody."""
    born = draw(DATES)
    day = born.day + draw(st.sampled_from([0, 40]))
    kecamatan, serial = draw(st.integers(1, 99)), draw(st.integers(1, 9999))
    return f"{draw(TWO)}{draw(TWO)}{kecamatan:02}{day:02}{born:%m%y}{serial:04}"


def _code_of(text: str) -> str:
    with pytest.raises(InvalidNikError) as caught:
        Nik.read(text)
    return caught.value.code


class TestRead:
    @given(niks())
    def test_every_well_formed_number_is_read(self, text: str) -> None:
        """Whatever its region and date, men's or women's."""
        assert Nik.read(f" {text}\n") == Nik(text)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "327599010190000",
            "32759901019000011",
            "3275 9901 0190 0001",
            "327599010190000a",
            FULL_WIDTH,
        ],
    )
    def test_length(self, text: str) -> None:
        """Sixteen ASCII digits and nothing else."""
        assert _code_of(text) == "nik_length"

    def test_kecamatan(self) -> None:
        """No kecamatan has the number 00."""
        assert _code_of("3275000101900001") == "nik_region"

    @given(niks(), st.sampled_from([0, *range(32, 41), *range(72, 100)]))
    def test_day(self, text: str, day: int) -> None:
        """Days are 1 to 31, or 41 to 71 for women."""
        assert _code_of(f"{text[:6]}{day:02}{text[8:]}") == "nik_birth_date"

    @given(niks(), st.sampled_from([0, *range(13, 100)]))
    def test_month(self, text: str, month: int) -> None:
        """There are twelve months."""
        assert _code_of(f"{text[:8]}{month:02}{text[10:]}") == "nik_birth_date"

    @pytest.mark.parametrize("day", ["310499", "710699", "300200", "290201", "690225"])
    def test_date_that_never_was(self, day: str) -> None:
        """The day must exist in that month, in one of both centuries."""
        assert _code_of(f"327599{day}0001") == "nik_birth_date"

    def test_leap_day(self) -> None:
        """29 February 2000 existed, though 29 February 1900 did not."""
        assert Nik.read("3275992902000001").value == "3275992902000001"

    def test_serial(self) -> None:
        """Serial numbers begin with 0001."""
        assert _code_of("3275990101900000") == "nik_serial"


class TestProvinceKnown:
    @pytest.mark.parametrize(
        ("text", "known"), [("3275990101900001", True), ("9675990101900001", True), ("9975990101900001", False)]
    )
    def test_known(self, text: str, *, known: bool) -> None:
        """A province that does not exist raises a doubt, no refusal; the youngest provinces are known."""
        assert Nik.read(text).province_known is known


def test_the_number_stays_out_of_texts() -> None:
    """What is printed of a NIK or its error holds no digit of it."""
    assert "3275" not in repr(Nik.read("3275990101900001"))
    with pytest.raises(InvalidNikError) as caught:
        Nik.read("3275990101900000")
    assert "3275" not in str(caught.value)


class TestHoldsPersonalNumber:
    @pytest.mark.parametrize(
        "text", ["3275990101900001", "KK 3275.9901.0190.0001", "EO-3275-9941-0190-0001", "x3275990101900001y"]
    )
    def test_found(self, text: str) -> None:
        """A NIK or KK number is found within a reference, whatever stands between its digits."""
        assert holds_personal_number(text)

    @pytest.mark.parametrize(
        "text",
        [
            "EOPEN-2026-000123",
            "2026112409150001",
            "32759901019000010",
            "3275990101900000",
            "32759901-0190-0001-0000-00000000000a",
            "0199f3a2-6f4e-7c11-9c55-2f8f0a4f1b01",
        ],
    )
    def test_other_numbers(self, text: str) -> None:
        """Numbers of systems, timestamps and UUIDs name nobody."""
        assert not holds_personal_number(text)
