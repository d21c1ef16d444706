import pytest
from halo_intake.domain.tracking import ALPHABET, new_tracking_no, read_tracking_no
from hypothesis import given
from hypothesis import strategies as st

NUMBERS = st.builds(
    lambda year, dice: new_tracking_no(year, dice.choice), st.integers(2025, 2099), st.randoms(use_true_random=False)
)
CHARACTERS = st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")


class TestNewTrackingNo:
    def test_form(self) -> None:
        """Programme and year, two groups of four, and the check character."""
        number = new_tracking_no(2026)
        assert [len(group) for group in number.split("-")] == [4, 4, 4, 1]
        assert number.startswith("HP26-")
        assert set(number.replace("-", "")[4:]) <= set(ALPHABET)

    def test_no_number_twice(self) -> None:
        """Numbers are random: a thousand of them differ."""
        assert len({new_tracking_no(2026) for _ in range(1000)}) == 1000

    @pytest.mark.parametrize("draw", ["3NT1PQQT", "BJ7NVCKJ"], ids=["a swap would pass", "check character L"])
    def test_weak_number_is_thrown_away(self, draw: str) -> None:
        """A draw whose check character is weak or looks like a digit is not given out."""
        characters = iter(f"{draw}00000000" + "0123456789" * 10)
        assert draw not in new_tracking_no(2026, lambda _: next(characters)).replace("-", "")


class TestReadTrackingNo:
    @given(NUMBERS)
    def test_what_was_given_out_is_read(self, number: str) -> None:
        """A number as it was written."""
        assert read_tracking_no(number) == number

    @given(NUMBERS, st.integers(0, 12), CHARACTERS)
    def test_every_wrong_character_is_found(self, number: str, at: int, character: str) -> None:
        """One character read or typed wrongly is never another request's number."""
        compact = number.replace("-", "")
        wrong = compact[:at] + character + compact[at + 1 :]
        assert read_tracking_no(wrong) == (number if _meant(wrong) == compact else None)

    @given(NUMBERS, st.integers(0, 11))
    def test_every_swap_of_neighbours_is_found(self, number: str, at: int) -> None:
        """Also those that MOD 37,36 by itself lets pass."""
        compact = number.replace("-", "")
        wrong = compact[:at] + compact[at + 1] + compact[at] + compact[at + 2 :]
        assert read_tracking_no(wrong) == (number if wrong == compact else None)

    @given(NUMBERS, st.lists(st.integers(0, 13), max_size=4), st.sampled_from(["", " ", "-", "\u2013", " - "]))
    def test_tolerant(self, number: str, gaps: list[int], separator: str) -> None:
        """Lower case, blanks, dashes anywhere or nowhere, O for 0, I and L for 1."""
        text = number.replace("-", "").lower().replace("0", "o").replace("1", "l", 1).replace("1", "I")
        for gap in sorted(gaps, reverse=True):
            text = text[:gap] + separator + text[gap:]
        assert read_tracking_no(f" {text} ") == number

    @given(st.text(max_size=100))
    def test_anything_else(self, text: str) -> None:
        """No text whatever brings it down, and what it reads is in the written form."""
        number = read_tracking_no(text)
        assert number is None or read_tracking_no(number) == number

    def test_too_long(self) -> None:
        """A number in a sea of blanks is no number."""
        assert read_tracking_no(new_tracking_no(2026) + " " * 100) is None


def _meant(text: str) -> str:
    return text.translate(str.maketrans("OIL", "011"))
