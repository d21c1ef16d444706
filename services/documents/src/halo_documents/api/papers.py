"""Papers: announced here, uploaded straight to the store, reported here, checked by a job."""

from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from halo_service.http import OnceDep, TxDep

from halo_documents.api.callers import ChecklistsDep, LimitsDep, OfficerDep, ReaderDep, StoreDep
from halo_documents.schemas import LinkAnswer, NewPaper, PaperAnswer, PaperView, UploadForm, views
from halo_documents.usecases import papers

router: Final = APIRouter(prefix="/v1", tags=["papers"])


@router.post("/dossiers/{request_id}/papers", status_code=HTTPStatus.CREATED)
async def announce_paper(
    *,
    request_id: UUID,
    body: NewPaper,
    caller: OfficerDep,
    tx: TxDep,
    once: OnceDep,
    checklists: ChecklistsDep,
    limits: LimitsDep,
    store: StoreDep,
) -> PaperAnswer:
    """Announce a file, and get the form that uploads it to the store.

    The form is signed without a call to the store, and leaves only after the paper's row was committed: whatever
    comes to lie in the store has its row. A repeat with the same Idempotency-Key gets the same form.
    """
    upload = await papers.announce_paper(
        tx, request_id, body.announcement(), caller.actor(), checklists=checklists, limits=limits
    )
    form = store.form(upload, limits.paper_bytes)
    answer = PaperAnswer(
        paper_id=upload.paper_id,
        upload=UploadForm(url=form.url, fields=form.fields),
        expires_at=upload.expires_at,
    )
    return await once.keep(tx, answer)


@router.post("/papers/{paper_id}/uploaded", status_code=HTTPStatus.ACCEPTED)
async def report_upload(paper_id: UUID, caller: OfficerDep, tx: TxDep) -> PaperView:
    """Say that the file was uploaded; its check follows within seconds. A repeat changes nothing.

    Once its item lies at the desk a file that was not reported before is refused (409).
    """
    return views.paper_view(await papers.report_upload(tx, paper_id, caller.actor()))


@router.get("/papers/{paper_id}")
async def read_paper(paper_id: UUID, caller: ReaderDep, tx: TxDep) -> PaperView:
    """A paper's state: awaited (with a reason, where an upload went wrong), stored, expired, cleared, quarantined."""
    return views.paper_view(await papers.read_paper(tx, paper_id, caller.actor()))


@router.get("/papers/{paper_id}/link")
async def link_paper(paper_id: UUID, caller: ReaderDep, tx: TxDep, limits: LimitsDep, store: StoreDep) -> LinkAnswer:
    """A link that reads a cleared paper for some minutes."""
    paper = await papers.open_paper(tx, paper_id, caller.actor())
    return LinkAnswer(url=store.link(paper, tx.now, limits.link), expires_at=tx.now + limits.link)
