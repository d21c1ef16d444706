"""HTTP: assisted entry, and the public status."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends
from halo_events.contract.intake import PublicStatus
from halo_service.http import OnceDep, TxDep
from halo_service.signin import Caller, Role, allow

from halo_intake import usecases
from halo_intake.domain.sentences import next_step
from halo_intake.schemas import Doubt, FilingBody, RequestFiledAnswer, RequestStatus, Sentence

router = APIRouter(prefix="/v1", tags=["requests"])

Filer = Annotated[Caller, Depends(allow(Role.CLERK, Role.OFFICER, Role.COMMUNITY))]


@router.post("/requests", status_code=HTTPStatus.CREATED)
async def file_request(body: FilingBody, caller: Filer, tx: TxDep, once: OnceDep) -> RequestFiledAnswer:
    """File a request for a resident who called, came or was met."""
    receipt = await usecases.file_request(tx, body.root, caller)
    answer = RequestFiledAnswer(
        request_id=receipt.request_id,
        tracking_no=receipt.tracking_no,
        status=PublicStatus.RECEIVED,
        warnings=[Doubt(**asdict(problem)) for problem in usecases.field_problems(receipt.doubts)],
    )
    return await once.keep(tx, answer)


@router.get("/requests/{tracking_no}", dependencies=[Depends(allow(Role.PUBLIC))])
async def see_request(tracking_no: str, tx: TxDep) -> RequestStatus:
    """How far a request is, for whoever has its tracking number, however it is written."""
    request, status, since = await usecases.see_request(tx, tracking_no)
    return RequestStatus(
        tracking_no=request.tracking_no,
        status=status,
        since=since,
        next=Sentence(**next_step(status).model_dump()),
        documents=list(request.documents),
    )
