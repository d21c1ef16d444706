"""Documents at the door: handed over, or not."""

from typing import Final
from uuid import UUID

from fastapi.responses import RedirectResponse
from halo_service.http import OnceDep
from halo_service.pages import PageRouter

from halo_dispatch.pages.forms import DeliveryForm, FailedDeliveryForm
from halo_dispatch.pages.officer import TASK, OfficerPageDep
from halo_dispatch.usecases import delivery, failed_delivery

router: Final = PageRouter(prefix=TASK)


@router.post("/deliveries")
async def complete_delivery(request_id: UUID, officer: OfficerPageDep, once: OnceDep) -> RedirectResponse:
    """Record that documents were handed over."""
    await officer.refuse_above_task(request_id, "deliver")
    form = await officer.page.form(DeliveryForm)
    report = delivery.Delivery(
        items=form.delivered,
        receiver=form.receiver,
        relation=form.relation,
        paper_id=form.proof,
        old_card_returned=form.old_card is not None,
    )
    await delivery.complete_delivery(officer.tx, request_id, officer.officer_id, report, officer.actor)
    return await officer.finish(once, request_id, "delivered")


@router.post("/failed-deliveries")
async def fail_delivery(request_id: UUID, officer: OfficerPageDep, once: OnceDep) -> RedirectResponse:
    """Record a try in vain."""
    await officer.refuse_above_task(request_id, "failed")
    form = await officer.page.form(FailedDeliveryForm)
    failed = await failed_delivery.fail_delivery(
        officer.tx,
        request_id,
        officer.officer_id,
        form.undelivered,
        reason=form.failure,
        actor=officer.actor,
        seen=form.tries_seen,
    )
    return await officer.finish(once, request_id, "returned" if failed.returned else "failed")
