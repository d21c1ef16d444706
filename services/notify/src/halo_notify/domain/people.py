"""Whom a message can reach, and how."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import phonenumbers
from halo_events.contract.notify import MessageChannel
from halo_events.contract.values import Language
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

INDONESIA: Final = 62
"""Country calling code of Indonesia: the SMS gateway serves no other."""


@dataclass(frozen=True, slots=True)
class Contact:
    """How the resident of a request is reached. notify keeps no name, NIK or address of a house.

    `cancel_round` is the round in which cancelling was asked for last, if it ever was.
    """

    tracking_no: str
    rw: str
    phone: str
    email: str | None
    language: Language
    cancel_round: int | None


@dataclass(frozen=True, slots=True)
class Serving:
    """Who serves one round of a request: who is asked, who holds it, and how many documents were delivered.

    `accepted` says whether anybody ever held it in this round.
    """

    asked_id: UUID | None
    holder_id: UUID | None
    accepted: bool
    delivered: int


@dataclass(frozen=True, slots=True)
class Officer:
    """An officer or coordinator: `phone` is the service number, in E.164 form. Who left is known by name only."""

    officer_id: UUID
    name: str
    phone: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who gets one message. All fields but the language are None when nobody is known."""

    officer_id: UUID | None
    phone: str | None
    email: str | None
    language: Language


@dataclass(frozen=True, slots=True)
class Address:
    """A phone number in E.164 form or an e-mail address, by channel."""

    channel: MessageChannel
    value: str


def readable_language(language: str) -> Language:
    """The language a message is written in: Indonesian when a newer writer names one that has no templates."""
    return Language(language) if language in set(Language) else Language.INDONESIAN


def choose_address(person: Addressee, channels: tuple[MessageChannel, ...]) -> Address | None:
    """The first of the channels that can reach the person, or None when none can."""
    for channel in channels:
        value = _sms_number(person.phone) if channel is MessageChannel.SMS else _mail_address(person.email)
        if value is not None:
            return Address(channel, value)
    return None


def spoken_number(phone: str) -> str:
    """An E.164 number as people in Indonesia write it: `0812-3456-7890`. What cannot be read stays as it is."""
    number = _parse(phone)
    if number is None or number.country_code != INDONESIA:
        return phone
    return phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)


def _parse(phone: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(phone, None)
    except NumberParseException:
        return None


def _sms_number(phone: str | None) -> str | None:
    """Only valid Indonesian mobile numbers get SMS; a house's telephone does not."""
    number = _parse(phone) if phone is not None else None
    if number is None or number.country_code != INDONESIA or not phonenumbers.is_valid_number(number):
        return None
    return phone if phonenumbers.number_type(number) == PhoneNumberType.MOBILE else None


def _mail_address(email: str | None) -> str | None:
    """Only plain ASCII addresses: not every mail server on the way takes others (RFC 6531)."""
    return email if email is not None and email.isascii() else None
