"""The operator's desk. A step that is sent twice with one Idempotency-Key happens once; with a new key it is 409."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from halo_service.http import OnceDep, Page, PagingDep, TxDep, page_of

from halo_documents.api import views
from halo_documents.api.callers import OperatorDep
from halo_documents.domain.dossiers import DeskState, ItemState
from halo_documents.schemas import DeskItem, Issue, ItemAnswer, Print
from halo_documents.usecases import desk

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
