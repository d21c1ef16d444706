"""Intake's own facts: what each changes in the table of requests."""

from typing import Final

from halo_events.contract.intake import (
    RequestCancelled,
    RequestCancelRequested,
    RequestClosed,
    RequestProgressed,
    RequestReceived,
    RequestReopened,
)
from halo_events.runtime import Fold, project

from halo_intake import repository
from halo_intake.domain.requests import Request, RequestRound


async def apply_request_received(fold: Fold, event: RequestReceived) -> None:
    """Keep what following a request takes, and nothing of the resident."""
    request = Request(
        request_id=event.request_id,
        tracking_no=event.tracking_no,
        channel=event.channel,
        source_ref=event.source_ref,
        round=event.round,
        documents=event.documents,
        wanted=event.documents,
        received_at=fold.envelope.time,
        closed_at=None,
        status=None,
    )
    await repository.insert_request(fold, request)


async def apply_request_progressed(fold: Fold, event: RequestProgressed) -> None:
    """Note what was published last."""
    await repository.update_status(fold, event.request_id, event.status, event.since)


async def apply_request_closed(fold: Fold, event: RequestClosed) -> None:
    """Note the closing."""
    await repository.update_closed(fold, event.request_id, fold.envelope.time, event.closed_by)


async def apply_cancel_requested(fold: Fold, event: RequestCancelRequested) -> None:
    """Count the question, which is pending until dispatch's answer."""
    await repository.update_cancel_asked(fold, event.request_id, event.reason)


async def apply_request_cancelled(fold: Fold, event: RequestCancelled) -> None:
    """Note the cancelling."""
    await repository.update_cancelled(fold, event.request_id, fold.envelope.time)


async def apply_request_reopened(fold: Fold, event: RequestReopened) -> None:
    """Begin the round: from here on its facts only say how far the request is, and its documents alone are shown."""
    in_round = RequestRound(event.request_id, event.round)
    await repository.update_reopened(fold, in_round, event.documents, fold.envelope.time)


PROJECTIONS: Final = (
    project(RequestReceived, apply_request_received),
    project(RequestProgressed, apply_request_progressed),
    project(RequestClosed, apply_request_closed),
    project(RequestCancelRequested, apply_cancel_requested),
    project(RequestCancelled, apply_request_cancelled),
    project(RequestReopened, apply_request_reopened),
)
"""The topic of requests."""
