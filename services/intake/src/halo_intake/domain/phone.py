"""Phone numbers of residents, by the rules of Google's libphonenumber for Indonesia."""

import re
from typing import Final

import phonenumbers

_DIALLED: Final = re.compile(r"^\s*(?:001|00)[\s-]*(?=62)")
"""00 and 001 before 62 are dial-out prefixes of other countries and of one operator; the library takes neither."""

_LINK: Final = re.compile(r"^\s*(?:tel:|(?:https?://)?wa\.me/)", re.IGNORECASE)

_INDONESIA: Final = 62


class InvalidPhoneError(ValueError):
    """A text is no phone number of Indonesia. `code` is phone_invalid or phone_foreign."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_phone(text: str) -> str:
    """The number in E.164 form, read as a resident writes it. Raises InvalidPhoneError.

    A landline is welcome: who has no mobile phone is whom the service is for. A letter is not: the library drops an l
    that was meant as a 1, and an extension is lost in E.164.
    """
    digits = _LINK.sub("", text)
    if any(character.isalpha() for character in digits):
        raise InvalidPhoneError("phone_invalid")
    try:
        number = phonenumbers.parse(_DIALLED.sub("+", digits), "ID")
    except phonenumbers.NumberParseException:
        raise InvalidPhoneError("phone_invalid") from None
    if number.country_code != _INDONESIA:
        raise InvalidPhoneError("phone_foreign")
    if not phonenumbers.is_valid_number(number):
        raise InvalidPhoneError("phone_invalid")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
