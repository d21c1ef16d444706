"""The words of a message: templates, times as people say them, and the limits of an SMS."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from halo_events.contract.values import Language
from halo_service.local_time import WIB
from jinja2 import Environment, PackageLoader, StrictUndefined

SEGMENT_SEPTETS: Final = 160
"""Characters of an SMS that is alone (3GPP TS 23.038, GSM 7-bit default alphabet)."""

LINKED_SEGMENT_SEPTETS: Final = 153
"""Characters of each of several linked SMS: seven septets go to the user data header (3GPP TS 23.040)."""

MAX_SEGMENTS: Final = 3
"""No SMS is longer: each segment is paid for, and many phones show more of them badly."""

MAX_SEPTETS: Final = MAX_SEGMENTS * LINKED_SEGMENT_SEPTETS

GSM_7: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The GSM 7-bit default alphabet, without its escapes: every character here takes one septet."""

_PUNCTUATION: Final = str.maketrans("\u2018\u2019\u02bc`\u201c\u201d\u2013\u2014", "''''\"\"--")
"""Curly quotes, apostrophes and dashes, and what stands for them in an SMS."""

_UNNAMED: Final = {Language.INDONESIAN: "petugas", Language.ENGLISH: "the officer"}
"""Stands for a name of which no character can be sent by SMS."""

_DAYS: Final = {
    Language.INDONESIAN: ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    Language.ENGLISH: ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS: Final = {
    Language.INDONESIAN: (
        *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
        *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
    ),
    Language.ENGLISH: (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}

_TEMPLATES: Final = Environment(
    loader=PackageLoader("halo_notify"),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 plain text: no browser reads it, and an escaped name would be a wrong name
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a template may tell. A template that uses a fact which is None fails; tests render all of them.

    `officer_phone` may be None beside a name: an officer who left can be called no more, and templates say so.
    Neither is there where nobody serves the request.
    `documents` is how many of the request's documents a step concerns: some or all, as they move one by one.
    `kind` is the document that a step concerns, `rows` how many of its requirements.
    """

    tracking_no: str
    rw: str
    officer_name: str | None = None
    officer_phone: str | None = None
    when: datetime | None = None
    documents: int | None = None
    rows: int | None = None
    kind: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A message as it goes out. Only e-mail has a subject."""

    subject: str | None
    body: str


def spoken_time(moment: datetime, language: Language) -> str:
    """A time as people in Bekasi say it, in their own time zone."""
    local = moment.astimezone(WIB)
    day, month = _DAYS[language][local.weekday()], _MONTHS[language][local.month - 1]
    if language is Language.INDONESIAN:
        return f"{day} {local.day} {month} {local.year} pukul {local:%H.%M} WIB"
    return f"{day} {local.day} {month} {local.year} at {local:%H:%M} WIB"


def clean_name(name: str) -> str:
    """A name on one line, without control and direction characters: a line break would end an e-mail's header."""
    visible = (" " if unicodedata.category(mark)[0] in "CZ" else mark for mark in name)
    return " ".join("".join(visible).split())


def sms_name(name: str, language: Language) -> str:
    """A name in the GSM 7-bit alphabet: accents go where they must, and what has no letter in it is left out."""
    marks = clean_name(name).translate(_PUNCTUATION)
    kept = "".join(mark if mark in GSM_7 else _plain(mark) for mark in marks)
    return " ".join(kept.split()) or _UNNAMED[language]


def segments(text: str) -> int:
    """How many SMS a text of the GSM 7-bit alphabet takes."""
    return 1 if len(text) <= SEGMENT_SEPTETS else -(-len(text) // LINKED_SEGMENT_SEPTETS)


def render_sms(template: str, language: Language, facts: Facts) -> Text:
    """Write an SMS of at most three segments. A long name is shortened; numbers never are."""
    source = _TEMPLATES.get_template(f"{template}.{language}.sms.txt")
    known = _known(facts, language)
    if facts.officer_name is None:
        return Text(None, source.render(known))
    name = sms_name(facts.officer_name, language)
    body = source.render(known | {"officer_name": name})
    excess = len(body) - MAX_SEPTETS
    if excess > 0:
        shorter = name[: max(len(name) - excess - 1, 0)].rstrip() + "."
        body = source.render(known | {"officer_name": shorter})
    return Text(None, body)


def render_mail(template: str, language: Language, facts: Facts) -> Text:
    """Write an e-mail: the template's first line is the subject."""
    known = _known(facts, language)
    if facts.officer_name is not None:
        known["officer_name"] = clean_name(facts.officer_name) or _UNNAMED[language]
    text = _TEMPLATES.get_template(f"{template}.{language}.mail.txt").render(known)
    subject, _, body = text.partition("\n")
    return Text(subject.strip(), body.strip() + "\n")


def _known(facts: Facts, language: Language) -> dict[str, str | int | None]:
    """What a template may use: an officer's number and a kind may be None, as no step is sure of them."""
    optional = {
        "when": spoken_time(facts.when, language) if facts.when is not None else None,
        "documents": facts.documents,
        "rows": facts.rows,
        "reason": facts.reason,
    }
    known: dict[str, str | int | None] = {name: value for name, value in optional.items() if value is not None}
    fixed = {"tracking_no": facts.tracking_no, "rw": facts.rw}
    return known | fixed | {"officer_phone": facts.officer_phone, "kind": facts.kind}


def _plain(mark: str) -> str:
    """The mark without accents, or nothing."""
    return "".join(part for part in unicodedata.normalize("NFKD", mark) if part in GSM_7)
