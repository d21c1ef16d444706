"""HTTP: the officer's assignments, the coordinator's queue, the call desk's calls, and who is my officer."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from halo_events.contract.values import KelurahanCode, RwNumber
from halo_service.http import OnceDep, Page, Paging, PagingDep, TxDep, page_of
from halo_service.signin import Caller, Role, allow

from halo_dispatch import schemas
from halo_dispatch.domain.assignments import State
from halo_dispatch.domain.items import ItemRow
from halo_dispatch.domain.lists import START, AssignmentRow, CallRow, Position, QueueRow, RequestRow, Standing
from halo_dispatch.domain.places import RwRef
from halo_dispatch.domain.register import SYNTHETIC, officer_id_of
from halo_dispatch.usecases import answer, cancel, delivery, failed_delivery, queue, read, register, visit

router: Final = APIRouter(prefix="/v1")


def _officer_id(caller: Caller) -> UUID:
    return officer_id_of(caller.id)


async def _officer(tx: TxDep, caller: Annotated[Caller, Depends(allow(Role.OFFICER))]) -> Caller:
    """Let in officers who are in the register: a token outlives the office. Raises NotInRegisterError."""
    await register.must_be_in_office(tx, _officer_id(caller))
    return caller


async def _coordinator(tx: TxDep, caller: Annotated[Caller, Depends(allow(Role.COORDINATOR))]) -> Caller:
    """Let in coordinators who are in the register as such. Raises NotInRegisterError, NotCoordinatorError."""
    await register.must_be_coordinator(tx, _officer_id(caller))
    return caller


OfficerDep = Annotated[Caller, Depends(_officer)]
CoordinatorDep = Annotated[Caller, Depends(_coordinator)]


def _position(paging: Paging) -> Position:
    after = paging.time_and_id()
    return Position(*after) if after else START


@router.get("/assignments")
async def list_assignments(
    tx: TxDep,
    caller: OfficerDep,
    paging: PagingDep,
    state: Annotated[Literal["offered", "accepted"] | None, Query(description="both if left out")] = None,
) -> Page[schemas.AssignmentView]:
    """The officer's open assignments, the longest unchanged first."""
    states = {State(state)} if state else {State.OFFERED, State.ACCEPTED}
    rows, items = await read.list_assignments(tx, _officer_id(caller), states, _position(paging), paging.limit + 1)
    views = [_assignment_view(row, items.get(row.request.request_id, ())) for row in rows]
    return page_of(views, paging, lambda view: (view.changed_at, view.request_id))


def _request_fields(request: RequestRow, standing: Standing) -> dict[str, object]:
    return {
        **asdict(request),
        "round": standing.round,
        "missed_visits": standing.missed_visits,
        "call_desk_to_call": standing.call_desk_to_call,
        "cancel_requested": standing.cancel_requested,
    }


def _assignment_view(row: AssignmentRow, items: tuple[ItemRow, ...]) -> schemas.AssignmentView:
    return schemas.AssignmentView.model_validate(
        {
            **_request_fields(row.request, row.standing),
            "state": row.state,
            "due_at": row.due_at,
            "changed_at": row.changed_at,
            "visit": row.visit,
            "items": items,
        }
    )


@router.post("/assignments/{request_id}/accept")
async def accept(request_id: UUID, tx: TxDep, caller: OfficerDep) -> schemas.AssignmentAnswer:
    """Take a request. Taken by another: 409 with the holder's name."""
    officer_id = _officer_id(caller)
    await answer.accept_assignment(tx, request_id, officer_id, caller.actor())
    return schemas.AssignmentAnswer(request_id=request_id, officer_id=officer_id)


@router.post("/assignments/{request_id}/decline")
async def decline(
    request_id: UUID, body: schemas.DeclineBody, tx: TxDep, caller: OfficerDep, once: OnceDep
) -> schemas.DeclineAnswer:
    """Decline an offer; the next officer is asked. A late repeat does not decline a newer offer."""
    await answer.decline_assignment(tx, request_id, _officer_id(caller), body.reason, caller.actor())
    return await once.keep(tx, schemas.DeclineAnswer(request_id=request_id))


@router.post("/assignments/{request_id}/release")
async def release(request_id: UUID, tx: TxDep, caller: OfficerDep) -> schemas.ReleaseAnswer:
    """Report that all papers of a request that the resident wants to cancel are back."""
    await cancel.release_assignment(tx, request_id, _officer_id(caller), caller.actor())
    return schemas.ReleaseAnswer(request_id=request_id)


@router.get("/queue")
async def list_queue(tx: TxDep, caller: CoordinatorDep, paging: PagingDep) -> Page[schemas.QueueView]:
    """What waits for a coordinator in the kelurahan of the token, the longest waiting first."""
    rows, items = await read.list_queue(tx, caller.kelurahan_codes, _position(paging), paging.limit + 1)
    views = [_queue_view(row, items.get(row.request.request_id, ())) for row in rows]
    return page_of(views, paging, lambda view: (view.changed_at, view.request_id))


