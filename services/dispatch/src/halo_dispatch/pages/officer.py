"""A page in the hands of an officer: who he is, and the task that it shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends
from fastapi.responses import HTMLResponse, RedirectResponse
from halo_events.contract.event import Actor
from halo_events.contract.values import DocumentKind
from halo_events.runtime import Tx
from halo_service.http import TxDep, provided
from halo_service.http.once import Once
from halo_service.local_time import WIB
from halo_service.pages import Page, PageDep
from halo_service.pages.words import document_name
from halo_service.signin import Caller, Role, allow

from halo_dispatch.domain.clocks import VISIT_HORIZON
from halo_dispatch.domain.items import ItemRow, ItemState
from halo_dispatch.domain.register import officer_id_of
from halo_dispatch.domain.tasks import ProofRow, Task
from halo_dispatch.errors import RequestClosedError
from halo_dispatch.pages import words
from halo_dispatch.pages.links import DocumentsPages
from halo_dispatch.usecases import register, tasks

LIST: Final = "/officer"
"""The officer's list, where his pages begin."""

TASK: Final = "/officer/requests/{request_id}"
"""One of his tasks."""

_CARDS: Final = frozenset({DocumentKind.KTP_EL, DocumentKind.KIA})
_CLOCK: Final = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True, slots=True)
class OfficerPage:
    """The page that an officer of the register asked for, and the transaction that it is made in."""

    page: Page
    tx: Tx
    officer_id: UUID
    actor: Actor
    documents: DocumentsPages

    async def show_task(self, request_id: UUID) -> HTMLResponse:
        """Answer with the task. Raises what see_task does."""
        return self.page.show("task.html", **await self._task(request_id))

    async def refuse_above_task(self, request_id: UUID, form: str) -> None:
        """Show a refusal above the task's forms, with this one as it was filled in. Raises what see_task does."""
        context = {**await self._task(request_id), "sent": form, "preticked": [], "prechosen": []}
        self.page.refuse_with("task.html", **context)

    async def finish(self, once: Once, request_id: UUID, done: str) -> RedirectResponse:
        """End a form: go on to the task, or to the list where nothing is left to do for it."""
        try:
            await tasks.see_task(self.tx, request_id, self.officer_id)
        except RequestClosedError:
            return await self.page.finish(once, self.tx, LIST, done=done)
        return await self.page.finish(once, self.tx, TASK.format(request_id=request_id), done=done)

    async def _task(self, request_id: UUID) -> Mapping[str, Any]:
        task = await tasks.see_task(self.tx, request_id, self.officer_id)
        proofs = await tasks.list_proofs(self.tx, request_id) if task.in_hand else []
        return {
            "task": task,
            "words": words.spoken(self.page),
            "papers": self.documents.papers(request_id),
            "now": self.tx.now,
            "soonest": self.tx.now.astimezone(WIB).strftime(_CLOCK),
            "latest": (self.tx.now + VISIT_HORIZON).astimezone(WIB).strftime(_CLOCK),
            "sent": "",
            **_choices(self.page, task, proofs),
        }


def _name(page: Page, task: Task, item: ItemRow) -> str:
    number = task.number(item)
    name = page.t(*document_name(item.kind)) + (f" {number}" if number else "")
    kept = page.t(*words.ITEM_STATES[ItemState.AT_KELURAHAN])
    return f"{name} ({kept})" if item.state is ItemState.AT_KELURAHAN else name


def _choices(page: Page, task: Task, proofs: Sequence[ProofRow]) -> Mapping[str, Any]:
    """What the forms of a delivery offer; what is the only choice is chosen already."""

    def named(items: Sequence[ItemRow]) -> list[tuple[str, str]]:
        return [(str(item.item_id), _name(page, task, item)) for item in items]

    usable = [proof for proof in proofs if proof.cleared and not proof.quarantined]
    photos = [(str(proof.paper_id), page.language.moment(proof.uploaded_at)) for proof in usable]
    return {
        "deliverable": named(task.in_hand),
        "undeliverable": named(task.with_officer),
        "photos": photos,
        "preticked": [str(item.item_id) for item in task.in_hand] if len(task.in_hand) == 1 else [],
        "prechosen": [paper_id for paper_id, _ in photos[:1]],
        "is_checking": any(not proof.cleared and not proof.quarantined for proof in proofs),
        "is_quarantined": any(proof.quarantined for proof in proofs),
        "has_card": any(item.kind in _CARDS for item in task.in_hand),
    }


async def _officer(
    page: PageDep,
    tx: TxDep,
    caller: Annotated[Caller, Depends(allow(Role.OFFICER))],
    documents: Annotated[DocumentsPages, Depends(provided(DocumentsPages))],
) -> OfficerPage:
    """Let in officers who are in the register: a token outlives the office. Raises NotInRegisterError."""
    page.refuse_with("refused.html")
    officer_id = officer_id_of(caller.id)
    await register.must_be_in_office(tx, officer_id)
    return OfficerPage(page, tx, officer_id, caller.actor(), documents)


OfficerPageDep = Annotated[OfficerPage, Depends(_officer)]
"""The page, once an officer of the register was let in."""
