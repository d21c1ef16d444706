"""The operator's desk. A step that is sent twice with one Idempotency-Key happens once; with a new key it is 409."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from halo_service.http import OnceDep, Page, PagingDep, TxDep, page_of

from halo_documents.api.callers import ChecklistsDep, OperatorDep
from halo_documents.domain.dossiers import DeskState, ItemState
from halo_documents.schemas import DeskItem, Hold, Issue, ItemAnswer, Print, Rejection, Revision, views
from halo_documents.usecases import desk, holding, rejection, revision

router: Final = APIRouter(prefix="/v1", tags=["desk"])


@router.get("/desk")
async def list_desk(
    state: Annotated[DeskState, Query(description="where the items are")],
    _caller: OperatorDep,
    tx: TxDep,
    paging: PagingDep,
) -> Page[DeskItem]:
    """The items that wait in a state, those that wait longest first."""
    items = await desk.list_desk(tx, ItemState(state), paging.time_and_id(), paging.limit + 1)
    return page_of([views.desk_item(item) for item in items], paging, lambda item: (item.since, item.item_id))


@router.post("/items/{item_id}/verify")
async def verify_item(item_id: UUID, caller: OperatorDep, tx: TxDep, once: OnceDep) -> ItemAnswer:
    """Find a submitted item's papers in order."""
    state = await desk.verify_item(tx, item_id, caller.actor())
    return await once.keep(tx, ItemAnswer(item_id=item_id, state=state))


@router.post("/items/{item_id}/issue")
async def issue_item(item_id: UUID, body: Issue, caller: OperatorDep, tx: TxDep, once: OnceDep) -> ItemAnswer:
    """Enter the number of a verified item; no other document of its kind may bear it."""
    state = await desk.issue_item(tx, item_id, body.issue_number, caller.actor())
    return await once.keep(tx, ItemAnswer(item_id=item_id, state=state))


@router.post("/items/{item_id}/print")
async def print_item(item_id: UUID, body: Print | None, caller: OperatorDep, tx: TxDep, once: OnceDep) -> ItemAnswer:
    """Say that an issued item lies printed, cards with the serial of their blank."""
    state = await desk.print_item(tx, item_id, body.blank_serial if body else None, caller.actor())
    return await once.keep(tx, ItemAnswer(item_id=item_id, state=state))


@router.post("/items/{item_id}/revise")
async def revise_item(
    *, item_id: UUID, body: Revision, caller: OperatorDep, tx: TxDep, once: OnceDep, checklists: ChecklistsDep
) -> ItemAnswer:
    """Ask for papers of a submitted item again. It is the officer's again, who submits it once they are cleared.

    Only these rows are asked again, and their papers from before count no more. Where papers of another row would still
    meet one of them, name that row too (422).
    """
    rows = {one.row: one.reason for one in body.rows}
    state = await revision.revise_item(tx, checklists, item_id, rows, caller.actor())
    return await once.keep(tx, ItemAnswer(item_id=item_id, state=state))


@router.post("/items/{item_id}/hold")
async def hold_item(item_id: UUID, body: Hold, caller: OperatorDep, tx: TxDep, once: OnceDep) -> ItemAnswer:
    """Say what a submitted, verified or issued item waits for. Until it is resumed it can only be rejected."""
    state = await holding.hold_item(tx, item_id, body.reason, caller.actor())
    return await once.keep(tx, ItemAnswer(item_id=item_id, state=state))


@router.post("/items/{item_id}/resume")
async def resume_item(item_id: UUID, caller: OperatorDep, tx: TxDep, once: OnceDep) -> ItemAnswer:
    """Go on with an item where it stood."""
    state = await holding.resume_item(tx, item_id, caller.actor())
    return await once.keep(tx, ItemAnswer(item_id=item_id, state=state))


@router.post("/items/{item_id}/reject")
async def reject_item(item_id: UUID, body: Rejection, caller: OperatorDep, tx: TxDep, once: OnceDep) -> ItemAnswer:
    """End a submitted or verified item that is not brought; the others of its request go on.

    An item whose papers are still collected can be rejected because they never came, and for no other reason.
    """
    state = await rejection.reject_item(tx, item_id, body.reason, caller.actor())
    return await once.keep(tx, ItemAnswer(item_id=item_id, state=state))
