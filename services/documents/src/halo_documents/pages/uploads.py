"""The way of a file: announced, chosen on a page whose form goes straight to the store, reported on the way back."""

from typing import Final
from uuid import UUID

from fastapi import Response
from fastapi.responses import RedirectResponse
from halo_events.contract.documents import Purpose
from halo_service.http import OnceDep, TxDep
from halo_service.pages import PageDep, PageRouter

from halo_documents.domain.papers import MIB, Announcement, PaperState
from halo_documents.pages.callers import (
    ChecklistsDep,
    LimitsDep,
    OfficerDep,
    ReaderDep,
    StoreDep,
)
from halo_documents.pages.forms import PaperForm
from halo_documents.pages.officer import WorkDep, papers_path
from halo_documents.pages.words import words
from halo_documents.usecases import papers

router: Final = PageRouter()


@router.post("/officer/requests/{request_id}/papers")
async def announce_paper(work: WorkDep, once: OnceDep, checklists: ChecklistsDep, limits: LimitsDep) -> Response:
    """Announce a file of a type; how long it is nobody knows before it is chosen."""
    form = await work.page.form(PaperForm)
    purpose = Purpose.DELIVERY_PROOF if form.item_id is None else Purpose.REQUIREMENT
    said = Announcement(purpose, form.media_type, None, form.item_id, form.row)
    upload = await papers.announce_paper(
        work.tx, work.request_id, said, work.actor, checklists=checklists, limits=limits
    )
    return await work.page.finish(once, work.tx, f"/officer/papers/{upload.paper_id}")


@router.get("/officer/papers/{paper_id}")
async def choose_file(
    *, paper_id: UUID, page: PageDep, tx: TxDep, caller: OfficerDep, checklists: ChecklistsDep, limits: LimitsDep,
    store: StoreDep,
) -> Response:  # fmt: skip
    """The form that goes to the store, while it is good; else the papers of the request."""
    upload, state = await papers.read_upload(tx, paper_id, caller.actor())
    if state != PaperState.AWAITED or upload.expires_at <= tx.now:
        return page.go(papers_path(upload.request_id), done="lapsed" if state == PaperState.AWAITED else None)
    row = await papers.find_row(tx, upload, checklists)
    back = f"{page.pages.origin or str(page.request.base_url).rstrip('/')}/officer/papers/{paper_id}/uploaded"
    return page.show(
        "upload.html",
        **words(page),
        upload=upload,
        row=row,
        form=store.form(upload, limits.paper_bytes, back),
        limit=limits.paper_bytes // MIB,
        back=papers_path(upload.request_id),
    )


@router.get("/officer/papers/{paper_id}/uploaded")
async def report_upload(paper_id: UUID, page: PageDep, tx: TxDep, caller: OfficerDep) -> RedirectResponse:
    """Report the upload as the store sends the browser back, although this is a GET.

    A store can only redirect. A button here would be forgotten, and the file lost when its form lapses. Reporting may
    be repeated, tells nothing that the upload did not, and where no file lies in the store the paper is awaited again:
    so who makes somebody open this address changes nothing. Nothing but a signed-in browser's own move comes here,
    for the cookie is SameSite=Lax.
    """
    paper = await papers.report_upload(tx, paper_id, caller.actor())
    return page.go(papers_path(paper.request_id), done="uploaded")


@router.get("/papers/{paper_id}")
async def open_paper(
    *, paper_id: UUID, tx: TxDep, caller: ReaderDep, limits: LimitsDep, store: StoreDep
) -> RedirectResponse:
    """Send the browser to a cleared paper, by a link made at this moment and good for minutes."""
    paper = await papers.open_paper(tx, paper_id, caller.actor())
    return RedirectResponse(store.link(paper, tx.now, limits.link), 303, {"cache-control": "no-store"})
