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
