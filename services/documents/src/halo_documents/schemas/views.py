"""From values of the domain to bodies of answers."""

from collections.abc import Sequence
from dataclasses import asdict

from halo_documents.domain.checklists import Checklist, Checklists
from halo_documents.domain.dossiers import Asked, File, Handover, Item, RevisedRow, Submission
from halo_documents.domain.papers import Paper, PaperState
from halo_documents.domain.reasons import HOLD, REJECTION, REVISION, in_words
from halo_documents.schemas import (
    DeskItem,
    DossierView,
    HandoverView,
    ItemView,
    NamedRow,
    PaperView,
    ReasonView,
    ResidentView,
    RowView,
    SubmitAnswer,
    WaitingItem,
)


def dossier_view(file: File, checklists: Checklists) -> DossierView:
    """A dossier as officers and operators see it."""
    checklist = checklists.version(file.dossier.checklist_version) if file.dossier else None
    asked = file.asked
    return DossierView(
        request_id=file.request_id,
        round=file.round,
        present_round=file.present_round,
        cancelled_at=asked.cancelled_at if asked else None,
        officer_id=file.holder.officer_id if file.holder and file.holder.is_in_charge else None,
        tracking_no=asked.tracking_no if asked else None,
        kelurahan_code=asked.kelurahan_code if asked else None,
        rw=asked.rw if asked else None,
        documents=asked.documents if asked else (),
        resident=_resident_view(asked) if asked else None,
        checklist_version=checklist.version if checklist else None,
        checklist_to_be_confirmed=checklist.to_be_confirmed_by_dinas if checklist else None,
        items=tuple(_item_view(item, checklist, file) for item in file.items) if checklist else (),
        proofs=tuple(paper_view(paper) for paper in file.papers if paper.item_id is None),
        handovers=tuple(_handover_view(handover, file) for handover in file.handovers),
    )


def paper_view(paper: Paper) -> PaperView:
    """A paper as officers and operators see it."""
    fields = asdict(paper)
    del fields["request_id"]
    return PaperView(**fields)


def _handover_view(handover: Handover, file: File) -> HandoverView:
    return HandoverView(
        handover_id=handover.handover_id,
        items=handover.items,
        created_at=handover.created_at,
        confirmed_at=handover.confirmed_at,
        withdrawn_at=handover.withdrawn_at,
        void=handover.is_open and not file.is_alive,
    )


def desk_item(item: Item) -> DeskItem:
    """An item in the list of the desk."""
    return DeskItem(
        item_id=item.item_id,
        request_id=item.request_id,
        kind=item.kind,
        state=item.state,
        since=item.state_at,
        tracking_no=item.tracking_no,
        kelurahan_code=item.kelurahan_code,
        held=_held_view(item),
        cancel_requested=item.cancel_requested,
    )


def submit_answer(submission: Submission) -> SubmitAnswer:
    """What became of a submit."""
    return SubmitAnswer(
        items=submission.items,
        waiting=tuple(
            WaitingItem(
                item_id=one.item_id,
                kind=one.kind,
                missing=tuple(NamedRow(row=row.row, title=row.title) for row in one.missing),
                checking=tuple(NamedRow(row=row.row, title=row.title) for row in one.checking),
            )
            for one in submission.waiting
        ),
    )


def _resident_view(asked: Asked) -> ResidentView:
    return ResidentView(name=asked.name, nik=asked.nik, kk=asked.kk, address=asked.address)


def _held_view(item: Item) -> ReasonView | None:
    if item.waits_for is None:
        return None
    reason, since = item.waits_for
    return ReasonView(reason=reason, words=in_words(HOLD, reason), since=since)


def _rejected_view(item: Item) -> ReasonView | None:
    if item.rejection is None:
        return None
    return ReasonView(reason=item.rejection, words=in_words(REJECTION, item.rejection), since=item.state_at)


def _item_view(item: Item, checklist: Checklist, file: File) -> ItemView:
    own = [paper for paper in file.papers if paper.item_id == item.item_id]
    revised = [row for row in file.revised if row.item_id == item.item_id]
    return ItemView(
        item_id=item.item_id,
        kind=item.kind,
        state=item.state,
        since=item.state_at,
        issue_number=item.issue_number,
        blank_serial=item.blank_serial,
        held=_held_view(item),
        rejected=_rejected_view(item),
        cancel_requested=item.cancel_requested,
        checklist=_row_views(item, checklist, own, revised),
        papers=tuple(paper_view(paper) for paper in own),
    )


def _row_views(
    item: Item, checklist: Checklist, papers: Sequence[Paper], revised: Sequence[RevisedRow]
) -> tuple[RowView, ...]:
    cleared = {
        paper.row for paper in papers if paper.row and paper.state is PaperState.CLEARED and paper.superseded_at is None
    }
    reasons = {
        one.row: ReasonView(reason=one.reason, words=in_words(REVISION, one.reason), since=one.requested_at)
        for one in revised
    }
    missing = {row.row for row in checklist.missing(item.kind, cleared, reasons.keys())}
    return tuple(
        RowView(
            **row.model_dump(),
            met=not cleared.isdisjoint({row.row, *row.alternatives}),
            missing=row.row in missing,
            revision=reasons.get(row.row),
        )
        for row in checklist.rows(item.kind)
    )