def _queue_view(row: QueueRow, items: tuple[ItemRow, ...]) -> schemas.QueueView:
    return schemas.QueueView.model_validate(
        {
            **_request_fields(row.request, row.standing),
            "reason": row.reason,
            "changed_at": row.changed_at,
            "items": items,
        }
    )


@router.post("/queue/{request_id}/offer")
async def offer(
    request_id: UUID, body: schemas.OfferBody, tx: TxDep, caller: CoordinatorDep, once: OnceDep
) -> schemas.AssignmentAnswer:
    """Offer a waiting request to an officer on duty in the kelurahan. A late repeat does not offer again."""
    await queue.offer_from_queue(tx, request_id, body.officer_id, caller.kelurahan_codes, caller.actor())
    return await once.keep(tx, schemas.AssignmentAnswer(request_id=request_id, officer_id=body.officer_id))


@router.post("/assignments/{request_id}/visits", status_code=HTTPStatus.CREATED)
async def schedule_visit(
    request_id: UUID, body: schemas.VisitBody, tx: TxDep, caller: OfficerDep, once: OnceDep
) -> schemas.VisitAnswer:
    """Plan a visit, or put the open one off: the new one takes its place."""
    visit_id = await visit.schedule_visit(tx, request_id, _officer_id(caller), body.visit_at, caller.actor())
    return await once.keep(tx, schemas.VisitAnswer(visit_id=visit_id))


@router.post("/visits/{visit_id}/made")
async def make_visit(visit_id: UUID, tx: TxDep, caller: OfficerDep) -> schemas.VisitAnswer:
    """Report being at the house."""
    await visit.make_visit(tx, visit_id, _officer_id(caller), caller.actor())
    return schemas.VisitAnswer(visit_id=visit_id)


@router.post("/visits/{visit_id}/missed")
async def miss_visit(visit_id: UUID, body: schemas.MissBody, tx: TxDep, caller: OfficerDep) -> schemas.MissAnswer:
    """Report that a visit did not come about; another one is planned as usual."""
    misses = await visit.miss_visit(tx, visit_id, _officer_id(caller), body.reason, caller.actor())
    return schemas.MissAnswer(visit_id=visit_id, misses=misses)


@router.post("/assignments/{request_id}/failed-deliveries", status_code=HTTPStatus.CREATED)
async def fail_delivery(
    request_id: UUID, body: schemas.FailedDeliveryBody, tx: TxDep, caller: OfficerDep, once: OnceDep
) -> schemas.FailedDeliveryAnswer:
    """Record a try in vain. After the third one of a document the kelurahan keeps it."""
    failed = await failed_delivery.fail_delivery(
        tx, request_id, _officer_id(caller), body.items, reason=body.reason, actor=caller.actor()
    )
    return await once.keep(tx, schemas.FailedDeliveryAnswer.model_validate(failed))


@router.post("/assignments/{request_id}/deliveries", status_code=HTTPStatus.CREATED)
async def complete_delivery(
    request_id: UUID, body: schemas.DeliveryBody, tx: TxDep, caller: OfficerDep, once: OnceDep
) -> schemas.DeliveryAnswer:
    """Record a delivery. Handover or cleared photo not known here yet: 409 `not-yet`, try again."""
    report = delivery.Delivery(
        items=body.items,
        receiver=body.receiver.name,
        relation=body.relation,
        paper_id=body.proof.paper_id,
        old_card_returned=body.old_card_returned,
    )
    delivery_id = await delivery.complete_delivery(tx, request_id, _officer_id(caller), report, caller.actor())
    return await once.keep(tx, schemas.DeliveryAnswer(delivery_id=delivery_id))


@router.get("/calls", dependencies=[Depends(allow(Role.CLERK))])
async def list_calls(tx: TxDep, paging: PagingDep) -> Page[schemas.CallView]:
    """Whose residents the call desk calls to agree on a time; the officer plans the visit, which ends the call."""
    rows = await read.list_calls(tx, _position(paging), paging.limit + 1)
    return page_of([_call_view(row) for row in rows], paging, lambda view: (view.missed_at, view.request_id))


def _call_view(row: CallRow) -> schemas.CallView:
    return schemas.CallView.model_validate(
        {
            **_request_fields(row.request, row.standing),
            "missed_at": row.missed_at,
            "miss_reason": row.miss_reason,
            "officer": row.officer,
        }
    )


@router.get("/officers", dependencies=[Depends(allow(Role.PUBLIC))])
async def who_is_my_officer(tx: TxDep, kelurahan_code: KelurahanCode, rw: RwNumber) -> schemas.OfficersAnswer:
    """Name and service number of the officers of an RW."""
    found, officers = await read.who_serves(tx, RwRef(kelurahan_code, rw))
    view = schemas.RwView.model_validate({**asdict(found), "synthetic": found.source == SYNTHETIC})
    return schemas.OfficersAnswer(
        rw=view, officers=tuple(schemas.OfficerView.model_validate(officer) for officer in officers)
    )
