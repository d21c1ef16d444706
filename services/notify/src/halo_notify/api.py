"""HTTP: the message log, for the ops team and the notification desk."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from halo_service.http import Page, PagingDep, TxDep, page_of
from halo_service.signin import Role, allow

from halo_notify import repository
from halo_notify.domain.messages import NEWEST, Place
from halo_notify.schemas import MessageView

router: Final = APIRouter(prefix="/v1", tags=["messages"])


@router.get("/messages", dependencies=[Depends(allow(Role.OPS))])
async def list_messages(
    tx: TxDep, paging: PagingDep, request_id: Annotated[UUID | None, Query(description="of this request only")] = None
) -> Page[MessageView]:
    """Messages, newest first: who was told what over which channel, and what became of it."""
    position = paging.time_and_id()
    after = Place(*position) if position else NEWEST
    found = await repository.list_messages(tx, after, paging.limit + 1, request_id)
    views = [MessageView.of(message) for message in found]
    return page_of(views, paging, lambda view: (view.queued_at, view.message_id))
