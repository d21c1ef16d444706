"""The officer's page of a request: its need, its papers row by row, the way to the desk, and what waits there."""

from dataclasses import dataclass, field
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Response
from fastapi.responses import HTMLResponse
from halo_events.contract.event import Actor
from halo_events.runtime import Tx
from halo_service.http import OnceDep, TxDep
from halo_service.http.once import Once
from halo_service.pages import Page, PageDep, PageRouter

from halo_documents.domain.papers import MIB
from halo_documents.pages.callers import ChecklistsDep, LimitsDep, NeighboursDep, OfficerDep
from halo_documents.pages.forms import NeedForm, counts
from halo_documents.pages.words import item_names, words
from halo_documents.schemas import views
from halo_documents.usecases import handover, need, reading

router: Final = PageRouter(prefix="/officer/requests/{request_id}")
PAGE: Final = "papers.html"


@dataclass(frozen=True, slots=True)
class Work:
    """The officer's work on a request: his page, to which a refusal and the end of a step lead back."""

    request_id: UUID
    page: Page
    tx: Tx
    actor: Actor
    context: dict[str, Any] = field(repr=False)

    async def finish(self, once: Once, done: str) -> Response:
        """Back to the page; a second tap too."""
        return await self.page.finish(once, self.tx, papers_path(self.request_id), done=done)


async def _work(  # noqa: PLR0917 - what the page shows comes from as many places
    request_id: UUID, page: PageDep, tx: TxDep, caller: OfficerDep, checklists: ChecklistsDep, limits: LimitsDep,
    neighbours: NeighboursDep,
) -> Work:  # fmt: skip
    dossier = views.dossier_view(await reading.read_file(tx, request_id, caller.actor()), checklists)
    context = {
        **words(page),
        "dossier": dossier,
        "item_name": item_names(page, dossier.items),
        "counts": counts(dossier.documents),
        "limit": limits.paper_bytes // MIB,
        "task": f"{neighbours.dispatch}/officer/requests/{request_id}" if neighbours.dispatch else None,
    }
    page.refuse_with(PAGE, **context)
    return Work(request_id, page, tx, caller.actor(), context)


WorkDep = Annotated[Work, Depends(_work)]


@router.get("/papers")
async def show_papers(work: WorkDep) -> HTMLResponse:
    """What is needed, what is there, what is missing."""
    return work.page.show(PAGE, **work.context)


@router.post("/need")
async def record_need(work: WorkDep, once: OnceDep, checklists: ChecklistsDep) -> Response:
    """Record which documents are needed."""
    form = await work.page.form(NeedForm)
    kinds = form.kinds()
    await need.record_need(work.tx, checklists, work.request_id, kinds, work.actor, round_meant=form.round)
    return await work.finish(once, "recorded")


@router.post("/submit")
async def submit_dossier(work: WorkDep, once: OnceDep, checklists: ChecklistsDep) -> Response:
    """Send the complete items to the desk."""
    submission = await need.submit_dossier(work.tx, checklists, work.request_id, work.actor)
    return await work.finish(once, "submitted-in-part" if submission.waiting else "submitted")


@router.post("/handovers/{handover_id}/confirm")
async def confirm_handover(work: WorkDep, handover_id: UUID) -> Response:
    """Confirm that the documents are in the officer's hands. A second tap changes nothing."""
    await handover.confirm_handover(work.tx, handover_id, work.actor)
    return work.page.go(papers_path(work.request_id), done="taken")


def papers_path(request_id: UUID) -> str:
    """The address of the page."""
    return f"/officer/requests/{request_id}/papers"
