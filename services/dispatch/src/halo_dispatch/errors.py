"""What dispatch refuses, with the status and the words that a caller gets (Indonesian, English)."""

from http import HTTPStatus
from typing import ClassVar

from halo_service.problems import BusinessError


class NotInRegisterError(BusinessError):
    """The signed-in officer or coordinator is not in the register, or is no longer."""

    status: ClassVar[int] = HTTPStatus.FORBIDDEN
    code: ClassVar[str] = "not-in-register"
    message: ClassVar[tuple[str, str]] = (
        "Anda tidak terdaftar sebagai petugas atau koordinator Satgas Pamor. Hubungi kelurahan.",
        "You are not in the register of Satgas Pamor officers and coordinators. Ask the kelurahan.",
    )


class NotCoordinatorError(BusinessError):
    """The signed-in person is in the register, and not as a coordinator."""

    status: ClassVar[int] = HTTPStatus.FORBIDDEN
    code: ClassVar[str] = "not-coordinator"
    message: ClassVar[tuple[str, str]] = (
        "Hanya koordinator kelurahan yang dapat melakukannya.",
        "Only a coordinator of the kelurahan can do this.",
    )


class AssignmentNotFoundError(BusinessError):
    """Dispatch knows no such request."""

    status: ClassVar[int] = HTTPStatus.NOT_FOUND
    code: ClassVar[str] = "assignment-not-found"
    message: ClassVar[tuple[str, str]] = (
        "Permohonan ini tidak ada di sini. Periksa kembali nomornya.",
        "This request is not known here. Check its id.",
    )


class AssignmentTakenError(BusinessError):
    """Another officer was faster. `holder` is his name, which the public may know too."""

    code: ClassVar[str] = "assignment-taken"
    message: ClassVar[tuple[str, str]] = (
        "Permohonan ini sudah diambil oleh {holder}.",
        "{holder} has already taken this request.",
    )


class NotOfferedError(BusinessError):
    """The request is not offered to this officer (any more)."""

    code: ClassVar[str] = "not-offered"
    message: ClassVar[tuple[str, str]] = (
        "Permohonan ini tidak sedang ditawarkan kepada Anda. Muat ulang daftar Anda.",
        "This request is not on offer to you now. Load your list again.",
    )


class AssignmentHeldError(BusinessError):
    """The officer already accepted the request, and can't decline it any more."""

    code: ClassVar[str] = "assignment-held"
    message: ClassVar[tuple[str, str]] = (
        "Anda sudah menerima permohonan ini sehingga tidak dapat menolaknya. Hubungi koordinator kelurahan.",
        "You have accepted this request, so you cannot decline it. Talk to the coordinator of the kelurahan.",
    )


class ItemUnknownError(BusinessError):
    """The need of the request is known, and this item is none of it."""

    status: ClassVar[int] = HTTPStatus.UNPROCESSABLE_ENTITY
    code: ClassVar[str] = "item-unknown"
    message: ClassVar[tuple[str, str]] = (
        "Dokumen ini bukan bagian dari permohonan ini. Periksa daftar dokumennya.",
        "This document is no part of this request. Check its list of documents.",
    )


class NotHolderError(BusinessError):
    """Only the officer who holds the request may do this."""

    status: ClassVar[int] = HTTPStatus.FORBIDDEN
    code: ClassVar[str] = "not-holder"
    message: ClassVar[tuple[str, str]] = (
        "Hanya petugas yang memegang permohonan ini yang dapat melakukannya. Muat ulang daftar Anda.",
        "Only the officer who holds this request can do this. Load your list again.",
    )


class RequestCancelledError(BusinessError):
    """The resident cancelled the request, and nobody serves it any more."""

    code: ClassVar[str] = "request-cancelled"
    message: ClassVar[tuple[str, str]] = (
        "Permohonan ini sudah dibatalkan oleh warga. Muat ulang daftar Anda.",
        "The resident has cancelled this request. Load your list again.",
    )


class CancelNotAskedError(BusinessError):
    """No resident waits for the papers: none asked to cancel, or all was delivered before."""

    code: ClassVar[str] = "cancel-not-asked"
    message: ClassVar[tuple[str, str]] = (
        "Tidak ada permintaan pembatalan yang menunggu untuk permohonan ini. Lanjutkan pelayanan seperti biasa.",
        "No wish to cancel this request is pending. Go on serving it as usual.",
    )


class RequestClosedError(BusinessError):
    """Nothing is left to do for the request."""

    code: ClassVar[str] = "request-closed"
    message: ClassVar[tuple[str, str]] = (
        "Permohonan ini sudah selesai, tidak ada lagi yang perlu dikerjakan. Muat ulang daftar Anda.",
        "This request is closed: nothing is left to do. Load your list again.",
    )


class OtherKelurahanError(BusinessError):
    """The coordinator's token does not name the request's kelurahan."""

    status: ClassVar[int] = HTTPStatus.FORBIDDEN
    code: ClassVar[str] = "other-kelurahan"
    message: ClassVar[tuple[str, str]] = (
        "Permohonan ini milik kelurahan lain. Pilih dari antrean kelurahan Anda, atau hubungi kelurahan itu.",
        "This request belongs to another kelurahan. Choose from your own queue, or ask that kelurahan.",
    )


class NotAwaitedError(BusinessError):
    """The request does not wait in the queue (any more)."""

    code: ClassVar[str] = "not-in-queue"
    message: ClassVar[tuple[str, str]] = (
        "Permohonan ini tidak lagi menunggu di antrean. Muat ulang antrean.",
        "This request no longer waits in the queue. Load the queue again.",
    )


