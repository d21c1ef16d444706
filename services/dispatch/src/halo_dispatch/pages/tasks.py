"""The officer's list, and one task."""

from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from fastapi import Depends
from fastapi.responses import HTMLResponse, RedirectResponse
from halo_service.http import Paging, PagingDep, page_of
from halo_service.http.paging import CursorNotValidError
from halo_service.pages import PageDep, PageRouter
from halo_service.signin import Role, allow

from halo_dispatch.domain.assignments import State
from halo_dispatch.domain.lists import Position
from halo_dispatch.domain.tasks import FIRST_TASK, Task, TaskPosition
from halo_dispatch.pages import words
from halo_dispatch.pages.officer import LIST, TASK, OfficerPageDep
from halo_dispatch.usecases import tasks

router: Final = PageRouter()

TASKS: Final = 20
"""Tasks of one page: what a phone scrolls through, and far less than 100 KB."""


@router.get("/", dependencies=[Depends(allow(Role.PUBLIC))])
async def lead_in(page: PageDep) -> RedirectResponse:
    """The officer's pages are all that dispatch has."""
    return page.go(LIST)


@router.get(LIST)
async def list_tasks(officer: OfficerPageDep, paging: PagingDep) -> HTMLResponse:
    """What the officer has to answer and to do."""
    paging = replace(paging, limit=TASKS)
    found = await tasks.list_tasks(officer.tx, officer.officer_id, _begin(paging), TASKS + 1)
    shown = page_of(found, paging, _place)
    return officer.page.show(
        "tasks.html",
        tasks=shown.items,
        more=f"{LIST}?cursor={shown.next_cursor}" if shown.next_cursor else None,
        is_first=paging.after is None,
        words=words.spoken(officer.page),
        now=officer.tx.now,
    )


def _place(task: Task) -> tuple[str, datetime, UUID]:
    return task.assignment.state, task.assignment.changed_at, task.request_id


def _begin(paging: Paging) -> TaskPosition:
    """Where the page begins. Raises CursorNotValidError."""
    position = paging.position(3)
    if position is None:
        return FIRST_TASK
    state, *rest = position
    after = replace(paging, after=tuple(rest)).time_and_id()
    if after is None or state not in {State.OFFERED, State.ACCEPTED}:
        raise CursorNotValidError
    return TaskPosition(State(state), Position(*after))


@router.get(TASK)
async def show_task(request_id: UUID, officer: OfficerPageDep) -> HTMLResponse:
    """All that the officer needs for one request, with the forms that its state permits."""
    return await officer.show_task(request_id)
