"""The operator's desk: what waits, and one item with all its papers."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query
from fastapi.responses import HTMLResponse, RedirectResponse
from halo_events.runtime import Tx
from halo_service.http import PagingDep, TxDep, page_of
from halo_service.pages import Page, PageDep, PageRouter
from halo_service.signin import Caller

from halo_documents.domain.checklists import Checklists
from halo_documents.domain.dossiers import CARDS, DeskState, ItemState
from halo_documents.domain.places import KELURAHAN
from halo_documents.domain.reasons import HOLD, REJECTION, REVISION
from halo_documents.pages.callers import ChecklistsDep, OperatorDep
from halo_documents.pages.words import item_names, words
from halo_documents.schemas import HandoverView, views
from halo_documents.usecases import desk, reading

router: Final = PageRouter()
ITEM: Final = "item.html"


@router.get("/")
async def lead_in(page: PageDep, _caller: OperatorDep) -> RedirectResponse:
    """Officers come here from their task."""
    return page.go("/desk")


@router.get("/desk")
async def show_desk(
    *,
    page: PageDep,
    tx: TxDep,
    _caller: OperatorDep,
    paging: PagingDep,
    state: DeskState = DeskState.SUBMITTED,
    kelurahan: Annotated[str, Query(pattern=r"^([0-9.]{13})?$", description="its code; empty: all")] = "",
) -> HTMLResponse:
    """The items that wait in a state, those that wait longest first."""
    found = await desk.list_desk(tx, ItemState(state), paging.time_and_id(), paging.limit + 1, kelurahan or None)
    rows = page_of([views.desk_item(item) for item in found], paging, lambda item: (item.since, item.item_id))
    return page.show(
        "desk.html",
        **words(page),
        state=state,
        states=list(DeskState),
        kelurahan=kelurahan,
        places=KELURAHAN,
        waiting=await desk.count_desk(tx, kelurahan or None),
        rows=rows,
    )


@router.get("/desk/items/{item_id}")
async def show_item(
    item_id: UUID, page: PageDep, tx: TxDep, caller: OperatorDep, checklists: ChecklistsDep
) -> HTMLResponse:
    """One item: for whom it is, what its papers are, and the steps that its state permits."""
    return page.show(ITEM, **await context_of(page, tx, item_id, caller, checklists))


def item_path(item_id: UUID) -> str:
    """The address of an item's page."""
    return f"/desk/items/{item_id}"


async def context_of(page: Page, tx: Tx, item_id: UUID, caller: Caller, checklists: Checklists) -> dict[str, Any]:
    """All that an item's page shows. Raises as `reading.read_item_file`."""
    file = await reading.read_item_file(tx, item_id, caller.actor())
    dossier = views.dossier_view(file, checklists)
    waiting = {one for handover in dossier.handovers if _is_open(handover) for one in handover.items}
    (item,) = (item for item in file.items if item.item_id == item_id)
    return {
        **words(page),
        "dossier": dossier,
        "item_name": item_names(page, dossier.items),
        "item": next(one for one in dossier.items if one.item_id == item_id),
        "collected_by_me": item.was_collected_by(caller.id),
        "is_card": item.kind in CARDS,
        "open_handovers": [one for one in dossier.handovers if _is_open(one)],
        "to_hand_over": [one for one in dossier.items if one.state == ItemState.PRINTED and one.item_id not in waiting],
        "revision_reasons": REVISION,
        "hold_reasons": HOLD,
        "rejection_reasons": REJECTION,
    }


def _is_open(handover: HandoverView) -> bool:
    return handover.confirmed_at is None and handover.withdrawn_at is None and not handover.void
