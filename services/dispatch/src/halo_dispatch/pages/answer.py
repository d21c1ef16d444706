"""What an officer answers: to an offer, and to a resident who asked to cancel."""

from typing import Final
from uuid import UUID

from fastapi.responses import RedirectResponse
from halo_service.http import OnceDep
from halo_service.pages import PageRouter

from halo_dispatch.pages.forms import DeclineForm, ReleaseForm
from halo_dispatch.pages.officer import LIST, TASK, OfficerPageDep
from halo_dispatch.usecases import answer, cancel

router: Final = PageRouter(prefix=TASK)


@router.post("/accept")
async def accept(request_id: UUID, officer: OfficerPageDep, once: OnceDep) -> RedirectResponse:
    """Take a request."""
    await officer.refuse_above_task(request_id, "accept")
    await answer.accept_assignment(officer.tx, request_id, officer.officer_id, officer.actor)
    return await officer.finish(once, request_id, "accepted")


@router.post("/decline")
async def decline(request_id: UUID, officer: OfficerPageDep, once: OnceDep) -> RedirectResponse:
    """Decline an offer; the next officer is asked."""
    await officer.refuse_above_task(request_id, "decline")
    form = await officer.page.form(DeclineForm)
    await answer.decline_assignment(officer.tx, request_id, officer.officer_id, form.decline_reason, officer.actor)
    return await officer.page.finish(once, officer.tx, LIST, done="declined")


@router.post("/release")
async def release(request_id: UUID, officer: OfficerPageDep, once: OnceDep) -> RedirectResponse:
    """Report that all papers are back."""
    await officer.refuse_above_task(request_id, "release")
    await officer.page.form(ReleaseForm)
    await cancel.release_assignment(officer.tx, request_id, officer.officer_id, officer.actor)
    return await officer.page.finish(once, officer.tx, LIST, done="released")
