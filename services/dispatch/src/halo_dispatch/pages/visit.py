"""The officer's visits to the house."""

from typing import Final
from uuid import UUID

from fastapi.responses import RedirectResponse
from halo_service.http import OnceDep
from halo_service.pages import PageRouter

from halo_dispatch.pages.forms import MissForm, VisitForm
from halo_dispatch.pages.officer import TASK, OfficerPageDep
from halo_dispatch.usecases import visit

router: Final = PageRouter(prefix=f"{TASK}/visits")


@router.post("")
async def plan_visit(request_id: UUID, officer: OfficerPageDep, once: OnceDep) -> RedirectResponse:
    """Plan a visit, or put the open one off."""
    await officer.refuse_above_task(request_id, "plan")
    form = await officer.page.form(VisitForm)
    await visit.schedule_visit(officer.tx, request_id, officer.officer_id, form.visit_at, officer.actor)
    return await officer.finish(once, request_id, "planned")


@router.post("/{visit_id}/made")
async def make_visit(request_id: UUID, visit_id: UUID, officer: OfficerPageDep, once: OnceDep) -> RedirectResponse:
    """Report being at the house."""
    await officer.refuse_above_task(request_id, "made")
    await visit.make_visit(officer.tx, visit_id, officer.officer_id, officer.actor)
    return await officer.finish(once, request_id, "visited")


@router.post("/{visit_id}/missed")
async def miss_visit(request_id: UUID, visit_id: UUID, officer: OfficerPageDep, once: OnceDep) -> RedirectResponse:
    """Report that a visit did not come about."""
    await officer.refuse_above_task(request_id, "missed")
    form = await officer.page.form(MissForm)
    await visit.miss_visit(officer.tx, visit_id, officer.officer_id, form.miss_reason, officer.actor)
    return await officer.finish(once, request_id, "missed")
