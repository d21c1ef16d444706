"""The steps of the service point."""

from http import HTTPStatus
from typing import Final

from halo_service.problems import BusinessError

_ITEM_STATES: Final = {
    "needed": ("masih dikumpulkan berkasnya", "still being collected"),
    "submitted": ("sudah diajukan", "submitted"),
    "verified": ("sudah diverifikasi", "verified"),
    "issued": ("sudah diterbitkan", "issued"),
    "printed": ("sudah dicetak", "printed"),
    "handed_over": ("sudah diserahkan kepada petugas", "handed over to the officer"),
    "delivered": ("sudah diantar", "delivered"),
    "rejected": ("ditolak", "rejected"),
    "cancelled": ("dibatalkan", "cancelled"),
}


class WrongStateError(BusinessError):
    """The item is not where this step begins."""

    code = "wrong-state"
    message = (
        "Langkah ini untuk dokumen yang {seharusnya}; dokumen ini {keadaan}.",
        "This step is for items that are {expected}; this one is {state}.",
    )

    def __init__(self, state: str, *expected: str) -> None:
        wanted = [_ITEM_STATES[one] for one in expected]
        keadaan, said = _ITEM_STATES[state]
        super().__init__(
            keadaan=keadaan,
            state=said,
            seharusnya=" atau ".join(one for one, _ in wanted),
            expected=" or ".join(one for _, one in wanted),
        )


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


class ItemHeldError(BusinessError):
    """Work on the item waits for something."""

    code = "item-held"
    message = (
        "Dokumen ini sedang ditunda. Lanjutkan dahulu setelah penyebabnya selesai.",
        "This item is on hold. Resume it first, once what it waits for is there.",
    )


class ItemNotHeldError(BusinessError):
    """Work on the item waits for nothing."""

    code = "item-not-held"
    message = (
        "Dokumen ini tidak sedang ditunda. Lanjutkan langsung dengan langkah berikutnya.",
        "This item is not on hold. Go on with its next step.",
    )


class OnlyPapersNeverCameError(BusinessError):
    """While its papers are collected, nobody can judge an item by them."""

    code = "only-papers-never-came"
    message = (
        "Selama berkasnya dikumpulkan, dokumen hanya bisa ditolak karena berkasnya tidak datang (papers_never_came).",
        "While its papers are collected, an item can be rejected only because they never came (papers_never_came).",
    )


class RowMetOtherwiseError(BusinessError):
    """A row would be met as before, by other papers than those asked for again."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "row-met-otherwise"
    message = (
        "Persyaratan ini tetap terpenuhi oleh file lain. Sebutkan juga persyaratan yang filenya salah.",
        "Other papers would still meet this row. Name the row of the wrong paper too.",
    )
