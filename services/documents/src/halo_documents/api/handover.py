"""From the desk to the officer: both confirm, or the desk withdraws."""

from http import HTTPStatus
from typing import Final
from uuid import UUID

from fastapi import APIRouter
from halo_service.http import OnceDep, TxDep

from halo_documents.api.callers import OfficerDep, OperatorDep
from halo_documents.schemas import HandoverAnswer, NewHandover
from halo_documents.usecases import handover

router: Final = APIRouter(prefix="/v1", tags=["handover"])


@router.post("/dossiers/{request_id}/handovers", status_code=HTTPStatus.CREATED)
async def offer_handover(
    request_id: UUID, body: NewHandover, caller: OperatorDep, tx: TxDep, once: OnceDep
) -> HandoverAnswer:
    """Lay printed items ready for the officer."""
    offered = await handover.offer_handover(tx, request_id, body.items, caller.id)
    return await once.keep(tx, HandoverAnswer(handover_id=offered.handover_id, items=offered.items))


@router.post("/handovers/{handover_id}/confirm")
async def confirm_handover(handover_id: UUID, caller: OfficerDep, tx: TxDep) -> HandoverAnswer:
    """Confirm, as the officer, that the documents are in his hands. A repeat changes nothing."""
    confirmed = await handover.confirm_handover(tx, handover_id, caller.actor())
    return HandoverAnswer(handover_id=handover_id, items=confirmed.items)


@router.post("/handovers/{handover_id}/withdraw")
async def withdraw_handover(handover_id: UUID, caller: OperatorDep, tx: TxDep) -> HandoverAnswer:
    """Take back, as an operator, what the officer did not confirm yet. A repeat changes nothing."""
    withdrawn = await handover.withdraw_handover(tx, handover_id, caller.id)
    return HandoverAnswer(handover_id=handover_id, items=withdrawn.items)
