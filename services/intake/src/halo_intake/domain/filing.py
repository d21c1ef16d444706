"""What somebody files, checked: one set of rules for e-OPen's records and for our own HTTP bodies.

The rules are a pydantic model, so that all faults of a filing are found at once, each with its code and field.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from halo_events.contract.event import Code, LongText, OpenMember, Text
from halo_events.contract.values import (
    Authority,
    Channel,
    DocumentKind,
    HouseholdSize,
    Language,
    OnBehalf,
    Relation,
    Resident,
)
from halo_service.nik import InvalidNikError, Nik, holds_personal_number
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, validate_email
from pydantic_core import PydanticCustomError

from halo_intake.domain import places
from halo_intake.domain.phone import InvalidPhoneError, read_phone

MOST_DOCUMENTS: Final = 10

MOST_FAULTS: Final = 50
"""A filing with more faults is told these; they are enough to see that its sender is broken."""

BELIEVED: Final = timedelta(days=400)
"""How far back the clock of a device is believed."""

_KK_DIGITS: Final = 16

_ALIASES: Final = {"string_unicode": "text_not_storable"}
"""A lone surrogate and a NUL are one thing to whoever must mend it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a filing: a code of `sentences.toml` and the dotted path of the field."""

    code: str
    field: str | None = None


def _fault(code: str) -> PydanticCustomError:
    return PydanticCustomError(code, "refused")


def _nik(text: str) -> str:
    try:
        return Nik.read(text).value
    except InvalidNikError as error:
        raise _fault(error.code) from None


def _reference(text: str) -> str:
    if holds_personal_number(text):
        raise _fault("reference_personal")
    return text


def _kk(text: str) -> str:
    if not (len(text) == _KK_DIGITS and text.isascii() and text.isdigit()):
        raise _fault("kk_form")
    return text


def _phone(text: str) -> str:
    try:
        return read_phone(text)
    except InvalidPhoneError as error:
        raise _fault(error.code) from None


def _email(text: str) -> str:
    try:
        return validate_email(text)[1]
    except PydanticCustomError:
        raise _fault("email_form") from None


def _kelurahan(text: str) -> str:
    if text not in places.KELURAHAN_CODES:
        raise _fault("kelurahan_unknown")
    return text


def _kind(text: str) -> DocumentKind:
    try:
        return DocumentKind(text)
    except ValueError:
        raise _fault("document_unknown") from None


def _number(code: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        value = places.read_number(text)
        if value is None:
            raise _fault(code)
        return value

    return read


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class FiledResident(_Form):
    """The personal data of a filing."""

    name: Text
    nik: Annotated[Text, AfterValidator(_nik)] | None = None
    kk: Annotated[Text, AfterValidator(_kk)] | None = None
    phone: Annotated[Text, AfterValidator(_phone)]
    email: Annotated[Text, AfterValidator(_email)] | None = None
    address: LongText
    note: LongText | None = None


class FiledOnBehalf(_Form):
    """By what right somebody files for the resident."""

    relation: Relation
    authority: Authority


class Filing(_Form):
    """A filing without a fault."""

    channel: Channel
    source_ref: Annotated[Code, AfterValidator(_reference)] | None = None
    on_behalf: FiledOnBehalf | None = None
    documents: Annotated[tuple[Annotated[Text, AfterValidator(_kind)], ...], Field(max_length=MOST_DOCUMENTS)]
    kelurahan_code: Annotated[Text, AfterValidator(_kelurahan)]
    rw: Annotated[Text, AfterValidator(_number("rw_form"))]
    rt: Annotated[Text, AfterValidator(_number("rt_form"))] | None = None
    target_group: OpenMember | None = None
    language: OpenMember = Language.INDONESIAN
    household_size: HouseholdSize | None = None
    resident: FiledResident

    def contract_resident(self) -> Resident:
        """The resident as an event carries him."""
        return Resident(**self.resident.model_dump())

    def contract_on_behalf(self) -> OnBehalf | None:
        """By what right the filing was made, as an event carries it."""
        if self.on_behalf is None:
            return None
        return OnBehalf(relation=self.on_behalf.relation, authority=self.on_behalf.authority)

    @property
    def doubts(self) -> tuple[Fault, ...]:
        """What deserves a second look by who typed it, and is no reason to refuse."""
        nik = self.resident.nik
        if nik is None or Nik(nik).province_known:
            return ()
        return (Fault("nik_province_unknown", "resident.nik"),)


def check_filing(data: Mapping[str, Any]) -> Filing | tuple[Fault, ...]:
    """The filing, or all its faults."""
    filing: Filing | None = None
    faults: list[Fault] = []
    try:
        filing = Filing.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        faults.extend(Fault(item["type"], ".".join(map(str, item["loc"])) or None) for item in found)
    faults.extend(_faults_across_fields(data))
    if filing is None or faults:
        return distinct(faults)
    return filing


def distinct(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """The first fault of each field, at most `MOST_FAULTS`; a fault within a field that has one already is left out."""
    kept: list[Fault] = []
    for fault in faults:
        path = fault.field or ""
        if len(kept) < MOST_FAULTS and not any(_covers(earlier.field or "", path) for earlier in kept):
            kept.append(Fault(_ALIASES.get(fault.code, fault.code), fault.field))
    return tuple(kept)


def _covers(outer: str, inner: str) -> bool:
    return inner == outer or inner.startswith(f"{outer}.")


def _faults_across_fields(data: Mapping[str, Any]) -> list[Fault]:
    """What no field can tell alone. Fields may be missing or of any type: that is another rule's fault."""
    faults = []
    listed = data.get("documents")
    kinds = [kind.strip() for kind in listed if isinstance(kind, str)] if isinstance(listed, list | tuple) else []
    if len(set(kinds)) != len(kinds):
        faults.append(Fault("documents_repeated", "documents"))
    elif isinstance(listed, list | tuple) and not listed:
        faults.append(Fault("documents_missing", "documents"))
    resident = data.get("resident")
    if isinstance(resident, Mapping) and resident.get("nik") is None and DocumentKind.AKTA_KELAHIRAN not in kinds:
        faults.append(Fault("nik_required", "resident.nik"))
    return faults


def filed_at(stated: datetime, now: datetime) -> datetime:
    """When a filing happened: what its device says, unless that clock is ahead or far behind."""
    return stated if now - BELIEVED <= stated <= now else now
