"""Why papers are asked again, an item is held or rejected, in words that officers and operators read."""

from collections.abc import Mapping
from typing import Final

from halo_events.contract.documents import HoldReason, RejectionReason, RevisionReason
from halo_events.contract.values import Bilingual

REVISION: Final[Mapping[str, Bilingual]] = {
    RevisionReason.UNREADABLE: Bilingual(
        id="Filenya tidak terbaca. Foto ulang dengan terang dan utuh.",
        en="The file can't be read. Take another photo, bright and whole.",
    ),
    RevisionReason.INCOMPLETE: Bilingual(
        id="Belum lengkap. Unggah semua halamannya.", en="It is not complete. Upload all its pages."
    ),
    RevisionReason.EXPIRED: Bilingual(
        id="Masa berlakunya habis. Minta yang masih berlaku.", en="It has expired. Ask for a valid one."
    ),
    RevisionReason.WRONG_PERSON: Bilingual(
        id="Atas nama orang lain. Minta yang atas nama pemohon.",
        en="It is somebody else's. Ask for the resident's own.",
    ),
    RevisionReason.WRONG_DOCUMENT: Bilingual(
        id="Bukan dokumen yang diminta. Lihat daftar persyaratannya.",
        en="It is not the paper that is asked for. Look at the checklist.",
    ),
    RevisionReason.DATA_DIFFERS: Bilingual(
        id="Datanya berbeda dari berkas lain. Periksa bersama pemohon.",
        en="Its data differ from the other papers. Go through them with the resident.",
    ),
    RevisionReason.SIGNATURE_MISSING: Bilingual(
        id="Tanda tangannya belum ada. Minta ditandatangani.", en="The signature is missing. Have it signed."
    ),
}
HOLD: Final[Mapping[str, Bilingual]] = {
    HoldReason.RESIDENT: Bilingual(id="Menunggu pemohon.", en="It waits for the resident."),
    HoldReason.BIOMETRIC_APPOINTMENT: Bilingual(
        id="Menunggu jadwal perekaman biometrik.", en="It waits for the appointment for biometric recording."
    ),
    HoldReason.CENTRAL_ENROLMENT: Bilingual(
        id="Menunggu perekaman diproses di pusat.", en="It waits for the central enrolment."
    ),
    HoldReason.BLANK_OUT_OF_STOCK: Bilingual(id="Menunggu blangko tersedia.", en="It waits for blanks to be in stock."),
    HoldReason.NETWORK_DOWN: Bilingual(id="Menunggu jaringan pulih.", en="It waits for the network."),
}
REJECTION: Final[Mapping[str, Bilingual]] = {
    RejectionReason.NOT_ENTITLED: Bilingual(
        id="Pemohon tidak berhak atas dokumen ini.", en="The resident is not entitled to this document."
    ),
    RejectionReason.ALREADY_ISSUED: Bilingual(
        id="Dokumen ini sudah pernah diterbitkan.", en="This document was issued already."
    ),
    RejectionReason.DATA_CONFLICT: Bilingual(
        id="Data berkas bertentangan dengan data kependudukan.",
        en="The papers contradict the population register.",
    ),
    RejectionReason.FALSE_PAPERS: Bilingual(id="Berkasnya tidak asli.", en="The papers are not genuine."),
    RejectionReason.PAPERS_NEVER_CAME: Bilingual(
        id="Berkas yang diminta tidak pernah lengkap.", en="The papers that were asked for never came."
    ),
    RejectionReason.OTHER: Bilingual(id="Alasan lain. Tanyakan ke loket.", en="Another reason. Ask the service point."),
}
_UNKNOWN: Final = Bilingual(id="Alasan lain.", en="Another reason.")


def in_words(reasons: Mapping[str, Bilingual], reason: str) -> Bilingual:
    """A reason in both languages, also one that a newer release gave."""
    return reasons.get(reason, _UNKNOWN)
