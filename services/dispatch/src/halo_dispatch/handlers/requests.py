"""What intake says of requests: kept, answered, offered."""

from typing import Final
from uuid import UUID

from halo_events.contract.intake import (
    RequestCancelled,
    RequestCancelRequested,
    RequestClosed,
    RequestReceived,
    RequestReopened,
)
from halo_events.contract.values import Channel
from halo_events.runtime import Fold, Tx, on, project

from halo_dispatch.domain.lists import RequestRow, ResidentRow
from halo_dispatch.domain.places import RwRef
from halo_dispatch.repository import requests
from halo_dispatch.usecases.cancel import answer_cancel
from halo_dispatch.usecases.offer import Need, offer_request
from halo_dispatch.usecases.reopen import reopen_assignment


async def apply_request_received(fold: Fold, event: RequestReceived) -> None:
    """Keep what the officer must know; NIK and KK number are not among it."""
    resident = event.resident
    row = RequestRow(
        request_id=event.request_id,
        tracking_no=event.tracking_no,
        kelurahan_code=event.kelurahan_code,
        rw=event.rw,
        rt=event.rt,
        documents=event.documents,
        target_group=event.target_group,
        household_size=event.household_size,
        language=event.language,
        resident=ResidentRow(resident.name, resident.phone, resident.address, resident.note),
    )
    await requests.insert_request(fold, row, event.round, fold.envelope.time)


async def apply_request_closed(fold: Fold, event: RequestClosed) -> None:
    """The request is open no more."""
    await requests.update_request_closed(fold, event.request_id, fold.envelope.time)


async def apply_cancel_requested(fold: Fold, event: RequestCancelRequested) -> None:
    """The resident waits for an answer in this round."""
    await requests.update_cancel_requested(fold, event.request_id, event.round)


async def apply_request_cancelled(fold: Fold, event: RequestCancelled) -> None:
    """Nobody works on the request any more."""
    await requests.update_request_cancelled(fold, event.request_id, fold.envelope.time)


async def apply_request_reopened(fold: Fold, event: RequestReopened) -> None:
    """The request is open again: its new round, and what is wanted now."""
    await requests.update_request_reopened(fold, event.request_id, event.round, event.documents)


async def on_request_received(tx: Tx, event: RequestReceived) -> None:
    """Ask an officer at once."""
    entered_by = _officer_id(event.taken_by) if event.channel == Channel.OFFICER else None
    rw = RwRef(event.kelurahan_code, event.rw)
    await offer_request(tx, Need(event.request_id, event.round, rw, entered_by))


async def on_cancel_requested(tx: Tx, event: RequestCancelRequested) -> None:
    """Say whether it is too late; else papers go back first."""
    await answer_cancel(tx, event.request_id)


async def on_request_reopened(tx: Tx, event: RequestReopened) -> None:
    """Ask an officer at once, first the one who served the request before."""
    await reopen_assignment(tx, event.request_id, event.round)


def _officer_id(taken_by: str | None) -> UUID | None:
    """The officer who entered a request: officers are known by a UUID, clerks need not be."""
    try:
        return UUID(taken_by) if taken_by else None
    except ValueError:
        return None


PROJECTIONS: Final = (
    project(RequestReceived, apply_request_received),
    project(RequestClosed, apply_request_closed),
    project(RequestCancelRequested, apply_cancel_requested),
    project(RequestCancelled, apply_request_cancelled),
    project(RequestReopened, apply_request_reopened),
)

DECISIONS: Final = (
    on(RequestReceived, on_request_received),
    on(RequestCancelRequested, on_cancel_requested),
    on(RequestReopened, on_request_reopened),
)
