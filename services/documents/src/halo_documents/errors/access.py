"""Whose request it is, and whether it is still one."""

from http import HTTPStatus

from halo_service.problems import BusinessError


class RequestUnknownError(BusinessError):
    """No event told of this request yet."""

    status = HTTPStatus.NOT_FOUND
    code = "request-unknown"
    message = (
        "Permohonan ini tidak dikenal di sini. Periksa nomornya; jika baru saja masuk, coba lagi sebentar lagi.",
        "This request is not known here. Check its id; if it came in just now, try again in a moment.",
    )


class NotHolderError(BusinessError):
    """The caller is not the officer who holds the request."""

    status = HTTPStatus.FORBIDDEN
    code = "not-holder"
    message = (
        "Permohonan ini dipegang petugas lain. Muat ulang daftar Anda; bila keliru, hubungi kelurahan.",
        "Another officer holds this request. Load your list again; if that is wrong, ask the kelurahan.",
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


class RequestCancelledError(BusinessError):
    """The request was cancelled: nothing happens to it any more."""

    code = "request-cancelled"
    message = (
        "Permohonan ini sudah dibatalkan, sehingga tidak diproses lagi. Jika masih diperlukan, buat permohonan baru.",
        "This request was cancelled: nothing more is done about it. If it is still wanted, file a new one.",
    )
