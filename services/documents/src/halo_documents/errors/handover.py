"""From the desk to the officer."""

from http import HTTPStatus

from halo_service.problems import BusinessError


class HandoverUnknownError(BusinessError):
    """No such handover."""

    status = HTTPStatus.NOT_FOUND
    code = "handover-unknown"
    message = (
        "Serah terima ini tidak dikenal. Buka lagi berkas permohonannya dan pilih serah terima yang ada di sana.",
        "This handover is not known. Open the dossier of its request again and choose one that is there.",
    )


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


class HandoverOutdatedError(BusinessError):
    """The handover is of an earlier round of the request."""

    code = "handover-outdated"
    message = (
        "Serah terima ini dari putaran permohonan sebelumnya dan tidak berlaku lagi. Minta loket membuat yang baru.",
        "This handover is of an earlier round of the request and no longer valid. Ask the desk for a new one.",
    )
