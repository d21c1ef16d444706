"""Values that several events carry: documents, places, people."""

from enum import StrEnum
from typing import Annotated

from pydantic import EmailStr, Field, StringConstraints

from halo_events.contract.event import LongText, OpenMember, Part, Text

KelurahanCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}\.[0-9]{2}\.[0-9]{2}\.[0-9]{4}$")]
"""Kemendagri's code of a kelurahan, with its dots: `32.75.09.1006`."""

RwNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")]
"""Number of an RW within its kelurahan, three digits: `007`. It means nothing without the kelurahan."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 in lower-case hexadecimal digits."""


class DocumentKind(StrEnum):
    """The population documents that HALO PAMOR brings."""

    KTP_EL = "ktp_el"
    KARTU_KELUARGA = "kartu_keluarga"
    KIA = "kia"
    AKTA_KELAHIRAN = "akta_kelahiran"
    AKTA_KEMATIAN = "akta_kematian"


AnyDocumentKind = Annotated[DocumentKind | OpenMember, Field(union_mode="left_to_right")]
"""A document kind, open for readers."""


class Channel(StrEnum):
    """Where a request came in."""

    EOPEN = "eopen"
    CALL_DESK = "call_desk"
    SMS = "sms"
    OFFICER = "officer"
    WALK_IN = "walk_in"
    COMMUNITY = "community"


AnyChannel = Annotated[Channel | OpenMember, Field(union_mode="left_to_right")]
"""A channel, open for readers."""


class TargetGroup(StrEnum):
    """Why the resident cannot use the app."""

    ELDERLY = "elderly"
    NO_DEVICE = "no_device"
    NO_TIME = "no_time"


AnyTargetGroup = Annotated[TargetGroup | OpenMember, Field(union_mode="left_to_right")]
"""A target group, open for readers."""


class Language(StrEnum):
    """Language of messages."""

    INDONESIAN = "id"
    ENGLISH = "en"


AnyLanguage = Annotated[Language | OpenMember, Field(union_mode="left_to_right")]
"""A language, open for readers."""


HouseholdSize = Annotated[int, Field(ge=1, le=99)]
"""How many people live in a household: helps the officer to plan the visit."""


class Authority(StrEnum):
    """By what right somebody asks for another person."""

    SELF = "self"
    FAMILY = "family"
    F_1_07 = "f_1_07"


class Relation(StrEnum):
    """What somebody is to the resident."""

    SELF = "self"
    SPOUSE = "spouse"
    PARENT = "parent"
    CHILD = "child"
    SIBLING = "sibling"
    NEIGHBOUR = "neighbour"
    OTHER = "other"


AnyRelation = Annotated[Relation | OpenMember, Field(union_mode="left_to_right")]
"""A relation, open for readers."""


class OnBehalf(Part):
    """Somebody asks for the resident."""

    relation: AnyRelation
    authority: Annotated[Authority | OpenMember, Field(union_mode="left_to_right")]


class Resident(Part):
    """The personal data of a request; all of it stands here, so that it can be sealed as one.

    `phone` is in E.164 form. Newborns have no `nik` yet.
    """

    name: Text
    nik: Annotated[str, StringConstraints(pattern=r"^[0-9]{16}$")] | None = None
    kk: Annotated[str, StringConstraints(pattern=r"^[0-9]{16}$")] | None = None
    phone: Annotated[str, StringConstraints(pattern=r"^\+[0-9]{8,15}$")]
    email: Annotated[EmailStr, Field(max_length=254)] | None = None
    address: LongText
    note: LongText | None = None


class Bilingual(Part):
    """One sentence in Indonesian and in English."""

    id: LongText
    en: LongText
