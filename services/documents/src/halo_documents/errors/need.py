"""The dossier, its items, and their way to the desk."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar

from halo_service.problems import BusinessError


class NeedRecordedError(BusinessError):
    """The need of this round stands already."""

    code = "need-recorded"
    message = (
        "Kebutuhan dokumen sudah dicatat. Lihat berkasnya.",
        "The need was recorded already. Look at the dossier.",
    )


class RoundOutdatedError(BusinessError):
    """The caller means an earlier round of the request: it was re-opened since."""

    code = "round-outdated"
    message = (
        "Permohonan ini sudah dibuka lagi dalam putaran baru. Muat ulang daftar Anda, lalu catat yang dibutuhkan kini.",
        "This request was re-opened in a new round. Load your list again, then record what is needed now.",
    )


class NeedMissingError(BusinessError):
    """Papers and steps need items first."""

    code = "need-missing"
    message = (
        "Catat dahulu dokumen yang dibutuhkan.",
        "Record first which documents are needed.",
    )


class ItemUnknownError(BusinessError):
    """No such item, or none of this request."""

    status = HTTPStatus.NOT_FOUND
    code = "item-unknown"
    message = ("Dokumen ini tidak ada dalam berkas.", "The dossier has no such item.")


class PapersMissingError(BusinessError):
    """No waiting item has a cleared paper for each mandatory row; the fields name item and row."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "papers-missing"
    message = (
        "Belum ada dokumen yang persyaratan wajibnya lengkap. Lengkapi satu dokumen dahulu.",
        "No document has all its mandatory papers. Complete one of them first.",
    )


class PapersBeingCheckedError(BusinessError):
    """No item can go yet, and one waits for nothing but the check of its papers."""

    code = "papers-being-checked"
    message = (
        "File yang Anda unggah masih diperiksa. Ajukan lagi sebentar lagi.",
        "The files that you uploaded are still being checked. Submit again in a moment.",
    )
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "2"}
