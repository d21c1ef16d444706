"""The dossier: its need, what is in it, and its way to the desk."""

from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query
from halo_service.http import OnceDep, TxDep

from halo_documents.api.callers import ChecklistsDep, OfficerDep, ReaderDep
from halo_documents.schemas import DossierView, Need, NeedAnswer, RecordedItem, SubmitAnswer, views
from halo_documents.usecases import need, reading

router: Final = APIRouter(prefix="/v1/dossiers/{request_id}", tags=["dossier"])


@router.post("/need", status_code=HTTPStatus.CREATED)
async def record_need(
    *, request_id: UUID, body: Need, caller: OfficerDep, tx: TxDep, once: OnceDep, checklists: ChecklistsDep
) -> NeedAnswer:
    """Record at the house which documents are needed; once per round.

    Not yet (409) until the officer's acceptance and his visit are known here. Say the `round` that your list at
    dispatch shows: after a re-opening it is not yet (409) until that round is known here, where without it the round
    before may answer `need-recorded`. An earlier round than the present one is 409 `round-outdated`.
    """
    kinds = [wanted.kind for wanted in body.items]
    recorded = await need.record_need(tx, checklists, request_id, kinds, caller.actor(), round_meant=body.round)
    items = tuple(
        RecordedItem(item_id=item.item_id, kind=kind) for item, kind in zip(recorded.items, kinds, strict=True)
    )
    return await once.keep(tx, NeedAnswer(items=items, checklist_version=recorded.checklist_version))


@router.get("")
async def read_dossier(
    request_id: UUID,
    caller: ReaderDep,
    tx: TxDep,
    checklists: ChecklistsDep,
    round_number: Annotated[int | None, Query(alias="round", ge=1, le=99, description="an earlier round")] = None,
) -> DossierView:
    """All that is known here of a request: items with their checklists and papers, proofs, handovers."""
    return views.dossier_view(await reading.read_file(tx, request_id, caller.actor(), round_number), checklists)


@router.post("/submit")
async def submit_dossier(
    request_id: UUID, caller: OfficerDep, tx: TxDep, once: OnceDep, checklists: ChecklistsDep
) -> SubmitAnswer:
    """Send the items to the desk whose mandatory papers are all cleared.

    The others stay `needed` and are named in `waiting`, with the papers that they lack and those that are being
    checked: submit again, with a new key, once those are cleared. What was announced for an item that goes, and not
    reported, lapses. Where none is complete nothing is sent: it is 409 with Retry-After while an item waits for checks
    alone, else each missing paper is named by item and row (422).
    """
    submission = await need.submit_dossier(tx, checklists, request_id, caller.actor())
    return await once.keep(tx, views.submit_answer(submission))
