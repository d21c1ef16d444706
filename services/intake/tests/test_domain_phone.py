import pytest
from halo_intake.domain.phone import InvalidPhoneError, read_phone


class TestReadPhone:
    @pytest.mark.parametrize(
        "text",
        [
            "081234567890",
            "0812-3456-7890",
            "81234567890",
            "6281234567890",
            "+62 812 3456 7890",
            "+62 (0)812 3456 7890",
            "006281234567890",
            "0062 812 3456 7890",
            "0016281234567890",
            "001-62-812-3456-7890",
            "tel:+6281234567890",
            "https://wa.me/6281234567890",
        ],
    )
    def test_one_number_many_forms(self, text: str) -> None:
        """However a resident writes his number, it is kept in E.164 form."""
        assert read_phone(text) == "+6281234567890"

    def test_landline(self) -> None:
        """Who has no mobile phone is served as well."""
        assert read_phone("021-8896-1234") == "+622188961234"

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "0888-12",
            "000000000000",
            "0812345678901234",
            "0812345678l0",
            "0812-3456-7890 ext 5",
            "112",
            "0812-3456-7890 / 0813-3456-7890",
        ],
    )
    def test_no_number(self, text: str) -> None:
        """What nobody can dial is refused."""
        with pytest.raises(InvalidPhoneError) as caught:
            read_phone(text)
        assert caught.value.code == "phone_invalid"

    @pytest.mark.parametrize("text", ["+65 6123 4567", "+1 202 555 0143", "0065 6123 4567"])
    def test_foreign(self, text: str) -> None:
        """The officer must be able to call: numbers of other countries are refused, as such where they can be told."""
        with pytest.raises(InvalidPhoneError) as caught:
            read_phone(text)
        assert caught.value.code in {"phone_foreign", "phone_invalid"}
