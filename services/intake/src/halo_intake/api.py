"""HTTP: assisted entry, the public status, cancelling and re-opening."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends
from halo_events.contract.intake import PublicStatus
from halo_service.http import OnceDep, TxDep, provided
from halo_service.signin import Caller, Role, allow

from halo_intake.domain.closing import Windows
from halo_intake.schemas import (
    CancelAnswer,
    CancelBody,
    Doubt,
    FilingBody,
    ReopenAnswer,
    ReopenBody,
    RequestFiledAnswer,
    RequestStatus,
    Sentence,
)
from halo_intake.usecases import cancelling, filing, following, reopening

router = APIRouter(prefix="/v1", tags=["requests"])

Filer = Annotated[Caller, Depends(allow(Role.CLERK, Role.OFFICER, Role.COMMUNITY))]
Canceller = Annotated[Caller, Depends(allow(Role.CLERK, Role.OFFICER))]
Reopener = Annotated[Caller, Depends(allow(Role.CLERK))]
WindowsDep = Annotated[Windows, Depends(provided(Windows))]


@router.post("/requests", status_code=HTTPStatus.CREATED)
async def file_request(body: FilingBody, caller: Filer, tx: TxDep, once: OnceDep) -> RequestFiledAnswer:
    """File a request for a resident who called, came or was met."""
    receipt = await filing.file_request(tx, body.root, caller)
    answer = RequestFiledAnswer(
        request_id=receipt.request_id,
        tracking_no=receipt.tracking_no,
        status=PublicStatus.RECEIVED,
        warnings=[Doubt(**asdict(problem)) for problem in filing.field_problems(receipt.doubts)],
    )
    return await once.keep(tx, answer)


@router.get("/requests/{tracking_no}", dependencies=[Depends(allow(Role.PUBLIC))])
async def see_request(tracking_no: str, tx: TxDep) -> RequestStatus:
    """How far a request is, for whoever has its tracking number, however it is written."""
    (request, status, since), upcoming = await following.see_request(tx, tracking_no)
    return RequestStatus(
        tracking_no=request.tracking_no,
        status=status,
        since=since,
        next=Sentence(**upcoming.model_dump()),
        documents=list(request.wanted),
    )


@router.post("/requests/{tracking_no}/cancel", status_code=HTTPStatus.ACCEPTED)
async def cancel_request(tracking_no: str, body: CancelBody, caller: Canceller, tx: TxDep) -> CancelAnswer:
    """Ask for the cancelling of a request; the officer gives the papers back first."""
    request, status, _ = await cancelling.cancel_request(tx, tracking_no, body.reason, caller)
    return CancelAnswer(request_id=request.request_id, tracking_no=request.tracking_no, status=status)


@router.post("/requests/{tracking_no}/reopen", status_code=HTTPStatus.CREATED)
async def reopen_request(
    tracking_no: str, body: ReopenBody, caller: Reopener, tx: TxDep, windows: WindowsDep
) -> ReopenAnswer:
    """Begin a delivered, rejected or closed request anew."""
    wanted = reopening.Reopening(body.reason, body.documents)
    reopened = await reopening.reopen_request(tx, tracking_no, wanted, caller, windows.reopen_working_days)
    return ReopenAnswer(**{**reopened._asdict(), "documents": list(reopened.documents)}, status=PublicStatus.RECEIVED)
