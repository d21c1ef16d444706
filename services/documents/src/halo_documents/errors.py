"""What documents refuses, with HTTP status and words in Indonesian and English."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar, Final

from halo_service.problems import BusinessError

_ITEM_STATES: Final = {
    "needed": "masih dikumpulkan berkasnya",
    "submitted": "sudah diajukan",
    "verified": "sudah diverifikasi",
    "issued": "sudah diterbitkan",
    "printed": "sudah dicetak",
    "handed_over": "sudah diserahkan kepada petugas",
    "delivered": "sudah diantar",
}
_PAPER_STATES: Final = {
    "awaited": "masih ditunggu",
    "stored": "sedang diperiksa",
    "expired": "waktu unggahnya lewat",
    "cleared": "lolos",
    "quarantined": "dikarantina",
}


class RequestUnknownError(BusinessError):
    """No event told of this request yet."""

    status = HTTPStatus.NOT_FOUND
    code = "request-unknown"
    message = ("Permohonan ini tidak dikenal.", "This request is not known.")


class NotHolderError(BusinessError):
    """The caller is not the officer who holds the request."""

    status = HTTPStatus.FORBIDDEN
    code = "not-holder"
    message = (
        "Permohonan ini dipegang petugas lain.",
        "Another officer holds this request.",
    )


class NotInRegisterError(BusinessError):
    """The caller holds the request, and left the register since."""

    status = HTTPStatus.FORBIDDEN
    code = "not-in-register"
    message = (
        "Anda tidak terdaftar sebagai petugas atau koordinator Satgas Pamor. Hubungi kelurahan.",
        "You are not in the register of Satgas Pamor officers and coordinators. Ask the kelurahan.",
    )


class NoHolderError(BusinessError):
    """Nothing is handed over while nobody holds the request: its officer left the register, or gave it back."""

    code = "no-holder"
    message = (
        "Permohonan ini sedang tidak dipegang petugas. Simpan dokumennya sampai petugas berikutnya menerimanya.",
        "No officer holds this request now. Keep the documents until the next one accepts it.",
    )


class NeedRecordedError(BusinessError):
    """The need of this round stands already."""

    code = "need-recorded"
    message = (
        "Kebutuhan dokumen sudah dicatat. Lihat berkasnya.",
        "The need was recorded already. Look at the dossier.",
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


class RowUnknownError(BusinessError):
    """The item's checklist has no such row."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "row-unknown"
    message = (
        "Persyaratan ini tidak ada dalam daftar dokumen tersebut. Pilih dari daftarnya.",
        "The item's checklist has no such row. Choose one of its rows.",
    )


class PaperTooLargeError(BusinessError):
    """The announced file is larger than the limit."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "paper-too-large"
    message = (
        "Ukuran file paling besar {limit} byte. Perkecil dahulu.",
        "A file may have at most {limit} bytes. Make it smaller first.",
    )


class TooManyPapersError(BusinessError):
    """The request has as many papers for this purpose as one may have."""

    code = "too-many-papers"
    message = (
        "Berkas ini sudah memuat {limit} file untuk keperluan ini, jumlah terbanyak.",
        "This dossier has {limit} files for this purpose already, the most it may have.",
    )


class TooManyFailedPapersError(BusinessError):
    """So many papers for this purpose were quarantined or lapsed that something else is wrong."""

    code = "too-many-failed-papers"
    message = (
        "Sudah {limit} file yang tidak lolos pemeriksaan atau lewat waktunya. Hubungi loket.",
        "{limit} files have failed their checks or lapsed already. Ask the service point.",
    )


class PaperUnknownError(BusinessError):
    """No such paper."""

    status = HTTPStatus.NOT_FOUND
    code = "paper-unknown"
    message = ("File ini tidak dikenal.", "This paper is not known.")


class UploadExpiredError(BusinessError):
    """The form lapsed before the upload was reported."""

    code = "upload-expired"
    message = (
        "Waktu unggah sudah lewat. Minta formulir unggah yang baru.",
        "The time for this upload is over. Ask for a new form.",
    )


class PaperNotClearedError(BusinessError):
    """Nobody opens a paper that was not cleared."""

    code = "paper-not-cleared"
    message = (
        "File ini belum atau tidak lolos pemeriksaan ({keadaan}).",
        "This paper has not passed its checks ({state}).",
    )

    def __init__(self, state: str) -> None:
        super().__init__(state=state, keadaan=_PAPER_STATES[state])


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


class WrongStateError(BusinessError):
    """The item is not where this step begins."""

    code = "wrong-state"
    message = (
        "Langkah ini untuk dokumen yang {seharusnya}; dokumen ini {keadaan}.",
        "This step is for items that are {expected}; this one is {state}.",
    )

    def __init__(self, expected: str, state: str) -> None:
        super().__init__(expected=expected, state=state, seharusnya=_ITEM_STATES[expected], keadaan=_ITEM_STATES[state])


class OperatorIsCollectorError(BusinessError):
    """Who collected the papers does not decide upon them."""

    status = HTTPStatus.FORBIDDEN
    code = "operator-is-collector"
    message = (
        "Berkas yang Anda kumpulkan sendiri harus diproses petugas lain.",
        "You collected this dossier yourself: another operator must process it.",
    )


class IssueNumberTakenError(BusinessError):
    """Another document of the kind bears the number."""

    code = "issue-number-taken"
    message = (
        "Nomor ini sudah dipakai dokumen lain yang sejenis. Periksa nomornya.",
        "Another document of this kind has this number. Check the number.",
    )


class PersonalNumberError(BusinessError):
    """Issue numbers and serials travel in clear, so they must not be NIK or KK numbers, which are personal data."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "number-is-personal"
    message = (
        "Jangan isi NIK atau nomor KK. Isi nomor register penerbitan atau nomor seri blangko.",
        "Do not enter a NIK or KK number. Enter the register number of the document or the serial of the blank.",
    )


class BlankSerialTakenError(BusinessError):
    """Another card was printed on the blank."""

    code = "blank-serial-taken"
    message = (
        "Nomor seri blangko ini sudah dipakai. Periksa nomornya.",
        "Another card was printed on this blank. Check its serial.",
    )


class BlankSerialMissingError(BusinessError):
    """Cards are printed on numbered blanks."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "blank-serial-missing"
    message = (
        "Isi nomor seri blangko untuk KTP-el dan KIA.",
        "Give the serial of the blank for a KTP-el or KIA.",
    )


class HandoverUnknownError(BusinessError):
    """No such handover."""

    status = HTTPStatus.NOT_FOUND
    code = "handover-unknown"
    message = ("Serah terima ini tidak dikenal.", "This handover is not known.")


class HandoverWithdrawnError(BusinessError):
    """The desk took the handover back before the officer confirmed."""

    code = "handover-withdrawn"
    message = (
        "Serah terima ini sudah ditarik oleh loket. Tunggu serah terima yang baru.",
        "The desk took this handover back. Wait for a new one.",
    )


class HandoverConfirmedError(BusinessError):
    """The officer has the documents already."""

    code = "handover-confirmed"
    message = (
        "Petugas sudah mengonfirmasi serah terima ini, sehingga tidak bisa ditarik lagi.",
        "The officer has confirmed this handover: it can't be withdrawn any more.",
    )


class ItemInHandoverError(BusinessError):
    """The item lies in a handover that waits for the officer."""

    code = "item-in-handover"
    message = (
        "Dokumen ini sudah ada dalam serah terima yang menunggu petugas. Tarik dahulu jika perlu diubah.",
        "This item is in a handover that waits for the officer already. Withdraw that one first to change it.",
    )
