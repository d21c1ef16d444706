"""HTML: the public status page, for whoever has a tracking number."""

from typing import Annotated, Final

from fastapi import Depends
from fastapi.responses import HTMLResponse, RedirectResponse
from halo_service.http import TxDep
from halo_service.pages import PageDep, PageRouter
from halo_service.signin import Role, allow
from pydantic import BaseModel, Field

from halo_intake.domain.sentences import status_name
from halo_intake.domain.status import way_of
from halo_intake.usecases import following

router: Final = PageRouter()
EVERYBODY: Final = [Depends(allow(Role.PUBLIC))]


class StatusForm(BaseModel):
    """The number goes in the body, not in the address: browsers and proxies keep addresses."""

    tracking_no: Annotated[str, Field(max_length=200)]


@router.get("/", dependencies=EVERYBODY)
async def lead_in(page: PageDep) -> RedirectResponse:
    """The only page that intake has."""
    return page.go("/status")


@router.get("/status", dependencies=EVERYBODY)
async def ask_number(page: PageDep) -> HTMLResponse:
    """The form that asks for the tracking number."""
    return page.show("status_form.html")


@router.post("/status", dependencies=EVERYBODY)
async def show_status(page: PageDep, tx: TxDep) -> HTMLResponse:
    """How far the request is, and what comes next."""
    page.refuse_with("status_form.html")
    form = await page.form(StatusForm)
    (request, status, since), upcoming = await following.see_request(tx, form.tracking_no)
    return page.show(
        "status.html",
        request=request,
        name=status_name(status),
        since=since,
        next=upcoming,
        way=[(status_name(stage), standing) for stage, standing in way_of(status)],
    )
