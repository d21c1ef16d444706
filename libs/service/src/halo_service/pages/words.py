"""Words of the city that pages of several services show, in pairs: Indonesian, English."""

from collections.abc import Mapping
from typing import Final

from halo_events.contract.values import DocumentKind

DOCUMENTS: Final[Mapping[str, tuple[str, str]]] = {
    DocumentKind.KTP_EL: ("KTP-el", "Identity card (KTP-el)"),
    DocumentKind.KARTU_KELUARGA: ("Kartu Keluarga (KK)", "Family card (KK)"),
    DocumentKind.KIA: ("Kartu Identitas Anak (KIA)", "Child's identity card (KIA)"),
    DocumentKind.AKTA_KELAHIRAN: ("Akta kelahiran", "Birth certificate"),
    DocumentKind.AKTA_KEMATIAN: ("Akta kematian", "Death certificate"),
}


def document_name(kind: str) -> tuple[str, str]:
    """What a kind of document is called; one that is not known yet is called by its code."""
    return DOCUMENTS.get(kind) or (kind, kind)
