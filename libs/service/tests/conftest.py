"""A small service of letters, on a real database."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from uuid import UUID, uuid4

import pytest
from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse
from halo_events.errors import NotYetError
from halo_events.runtime import Database, Handlers, Tx
from halo_events.testing import Databases
from halo_service.browsing import PageClient, live_site, page_settings
from halo_service.http import OnceDep, Page, PagingDep, TxDep, page_of, provided
from halo_service.pages import PageDep, PageRouter
from halo_service.problems import BusinessError
from halo_service.service import Service
from halo_service.settings import ServiceSettings
from halo_service.signin import Caller, Role, allow
from halo_service.testing import Client, local_settings, service_client, service_database
from pydantic import BaseModel, ConfigDict, Field

MIGRATIONS = Path(__file__).parent / "migrations"


class LetterTakenError(BusinessError):
    code = "letter-taken"
    message = ("Surat ini sudah dipegang {holder}.", "{holder} holds this letter already.")


class LetterIn(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    title: Annotated[str, Field(min_length=1, max_length=20)]
    copies: Annotated[int, Field(ge=1, le=3)] = 1


class Letter(BaseModel):
    letter_id: UUID
    title: str
    writer: str


@dataclass(frozen=True)
class Stamp:
    text: str


router = APIRouter(prefix="/v1")
Officer = Annotated[Caller, Depends(allow(Role.OFFICER, Role.OPERATOR))]


@router.post("/letters", status_code=201)
async def write_letter(once: OnceDep, tx: TxDep, body: LetterIn, caller: Officer) -> Letter:
    """Write a letter, once; some titles are trouble."""
    letter = Letter(letter_id=uuid4(), title=body.title, writer=caller.id)
    await tx.execute_one(
        "INSERT INTO letters (letter_id, title, written_at) VALUES ($1, $2, $3)", letter.letter_id, body.title, tx.now
    )
    if body.title == "taken":
        raise LetterTakenError(holder="Sari")
    if body.title == "early":
        raise NotYetError("assignment.accepted of the request")
    if body.title == "broken":
        raise RuntimeError("327599 must not be seen")
    return await once.keep(tx, letter)


@router.post("/forgetful", status_code=201)
async def forget_to_keep(_once: OnceDep, _caller: Officer) -> None:
    """Claim a key and keep no answer."""
    return


@router.get("/letters")
async def list_letters(tx: TxDep, paging: PagingDep, _caller: Officer) -> Page[Letter]:
    """The letters, page by page."""
    after = paging.time_and_id()
    rows = await tx.fetch(
        "SELECT letter_id, title, written_at FROM letters"
        " WHERE $1::timestamptz IS NULL OR (written_at, letter_id) > ($1, $2) ORDER BY written_at, letter_id LIMIT $3",
        *(after or (None, None)),
        paging.limit + 1,
    )
    page = page_of(rows, paging, lambda row: (row["written_at"], row["letter_id"]))
    letters = [Letter(letter_id=row["letter_id"], title=row["title"], writer="") for row in page.items]
    return Page(items=letters, next_cursor=page.next_cursor)


@router.get("/stamp", dependencies=[Depends(allow(Role.PUBLIC))])
async def show_stamp(stamp: Annotated[Stamp, Depends(provided(Stamp))]) -> str:
    """A public route with a resource."""
    return stamp.text


PageOfficer = Annotated[Caller, Depends(allow(Role.OFFICER))]
pages = PageRouter()
Letters = Callable[..., Service]
Titles = Callable[[], Awaitable[list[str]]]


class TitleTakenError(BusinessError):
    code = "title-taken"
    message = ("Judul ini sudah dipakai.", "This title is taken.")


class LetterForm(BaseModel):
    title: Annotated[str, Field(max_length=20)]
    stamps: list[str] = []


async def list_titles(tx: Tx) -> list[str]:
    return [row["title"] for row in await tx.fetch("SELECT title FROM letters ORDER BY title")]


@pages.get("/letters")
async def show_letters(page: PageDep, tx: TxDep, _caller: PageOfficer) -> HTMLResponse:
    """The letters, and the form."""
    return page.show("letters.html", titles=await list_titles(tx))


@pages.post("/letters")
async def write_by_form(page: PageDep, tx: TxDep, once: OnceDep, _caller: PageOfficer) -> Response:
    """Write a letter; `taken` is refused after the effect, which is undone."""
    page.refuse_with("letters.html", titles=await list_titles(tx))
    form = await page.form(LetterForm)
    await tx.execute_one(
        "INSERT INTO letters (letter_id, title, written_at) VALUES ($1, $2, $3)", uuid4(), form.title, tx.now
    )
    if form.title == "taken":
        raise TitleTakenError
    if form.title == "broken":
        raise RuntimeError("327599 must not be seen")
    return await page.finish(once, tx, "/letters", done="written")


@pytest.fixture
def service() -> Service:
    """The service of letters."""
    return Service(
        name="intake",
        settings=local_settings(ServiceSettings),
        handlers=Handlers(service="intake"),
        routers=(router,),
        migrations=MIGRATIONS,
        resources=(Stamp("2,50"),),
    )


@pytest.fixture
async def database(databases: Databases, service: Service) -> AsyncIterator[Database]:
    """Its database."""
    async with service_database(databases, service) as database:
        yield database


@pytest.fixture
async def public(service: Service, database: Database) -> AsyncIterator[Client]:
    """A client that is not signed in."""
    async with service_client(service, database) as client:
        yield client


@pytest.fixture
async def officer(public: Client) -> AsyncIterator[Client]:
    """A client of officer-1."""
    async with public.signed_in(Role.OFFICER, sub="officer-1") as client:
        yield client


@pytest.fixture
async def offline(service: Service) -> AsyncIterator[Client]:
    """A client of the app whose database is away."""
    away = await Database.open("postgresql://nobody@127.0.0.1:1/nothing", service.handlers)
    async with service_client(service, away) as client:
        yield client
    await away.close()


@pytest.fixture
def letters(issuer: str) -> Letters:
    """Makes the service of letters with pages; settings may be given."""

    def make(**settings: object) -> Service:
        return Service(
            name="intake",
            settings=page_settings(ServiceSettings, **{"issuer": issuer, **settings}),
            handlers=Handlers(service="intake"),
            routers=(router,),
            pages=(pages,),
            templates=MIGRATIONS.parent / "templates",
            page_origins=("https://store.test",),
            migrations=MIGRATIONS,
        )

    return make


@pytest.fixture
async def site(letters: Letters, database: Database) -> AsyncIterator[str]:
    """Where the pages of letters listen."""
    async with live_site(letters(), database) as address:
        yield address


@pytest.fixture
async def person(site: str) -> AsyncIterator[PageClient]:
    """Somebody who is not signed in to the pages."""
    someone = PageClient(site)
    async with someone.http:
        yield someone


@pytest.fixture
async def reader(person: PageClient) -> PageClient:
    """Somebody who signed in to the pages as an officer."""
    assert (await person.sign_in(Role.OFFICER, "/letters")).status_code == 303
    return person


@pytest.fixture
def titles(database: Database) -> Titles:
    """The titles of the letters that were written."""

    async def read() -> list[str]:
        async with database.transaction() as tx:
            return await list_titles(tx)

    return read


@pytest.fixture
def stale_issuer() -> Iterator[str]:
    """An issuer whose tokens have expired when it gives them."""
    command = [sys.executable, "-m", "halo_local.issuer", "--lifetime", "-60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield json.loads(process.stdout.readline())["issuer"]
        process.terminate()