class OfficerNotAvailableError(BusinessError):
    """The chosen officer is unknown, off duty, or works in another kelurahan."""

    status: ClassVar[int] = HTTPStatus.UNPROCESSABLE_ENTITY
    code: ClassVar[str] = "officer-not-available"
    message: ClassVar[tuple[str, str]] = (
        "Pilih petugas yang sedang bertugas di kelurahan Anda.",
        "Choose an officer who is on duty in your kelurahan.",
    )


class OfficerLeftError(BusinessError):
    """The chosen officer left the register, whatever he was asked before."""

    code: ClassVar[str] = "officer-left"
    message: ClassVar[tuple[str, str]] = (
        "Petugas ini tidak ada lagi dalam daftar. Muat ulang antrean dan pilih petugas lain.",
        "This officer is no longer in the register. Load the queue again and choose another one.",
    )


class VisitTimeError(BusinessError):
    """A visit is planned for the past or too far ahead."""

    status: ClassVar[int] = HTTPStatus.UNPROCESSABLE_ENTITY
    code: ClassVar[str] = "visit-time"
    message: ClassVar[tuple[str, str]] = (
        "Pilih waktu kunjungan dalam {days} hari ke depan.",
        "Choose a time for the visit within the next {days} days.",
    )


class VisitNotFoundError(BusinessError):
    """Dispatch knows no such visit."""

    status: ClassVar[int] = HTTPStatus.NOT_FOUND
    code: ClassVar[str] = "visit-not-found"
    message: ClassVar[tuple[str, str]] = (
        "Kunjungan ini tidak ada. Jadwalkan kunjungan terlebih dahulu.",
        "There is no such visit. Schedule one first.",
    )


class VisitReplacedError(BusinessError):
    """The visit was put off, or its officer left: it does not take place."""

    code: ClassVar[str] = "visit-replaced"
    message: ClassVar[tuple[str, str]] = (
        "Kunjungan ini tidak berlaku lagi. Pakai jadwal yang terbaru, atau buat jadwal baru.",
        "This visit no longer stands. Use the latest one, or schedule another.",
    )


class VisitMadeError(BusinessError):
    """The visit took place, so it was not missed."""

    code: ClassVar[str] = "visit-made"
    message: ClassVar[tuple[str, str]] = (
        "Kunjungan ini sudah tercatat terlaksana. Jadwalkan kunjungan berikutnya bila perlu.",
        "This visit is on record as made. Schedule another one if it is needed.",
    )


class VisitMissedError(BusinessError):
    """The visit did not come about, as was reported before."""

    code: ClassVar[str] = "visit-missed"
    message: ClassVar[tuple[str, str]] = (
        "Kunjungan ini sudah tercatat tidak terlaksana. Jadwalkan kunjungan baru.",
        "This visit is on record as missed. Schedule another one.",
    )


class ItemRejectedError(BusinessError):
    """The service point rejected a document: there is nothing to deliver. `fields` names which."""

    code: ClassVar[str] = "item-rejected"
    message: ClassVar[tuple[str, str]] = (
        "Dokumen ini ditolak oleh loket pelayanan sehingga tidak ada yang diserahkan. Muat ulang daftar Anda.",
        "The service point rejected this document, so there is nothing to deliver. Load your list again.",
    )


class AtKelurahanError(BusinessError):
    """The kelurahan keeps a document: nobody brings it to the door any more. `fields` names which."""

    code: ClassVar[str] = "at-kelurahan"
    message: ClassVar[tuple[str, str]] = (
        "Dokumen ini sudah dititipkan di kelurahan. Catat penyerahannya ketika warga mengambilnya.",
        "The kelurahan keeps this document. Record its delivery when the resident fetches it.",
    )


class TryRecordedError(BusinessError):
    """Another try in vain was recorded since the officer's page was loaded."""

    code: ClassVar[str] = "try-recorded"
    message: ClassVar[tuple[str, str]] = (
        "Sejak halaman ini dibuka pengantaran gagal lain sudah dicatat. Muat ulang; catat hanya percobaan yang baru.",
        "Another failed try was recorded since this page was opened. Load it again, and record only what is a new try.",
    )


class AlreadyDeliveredError(BusinessError):
    """A document was delivered before. `fields` names which."""

    code: ClassVar[str] = "already-delivered"
    message: ClassVar[tuple[str, str]] = (
        "Dokumen ini sudah diserahkan kepada warga. Muat ulang permohonannya dan pilih hanya yang belum diserahkan.",
        "This document was already delivered. Load the request again and choose only those that were not.",
    )


class ProofQuarantinedError(BusinessError):
    """The photo failed the checks of documents."""

    status: ClassVar[int] = HTTPStatus.UNPROCESSABLE_ENTITY
    code: ClassVar[str] = "proof-quarantined"
    message: ClassVar[tuple[str, str]] = (
        "Foto bukti ini tidak lolos pemeriksaan. Unggah foto lain.",
        "This photo did not pass the checks. Upload another one.",
    )


class ProofNotValidError(BusinessError):
    """The paper is no proof of delivery of this request and round."""

    status: ClassVar[int] = HTTPStatus.UNPROCESSABLE_ENTITY
    code: ClassVar[str] = "proof-not-valid"
    message: ClassVar[tuple[str, str]] = (
        "Berkas ini bukan bukti penyerahan untuk permohonan dan putaran ini. Ambil foto baru.",
        "This paper is no proof of delivery of this request and round. Take a new photo.",
    )


class RwNotFoundError(BusinessError):
    """The register has no such RW today."""

    status: ClassVar[int] = HTTPStatus.NOT_FOUND
    code: ClassVar[str] = "rw-not-found"
    message: ClassVar[tuple[str, str]] = (
        "RW ini tidak ada di daftar. Periksa kode kelurahan dan nomor RW.",
        "The register has no such RW. Check the code of the kelurahan and the number of the RW.",
    )
