"""Papers and the rows that they are for."""

from http import HTTPStatus
from typing import Final

from halo_service.problems import BusinessError

_PAPER_STATES: Final = {
    "awaited": "masih ditunggu",
    "stored": "sedang diperiksa",
    "expired": "waktu unggahnya lewat",
    "cleared": "lolos",
    "quarantined": "dikarantina",
}


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
        "Berkas ini sudah memuat {limit} file untuk keperluan ini, jumlah terbanyak. Hubungi loket.",
        "This dossier has {limit} files for this purpose already, the most it may have. Ask the service point.",
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
