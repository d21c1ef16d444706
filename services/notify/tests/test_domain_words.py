import re
from datetime import UTC, datetime

import pytest
from halo_events.contract.event import Text
from halo_events.contract.values import Language
from halo_notify.domain.texts import clean_name, sms_name, spoken_time
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError


def is_legal(text: str) -> bool:
    """Whether the contract takes a name."""
    try:
        return TypeAdapter(Text).validate_python(text) == text
    except ValidationError:
        return False


NAMES = st.text(min_size=1, max_size=200).filter(is_legal)


class TestNames:
    @given(NAMES)
    def test_one_line(self, name: str) -> None:
        """No name holds a line break or another control character, whatever the register says."""
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", clean_name(name))

    def test_header_injection(self) -> None:
        """A name cannot add a header to an e-mail."""
        assert clean_name("Sari\r\nBcc: x@y.test") == "Sari Bcc: x@y.test"

    @pytest.mark.parametrize(
        ("name", "sent"),
        [
            ("Nur \u2018Aini", "Nur 'Aini"),
            ("Bu\u1e0di \u0160anto", "Budi Santo"),
            ("Jos\u00e9", "Jos\u00e9"),
            ("\u738b\u5c0f\u660e", "petugas"),
            ("A [B] {C}", "A B C"),
        ],
    )
    def test_sms_name(self, name: str, sent: str) -> None:
        """Letters that an SMS cannot carry lose their accents, or go."""
        assert sms_name(name, Language.INDONESIAN) == sent


class TestTimes:
    def test_jakarta(self) -> None:
        """Times are told as in Bekasi, in the language of the message."""
        late = datetime(2026, 8, 9, 17, 5, tzinfo=UTC)

        assert spoken_time(late, Language.INDONESIAN) == "Senin 10 Agustus 2026 pukul 00.05 WIB"
        assert spoken_time(late, Language.ENGLISH) == "Monday 10 August 2026 at 00:05 WIB"
