"""How an officer brings a paper: announce it, send the file straight to the store, report it, see it cleared."""

from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from halo_events.contract import documents

from halo_demo.errors import DemoError
from halo_demo.facts import Fact
from halo_demo.papers import Paper
from halo_demo.people.calls import Person
from halo_demo.people.office import EVENT_SECONDS, Office

PAGE_EVERY: Final = 4
"""One requirement in so many is a scanned page, the others are photos."""
TRIES: Final = 3


@dataclass(frozen=True)
class Bearer:
    """Who brings papers, and for which request."""

    request_id: UUID
    officer: Person


@dataclass(frozen=True)
class Wanted:
    """A paper that is wanted: for which row of which item, or as proof of delivery."""

    purpose: str
    item_id: str | None = None
    row: str | None = None


class First(Enum):
    """What the first file is that an officer sends for a paper: as it should be, of another type, or with a virus."""

    GOOD = auto()
    RENAMED = auto()
    INFECTED = auto()


async def bring_paper(office: Office, bearer: Bearer, wanted: Wanted, first: First = First.GOOD) -> UUID:
    """Bring a paper; after a quarantined one the officer brings another.

    Raises:
        DemoError: three papers in a row were not cleared.
    """
    for attempt in range(1, TRIES + 1):
        paper = _make(office, wanted, first if attempt == 1 else First.GOOD)
        paper_id = await _upload(office, bearer, wanted, paper)
        checked = await office.watch.wait_for(bearer.request_id, partial(_is_check, paper_id), EVENT_SECONDS)
        if isinstance(checked.event, documents.PaperCleared):
            return paper_id
    raise DemoError(f"request {bearer.request_id}: no paper for {wanted.row or wanted.purpose} was cleared")


def _make(office: Office, wanted: Wanted, first: First) -> Paper:
    mark = office.new_mark()
    if first is First.RENAMED:
        return office.pool.renamed_text(mark)
    if first is First.INFECTED:
        return office.pool.infected(mark)
    if wanted.purpose == "requirement" and mark.int % PAGE_EVERY == 0:
        return office.pool.page(mark)
    return office.pool.photo(mark)


async def _upload(office: Office, bearer: Bearer, wanted: Wanted, paper: Paper) -> UUID:
    said: dict[str, Any] = {"purpose": wanted.purpose, "media_type": paper.media_type, "size": len(paper.content)}
    if wanted.item_id:
        said |= {"item_id": wanted.item_id, "row": wanted.row}
    path = f"/v1/dossiers/{bearer.request_id}/papers"
    announced = await office.line.post(
        "documents", path, bearer.officer, said, attempt=sha256(paper.content).hexdigest()
    )
    form = announced["upload"]
    await office.line.send_form(form["url"], form["fields"], paper.content, paper.media_type)
    await office.line.post("documents", f"/v1/papers/{announced['paper_id']}/uploaded", bearer.officer)
    return UUID(announced["paper_id"])


def _is_check(paper_id: UUID, fact: Fact) -> bool:
    event = fact.event
    return isinstance(event, documents.PaperCleared | documents.PaperQuarantined) and event.paper_id == paper_id
