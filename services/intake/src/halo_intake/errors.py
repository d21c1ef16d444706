"""What intake refuses a caller, with the HTTP status of it."""

from http import HTTPStatus

from halo_service.problems import BusinessError


class InvalidFilingError(BusinessError):
    """A filing has faults; `fields` names each with what to do about it."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "filing-not-valid"
    message = (
        "Permohonan belum bisa diterima. Perbaiki isian yang disebut lalu kirim lagi.",
        "The request cannot be taken yet. Mend the fields named and send again.",
    )


class AlreadyFiledError(BusinessError):
    """The channel's number was used before, for a request that was accepted."""

    status = HTTPStatus.CONFLICT
    code = "already-filed"
    message = (
        "Nomor rujukan ini sudah dipakai untuk permohonan {tracking_no}. Lihat status permohonan itu.",
        "This reference was used for request {tracking_no}. Look up the status of that one.",
    )


class InvalidTrackingNumberError(BusinessError):
    """A text is no tracking number: the form or the check character is wrong."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "tracking-number-not-valid"
    message = (
        "Nomor lacak ini salah tulis. Bentuknya seperti HP26-7K3M-9QX2-F; periksa tiap hurufnya.",
        "This tracking number is mistyped. It looks like HP26-7K3M-9QX2-F; check each character.",
    )


class RequestNotFoundError(BusinessError):
    """No request bears this tracking number."""

    status = HTTPStatus.NOT_FOUND
    code = "request-not-found"
    message = (
        "Nomor lacak ini tidak terdaftar. Periksa nomornya, atau hubungi petugas RW Anda.",
        "No request has this tracking number. Check it, or call the officer of your RW.",
    )


class RequestCancelledError(BusinessError):
    """The request is cancelled: nothing more can be done with it."""

    code = "request-cancelled"
    message = (
        "Permohonan ini sudah dibatalkan. Bila dokumennya masih diperlukan, ajukan permohonan baru.",
        "This request is cancelled. If its documents are needed after all, file a new request.",
    )


class TooLateToCancelError(BusinessError):
    """All items were delivered or rejected, or the request is closed."""

    code = "too-late-to-cancel"
    message = (
        "Sudah terlambat untuk membatalkan: permohonan ini sudah berakhir. Lihat statusnya.",
        "It is too late to cancel: this request has come to its end. Look up its status.",
    )


class CancelPendingError(BusinessError):
    """Somebody asked to cancel before, and the answer is not there yet."""

    code = "cancel-pending"
    message = (
        "Pembatalan sudah diminta dan sedang diproses; petugas mengembalikan berkas dahulu. Lihat statusnya nanti.",
        "Cancelling was asked for before; the officer brings the papers back first. Look up the status later.",
    )


class NotEndedError(BusinessError):
    """Somebody still works on the request."""

    code = "not-ended"
    message = (
        "Permohonan ini masih berjalan. Yang bisa dibuka kembali hanya yang sudah diantar, ditolak, atau ditutup.",
        "This request is still under way. Only one that was delivered, rejected or closed can be re-opened.",
    )


class WindowOverError(BusinessError):
    """The request came to its end too long ago."""

    code = "window-over"
    message = (
        "Masa buka kembali ({days} hari kerja sejak diantar atau ditolak) sudah lewat. Ajukan permohonan baru.",
        "The time for re-opening ({days} working days from delivery or rejection) is over. File a new request.",
    )


class InvalidReopeningError(BusinessError):
    """Documents are wanted that the request is not for; `fields` names each with what to do about it."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "reopening-not-valid"
    message = (
        "Permohonan belum bisa dibuka kembali. Perbaiki isian yang disebut lalu kirim lagi.",
        "The request cannot be re-opened yet. Mend the fields named and send again.",
    )
