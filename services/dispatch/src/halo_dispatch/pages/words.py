"""What the officer's pages call things, in pairs: Indonesian, English."""

from collections.abc import Mapping
from typing import Final

from halo_events.contract.dispatch import DeclineReason, DeliveryFailure, MissReason
from halo_events.contract.values import Relation, TargetGroup
from halo_service.pages import Page

from halo_dispatch.domain.items import ItemState
from halo_dispatch.domain.tasks import Step

Words = Mapping[str, tuple[str, str]]

STEPS: Final[Words] = {
    Step.ANSWER: ("Terima atau tolak permohonan ini.", "Accept or decline this request."),
    Step.GIVE_BACK: (
        "Warga minta batal: kembalikan semua berkas, lalu lepaskan permohonan.",
        "The resident wants to cancel: bring all papers back, then release the request.",
    ),
    Step.DELIVER: ("Antarkan dokumen ke rumah warga.", "Deliver the documents to the door."),
    Step.VISIT: ("Kunjungi warga.", "Visit the resident."),
    Step.PLAN_VISIT: ("Hubungi warga dan jadwalkan kunjungan.", "Call the resident and plan a visit."),
    Step.AWAIT_CALL: (
        "Meja panggilan menelepon warga: tunggu kabarnya, lalu jadwalkan kunjungan pada waktu yang disepakati.",
        "The call desk calls the resident: wait for its word, then plan the visit for the time agreed on.",
    ),
    Step.RECORD_NEED: ("Catat kebutuhan dan foto berkas warga.", "Record the need and photograph the papers."),
    Step.BRING_PAPERS: (
        "Lengkapi berkas; ambil dokumen di loket setelah jadi.",
        "Complete the papers; fetch the documents at the service point once they are made.",
    ),
    Step.AWAIT_RESIDENT: (
        "Dokumen dititipkan di kelurahan: catat bila warga mengambilnya.",
        "The kelurahan keeps the documents: record when the resident fetches them.",
    ),
}

ITEM_STATES: Final[Words] = {
    ItemState.NEEDED: ("dalam proses", "under way"),
    ItemState.WITH_OFFICER: ("ada pada petugas", "with the officer"),
    ItemState.AT_KELURAHAN: ("dititipkan di kelurahan", "kept at the kelurahan"),
    ItemState.DELIVERED: ("sudah diserahkan", "delivered"),
    ItemState.REJECTED: ("ditolak loket", "rejected by the service point"),
}

DECLINE_REASONS: Final[Words] = {
    DeclineReason.ILL: ("Sakit", "Ill"),
    DeclineReason.ON_LEAVE: ("Cuti", "On leave"),
    DeclineReason.OVERLOADED: ("Terlalu banyak tugas", "Too much to do"),
    DeclineReason.CONFLICT_OF_INTEREST: ("Benturan kepentingan", "Conflict of interest"),
    DeclineReason.OTHER: ("Alasan lain", "Another reason"),
}

MISS_REASONS: Final[Words] = {
    MissReason.NOBODY_HOME: ("Tidak ada orang di rumah", "Nobody at home"),
    MissReason.WRONG_ADDRESS: ("Alamat salah", "Wrong address"),
    MissReason.RESIDENT_ASKED: ("Warga minta waktu lain", "The resident asked for another time"),
    MissReason.OFFICER_PREVENTED: ("Saya berhalangan", "I could not come"),
    MissReason.OTHER: ("Alasan lain", "Another reason"),
}

FAILURES: Final[Words] = {
    DeliveryFailure.NOBODY_HOME: ("Tidak ada orang di rumah", "Nobody at home"),
    DeliveryFailure.WRONG_ADDRESS: ("Alamat salah", "Wrong address"),
    DeliveryFailure.REFUSED: ("Warga menolak menerima", "The resident refused them"),
    DeliveryFailure.OTHER: ("Alasan lain", "Another reason"),
}

RELATIONS: Final[Words] = {
    Relation.SELF: ("Warga sendiri", "The resident"),
    Relation.SPOUSE: ("Suami atau istri", "Husband or wife"),
    Relation.PARENT: ("Orang tua", "Parent"),
    Relation.CHILD: ("Anak", "Child"),
    Relation.SIBLING: ("Saudara kandung", "Brother or sister"),
    Relation.NEIGHBOUR: ("Tetangga", "Neighbour"),
    Relation.OTHER: ("Lainnya", "Other"),
}

TARGET_GROUPS: Final[Words] = {
    TargetGroup.ELDERLY: ("Lansia", "Elderly"),
    TargetGroup.NO_DEVICE: ("Tidak punya gawai", "Has no device"),
    TargetGroup.NO_TIME: ("Tidak sempat", "Has no time"),
}

DONE: Final[Words] = {
    "accepted": ("Permohonan ini sekarang tugas Anda.", "This request is yours now."),
    "declined": ("Penolakan Anda tercatat. Petugas lain ditanya.", "You declined. Another officer is asked."),
    "released": ("Permohonan dilepas; warga diberi tahu.", "The request is released; the resident is told."),
    "planned": ("Jadwal kunjungan tercatat; warga diberi tahu.", "The visit is planned; the resident is told."),
    "visited": ("Kunjungan tercatat terlaksana.", "The visit is recorded as made."),
    "missed": ("Kunjungan tercatat gagal.", "The visit is recorded as missed."),
    "delivered": ("Penyerahan dokumen tercatat.", "The delivery is recorded."),
    "failed": ("Pengantaran tercatat gagal. Coba lagi lain waktu.", "The try is recorded. Try again another time."),
    "returned": (
        "Sudah tiga kali gagal: titipkan dokumen di kelurahan.",
        "That was the third try: leave the documents at the kelurahan.",
    ),
}

_ALL: Final[Mapping[str, Words]] = {
    "step": STEPS,
    "item": ITEM_STATES,
    "decline": DECLINE_REASONS,
    "miss": MISS_REASONS,
    "failure": FAILURES,
    "relation": RELATIONS,
    "target": TARGET_GROUPS,
    "done": DONE,
}


def spoken(page: Page) -> Mapping[str, Mapping[str, str]]:
    """All of it in the reader's language, by the name of the list and the code."""
    return {name: {str(code): page.t(*pair) for code, pair in words.items()} for name, words in _ALL.items()}
