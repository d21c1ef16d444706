"""From values of the domain to bodies of answers."""

from dataclasses import asdict

from halo_documents.domain.checklists import Checklist, Checklists
from halo_documents.domain.dossiers import Asked, File, Handover, Item, Submission
from halo_documents.domain.papers import Paper, PaperState
from halo_documents.schemas import (
    DeskItem,
    DossierView,
    HandoverView,
    ItemView,
    NamedRow,
    PaperView,
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
        round=file.holder.round if file.holder else None,
        officer_id=file.holder.officer_id if file.holder and file.holder.is_in_charge else None,
        tracking_no=asked.tracking_no if asked else None,
        kelurahan_code=asked.kelurahan_code if asked else None,
        rw=asked.rw if asked else None,
        documents=asked.documents if asked else (),
        resident=_resident_view(asked) if asked else None,
        checklist_version=checklist.version if checklist else None,
        checklist_to_be_confirmed=checklist.to_be_confirmed_by_dinas if checklist else None,
        items=tuple(_item_view(item, checklist, file.papers) for item in file.items) if checklist else (),
        proofs=tuple(paper_view(paper) for paper in file.papers if paper.item_id is None),
        handovers=tuple(handover_view(handover) for handover in file.handovers),
    )


def paper_view(paper: Paper) -> PaperView:
    """A paper as officers and operators see it."""
    fields = asdict(paper)
    del fields["request_id"]
    return PaperView(**fields)


def handover_view(handover: Handover) -> HandoverView:
    """A handover as officers and operators see it."""
    return HandoverView(
        handover_id=handover.handover_id,
        items=handover.items,
        created_at=handover.created_at,
        confirmed_at=handover.confirmed_at,
        withdrawn_at=handover.withdrawn_at,
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


def _item_view(item: Item, checklist: Checklist, papers: tuple[Paper, ...]) -> ItemView:
    own = [paper for paper in papers if paper.item_id == item.item_id]
    return ItemView(
        item_id=item.item_id,
        kind=item.kind,
        state=item.state,
        since=item.state_at,
        issue_number=item.issue_number,
        blank_serial=item.blank_serial,
        checklist=_row_views(item, checklist, own),
        papers=tuple(paper_view(paper) for paper in own),
    )


def _row_views(item: Item, checklist: Checklist, papers: list[Paper]) -> tuple[RowView, ...]:
    cleared = {paper.row for paper in papers if paper.state is PaperState.CLEARED}
    return tuple(
        RowView(**row.model_dump(), met=not cleared.isdisjoint({row.row, *row.alternatives}))
        for row in checklist.rows(item.kind)
    )
