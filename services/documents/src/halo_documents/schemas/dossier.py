"""A dossier as officers and operators see it."""

from datetime import datetime
from uuid import UUID

from halo_events.contract.values import Bilingual, DocumentKind

from halo_documents.domain.dossiers import ItemState
from halo_documents.schemas.body import Body, ReasonView
from halo_documents.schemas.papers import PaperView


class RowView(Body):
    """A row of an item's checklist. `met`: a cleared paper of it or of an alternative lies in the dossier.

    `missing`: the item waits for it, because it is mandatory, or was asked again and is wanted. `revision`: why the
    item's latest revision asked for it again, also where it is optional.
    """

    row: str
    title: Bilingual
    mandatory: bool
    alternatives: tuple[str, ...]
    when: Bilingual | None
    met: bool
    missing: bool
    revision: ReasonView | None


class ItemView(Body):
    """An item with its checklist and papers. `held`: what it waits for; `rejected`: why it is not brought.

    `cancel_requested`: the resident asked to cancel, and was not answered yet.
    """

    item_id: UUID
    kind: DocumentKind
    state: ItemState
    since: datetime
    issue_number: str | None
    blank_serial: str | None
    held: ReasonView | None
    rejected: ReasonView | None
    cancel_requested: bool
    checklist: tuple[RowView, ...]
    papers: tuple[PaperView, ...]


class ResidentView(Body):
    """For whom the documents are: personal data."""

    name: str
    nik: str | None
    kk: str | None
    address: str


class HandoverView(Body):
    """Items that wait for the officer, that he took, or that the desk took back.

    `void`: it has no end, and none is to come: the request was cancelled, or is in a later round.
    """

    handover_id: UUID
    items: tuple[UUID, ...]
    created_at: datetime
    confirmed_at: datetime | None
    withdrawn_at: datetime | None
    void: bool


class DossierView(Body):
    """All that documents knows of a request in one round; what is not known yet is null or empty.

    `present_round` is the one that the request is in.
    """

    request_id: UUID
    round: int
    present_round: int
    cancelled_at: datetime | None
    officer_id: UUID | None
    tracking_no: str | None
    kelurahan_code: str | None
    rw: str | None
    documents: tuple[str, ...]
    resident: ResidentView | None
    checklist_version: str | None
    checklist_to_be_confirmed: bool | None
    items: tuple[ItemView, ...]
    proofs: tuple[PaperView, ...]
    handovers: tuple[HandoverView, ...]
