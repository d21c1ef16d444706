"""The steps of the desk, each a form on the item's page. What the use case refuses is told above the forms."""

from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Response
from halo_events.contract.event import Actor
from halo_events.runtime import Tx
from halo_service.http import OnceDep, TxDep
from halo_service.http.once import Once
from halo_service.pages import Page, PageDep, PageRouter

from halo_documents.pages.callers import ChecklistsDep, OperatorDep
from halo_documents.pages.desk import ITEM, context_of, item_path
from halo_documents.pages.forms import HandoverForm, HoldForm, IssueForm, PrintForm, RejectForm, ReviseForm
from halo_documents.usecases import desk, handover, holding, reading, rejection, revision

router: Final = PageRouter(prefix="/desk/items/{item_id}")


@dataclass(frozen=True, slots=True)
class Step:
    """A step that was sent from an item's page, to which a refusal and the end lead back."""

    item_id: UUID
    page: Page
    tx: Tx
    actor: Actor

    async def finish(self, once: Once, done: str) -> Response:
        """Back to the item; a second tap too."""
        return await self.page.finish(once, self.tx, item_path(self.item_id), done=done)


async def _step(item_id: UUID, page: PageDep, tx: TxDep, caller: OperatorDep, checklists: ChecklistsDep) -> Step:
    page.refuse_with(ITEM, **await context_of(page, tx, item_id, caller, checklists))
    return Step(item_id, page, tx, caller.actor())


StepDep = Annotated[Step, Depends(_step)]


@router.post("/verify")
async def verify_item(step: StepDep, once: OnceDep) -> Response:
    """Find the papers in order."""
    await desk.verify_item(step.tx, step.item_id, step.actor)
    return await step.finish(once, "verified")


@router.post("/revise")
async def revise_item(step: StepDep, once: OnceDep, checklists: ChecklistsDep) -> Response:
    """Ask again for papers, row by row."""
    form = await step.page.form(ReviseForm)
    await revision.revise_item(step.tx, checklists, step.item_id, form.reasons(), step.actor)
    return await step.finish(once, "revised")


@router.post("/issue")
async def issue_item(step: StepDep, once: OnceDep) -> Response:
    """Enter the document's number."""
    form = await step.page.form(IssueForm)
    await desk.issue_item(step.tx, step.item_id, form.issue_number, step.actor)
    return await step.finish(once, "issued")


@router.post("/print")
async def print_item(step: StepDep, once: OnceDep) -> Response:
    """Say that the document lies printed."""
    form = await step.page.form(PrintForm)
    await desk.print_item(step.tx, step.item_id, form.blank_serial, step.actor)
    return await step.finish(once, "printed")


@router.post("/hold")
async def hold_item(step: StepDep, once: OnceDep) -> Response:
    """Say what the item waits for."""
    form = await step.page.form(HoldForm)
    await holding.hold_item(step.tx, step.item_id, form.hold_reason, step.actor)
    return await step.finish(once, "held")


@router.post("/resume")
async def resume_item(step: StepDep, once: OnceDep) -> Response:
    """Go on where the item stood."""
    await holding.resume_item(step.tx, step.item_id, step.actor)
    return await step.finish(once, "resumed")


@router.post("/reject")
async def reject_item(step: StepDep, once: OnceDep) -> Response:
    """End an item that is not brought."""
    form = await step.page.form(RejectForm)
    await rejection.reject_item(step.tx, step.item_id, form.rejection_reason, step.actor)
    return await step.finish(once, "rejected")


@router.post("/handover")
async def offer_handover(step: StepDep, once: OnceDep, caller: OperatorDep) -> Response:
    """Lay printed items of the request ready for the officer."""
    form = await step.page.form(HandoverForm)
    request_id = await reading.find_request(step.tx, step.item_id)
    await handover.offer_handover(step.tx, request_id, form.items, caller.id)
    return await step.finish(once, "offered")


@router.post("/handovers/{handover_id}/withdraw")
async def withdraw_handover(step: StepDep, handover_id: UUID, caller: OperatorDep) -> Response:
    """Take back what the officer did not confirm. A second tap changes nothing."""
    await handover.withdraw_handover(step.tx, handover_id, caller.id)
    return step.page.go(item_path(step.item_id), done="withdrawn")
