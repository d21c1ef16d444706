"""What is wrong with a field, told in Indonesian and English, without what the field held.

pydantic's own texts are English only and some print the input, so the sentences here go by the error's type.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from halo_service.problems import FieldProblem

FIELD_LIMIT: Final = 50
"""At most so many fields are told in one answer."""

_SEGMENT: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_OTHER: Final = ("Isian ini tidak sah.", "This is not valid.")

_MESSAGES: Final[Mapping[str, tuple[str, str]]] = {
    "missing": ("Isian ini wajib ada.", "This is required."),
    "extra_forbidden": ("Isian ini tidak dikenal.", "This field is not known here."),
    "json_invalid": ("Isi permintaan bukan JSON yang sah.", "The body is not valid JSON."),
    "string_type": ("Isi dengan teks.", "This must be text."),
    "string_too_short": ("Paling sedikit {min_length} karakter.", "At least {min_length} characters."),
    "string_too_long": ("Paling banyak {max_length} karakter.", "At most {max_length} characters."),
    "string_pattern_mismatch": ("Bentuknya tidak sesuai.", "This does not have the right form."),
    "string_unicode": ("Teks ini memuat karakter yang tidak sah.", "This text holds characters that are not valid."),
    "text_not_storable": ("Teks ini memuat karakter NUL.", "This text holds a NUL character."),
    "too_short": ("Paling sedikit {min_length} buah.", "At least {min_length} of them."),
    "too_long": ("Paling banyak {max_length} buah.", "At most {max_length} of them."),
    "greater_than": ("Harus lebih dari {gt}.", "This must be more than {gt}."),
    "greater_than_equal": ("Paling sedikit {ge}.", "This must be {ge} or more."),
    "less_than": ("Harus kurang dari {lt}.", "This must be less than {lt}."),
    "less_than_equal": ("Paling banyak {le}.", "This must be {le} or less."),
    "enum": ("Pilih salah satu: {expected}.", "Choose one of: {expected}."),
    "literal_error": ("Pilih salah satu: {expected}.", "Choose one of: {expected}."),
    "int_type": ("Isi dengan bilangan bulat.", "This must be a whole number."),
    "int_parsing": ("Isi dengan bilangan bulat.", "This must be a whole number."),
    "int_parsing_size": ("Bilangan ini terlalu besar.", "This number is too large."),
    "bool_type": ("Isi dengan true atau false.", "This must be true or false."),
    "bool_parsing": ("Isi dengan true atau false.", "This must be true or false."),
    "uuid_type": ("Isi dengan UUID.", "This must be a UUID."),
    "uuid_parsing": ("Isi dengan UUID.", "This must be a UUID."),
    "list_type": ("Isi dengan daftar.", "This must be a list."),
    "dict_type": ("Isi dengan objek.", "This must be an object."),
    "model_type": ("Isi dengan objek.", "This must be an object."),
    "model_attributes_type": ("Isi dengan objek.", "This must be an object."),
    "datetime_type": ("Isi dengan waktu menurut RFC 3339.", "This must be a time as in RFC 3339."),
    "datetime_parsing": ("Isi dengan waktu menurut RFC 3339.", "This must be a time as in RFC 3339."),
    "datetime_from_date_parsing": ("Isi dengan waktu menurut RFC 3339.", "This must be a time as in RFC 3339."),
    "timezone_aware": ("Waktu ini perlu zona waktu.", "This time needs a time zone."),
    "date_parsing": ("Isi dengan tanggal TTTT-BB-HH.", "This must be a date, YYYY-MM-DD."),
    "date_from_datetime_parsing": ("Isi dengan tanggal TTTT-BB-HH.", "This must be a date, YYYY-MM-DD."),
}

_SAFE_CONTEXT: Final = frozenset({"min_length", "max_length", "gt", "ge", "lt", "le", "expected"})
"""Parts of an error's context that tell the rule and never the input."""


class _Blank(dict[str, Any]):
    """A context in which what is missing reads as a question mark."""

    def __missing__(self, key: str) -> str:
        return "?"


def field_path(location: Sequence[object]) -> str:
    """The dotted path of a field, without the leading `body`; names that no field has read as `?`."""
    parts = [str(part) if _SEGMENT.fullmatch(str(part)) else "?" for part in location]
    if parts and parts[0] == "body":
        parts = parts[1:]
    return ".".join(parts) or "body"


def describe_field(error: Mapping[str, Any]) -> FieldProblem:
    """Tell one of pydantic's errors.

    A validator of ours that wants its own sentence raises `PydanticCustomError(code, english, {"message_id":
    indonesian})`; its sentence is taken only with both languages, and must not hold the input.
    """
    code = str(error["type"])
    context = error.get("ctx") or {}
    if isinstance(context.get("message_id"), str):
        return FieldProblem(field_path(error["loc"]), code, str(error["msg"]), context["message_id"])
    values = _Blank({name: value for name, value in context.items() if name in _SAFE_CONTEXT})
    indonesian, english = _MESSAGES.get(code, _OTHER)
    english = english.format_map(values)
    if "expected" in values:  # pydantic lists the choices in English
        values["expected"] = " atau ".join(str(values["expected"]).rsplit(" or ", 1))
    indonesian = indonesian.format_map(values)
    location = ("body",) if code == "json_invalid" else error["loc"]
    return FieldProblem(field_path(location), code, english, indonesian)


def describe_fields(errors: Iterable[Mapping[str, Any]]) -> list[FieldProblem]:
    """Tell pydantic's errors, at most `FIELD_LIMIT` of them."""
    return [describe_field(error) for _, error in zip(range(FIELD_LIMIT), errors, strict=False)]
