"""Words of states, types and checks on pages, in pairs: Indonesian, English."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from halo_events.contract.documents import QuarantineReason
from halo_events.contract.values import Bilingual
from halo_service.pages import Page
from halo_service.pages.words import document_name

from halo_documents.domain.dossiers import ItemState
from halo_documents.domain.papers import MIB, MediaType, PaperState, UploadProblem
from halo_documents.domain.places import kelurahan_name
from halo_documents.schemas import ItemView

Pairs = Mapping[str, tuple[str, str]]

ITEM_STATES: Final[Pairs] = {
    ItemState.NEEDED: ("Dikumpulkan", "Collecting"),
    ItemState.SUBMITTED: ("Diajukan", "Submitted"),
    ItemState.VERIFIED: ("Terverifikasi", "Verified"),
    ItemState.ISSUED: ("Diterbitkan", "Issued"),
    ItemState.PRINTED: ("Dicetak", "Printed"),
    ItemState.HANDED_OVER: ("Di tangan petugas", "With the officer"),
    ItemState.DELIVERED: ("Sudah diantar", "Delivered"),
    ItemState.REJECTED: ("Ditolak", "Rejected"),
    ItemState.CANCELLED: ("Dibatalkan", "Cancelled"),
}
PAPER_STATES: Final[Pairs] = {
    PaperState.AWAITED: ("Belum diunggah", "Not uploaded yet"),
    PaperState.STORED: ("Sedang diperiksa", "Being checked"),
    PaperState.EXPIRED: ("Waktu unggah habis", "Time for the upload is over"),
    PaperState.CLEARED: ("Lolos pemeriksaan", "Passed its checks"),
    PaperState.QUARANTINED: ("Tidak lolos pemeriksaan", "Failed its checks"),
}
PAPER_REASONS: Final[Pairs] = {
    UploadProblem.NOT_FOUND: ("File belum sampai. Unggah lagi.", "The file did not arrive. Upload it again."),
    UploadProblem.EMPTY: ("File kosong. Unggah lagi.", "The file is empty. Upload it again."),
    UploadProblem.TOO_LARGE: ("File terlalu besar. Perkecil, lalu unggah lagi.", "The file is too large."),
    UploadProblem.NOT_CHECKABLE: (
        "File tidak bisa diperiksa. Unggah file lain.",
        "The file could not be checked. Upload another one.",
    ),
    QuarantineReason.TYPE_NOT_ALLOWED: (
        "Jenis file ini tidak diterima. Unggah foto JPG, gambar PNG atau PDF.",
        "Files of this type are not taken. Upload a JPG photo, a PNG picture or a PDF.",
    ),
    QuarantineReason.TYPE_MISMATCH: (
        "Isi file bukan jenis yang Anda pilih. Pilih jenis yang sesuai, lalu unggah lagi.",
        "The file is not of the type that you chose. Choose the right type and upload it again.",
    ),
    QuarantineReason.SIZE_MISMATCH: (
        "File tidak terkirim utuh. Unggah lagi.",
        "The file did not arrive whole. Upload it again.",
    ),
    QuarantineReason.UNREADABLE: (
        "File rusak atau terkunci dan tidak bisa dibuka. Foto ulang, lalu unggah lagi.",
        "The file is broken or locked and does not open. Take another photo and upload it.",
    ),
    QuarantineReason.MALWARE: (
        "File mengandung virus. Jangan dibuka; minta berkas aslinya dan foto ulang.",
        "The file holds a virus. Don't open it; ask for the paper itself and take a photo of it.",
    ),
    QuarantineReason.SCAN_FAILED: (
        "Pemindai virus tidak bisa memastikan file ini aman. Unggah file lain.",
        "The virus scanner could not say that this file is safe. Upload another one.",
    ),
}
TYPES: Final[Pairs] = {
    MediaType.JPEG: ("Foto (JPG)", "Photo (JPG)"),
    MediaType.PDF: ("PDF", "PDF"),
    MediaType.PNG: ("PNG", "PNG"),
}
_OTHER_TYPE: Final = ("Jenis tidak dikenal", "Unknown type")
_UNKNOWN: Final = ("Sebab lain. Unggah file lain.", "Another cause. Upload another file.")


def words(page: Page) -> dict[str, Any]:
    """What the templates of documents say beside what all pages know."""

    def of(pairs: Pairs) -> Callable[[str], str]:
        return lambda word: page.t(*(pairs.get(word) or (word, word)))

    def say(pair: Bilingual) -> str:
        return page.t(pair.id, pair.en)

    def size(found: int) -> str:
        if found < MIB:
            return f"{max(1, found // 1024)} KB"
        return f"{found / MIB:.1f} MB".replace(".", page.t(",", "."))

    return {
        "say": say,
        "kelurahan_name": kelurahan_name,
        "state_name": of(ITEM_STATES),
        "paper_state": of(PAPER_STATES),
        "paper_reason": lambda reason: page.t(*(PAPER_REASONS.get(reason) or _UNKNOWN)),
        "type_name": lambda found: page.t(*TYPES.get(found, _OTHER_TYPE)),
        "size": size,
    }


def item_names(page: Page, items: Sequence[ItemView]) -> Callable[[ItemView], str]:
    """Names of a dossier's items; several of one kind are told apart by a number, in the order of the need."""
    names: dict[UUID, str] = {}
    for item in items:
        alike = [each.item_id for each in items if each.kind == item.kind]
        number = f" {alike.index(item.item_id) + 1}" if len(alike) > 1 else ""
        names[item.item_id] = page.t(*document_name(item.kind)) + number
    return lambda item: names[item.item_id]
