"""A page in the hands of its route: the language, the form, and the ways to answer."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from halo_events.runtime import Tx
from pydantic import BaseModel

from halo_service.browser import LANGUAGE_FIELD, PageRoute, form_fields
from halo_service.callers import ANYBODY, Caller, Role
from halo_service.http.once import Once
from halo_service.pages.fields import read_form, typed
from halo_service.pages.language import COOKIE, Language, language_of
from halo_service.pages.paths import local_path
from halo_service.pages.rendering import ROOT, Pages
from halo_service.pages.words import document_name
from halo_service.problems import Problem
from halo_service.signin import admit

M = TypeVar("M", bound=BaseModel)
YEAR_SECONDS: Final = 365 * 24 * 3600


class Gone(BaseModel):
    """Where a browser was sent after a form: what idempotency keeps of a page's answer."""

    location: str


class Page:
    """The page that a request asks for."""

    def __init__(self, request: Request, caller: Caller = ANYBODY) -> None:
        self.request = request
        self.caller = caller
        self.language = language_of(request)
        self.pages: Pages = request.app.state.pages
        self.refusal: tuple[str, Mapping[str, Any]] | None = None
        self.values: Mapping[str, list[str]] = {}
        self._language_chosen = False
        request.state.page = self

    def t(self, indonesian: str, english: str) -> str:
        """The phrase of the pair that is in the reader's language."""
        return self.language.t(indonesian, english)

    def refuse_with(self, template: str, **context: Any) -> None:  # noqa: ANN401 - what the template wants
        """Show a refusal (4xx) above this form, with what was typed, instead of on a page of its own.

        Call it before `form` and the use case. `context` is all that the template needs: by then the transaction is
        rolled back.
        """
        self.refusal = (template, context)

    async def form(self, model: type[M]) -> M:
        """The form that was sent. Raises InvalidFormError, UnreadableFormError."""
        fields = await form_fields(self.request)
        self.values = typed(fields)
        chosen = dict(fields).get(LANGUAGE_FIELD)
        if chosen in set(Language):
            self.language, self._language_chosen = Language(chosen), True
        return read_form(model, fields)

    def show(self, template: str, *, status: int = 200, problem: Problem | None = None, **context: Any) -> HTMLResponse:  # noqa: ANN401 - what the template wants
        """Answer with a template; the README lists what it knows beside the context."""
        said = {
            "page": self,
            "t": self.t,
            "lang": self.language.value,
            "day": self.language.day,
            "moment": self.language.moment,
            "document": lambda kind: self.t(*document_name(kind)),
            "problem": problem,
            "values": self.values,
            "done": self.request.query_params.get("done", ""),
            "new_key": lambda: str(uuid4()),
        }
        answer = HTMLResponse(self.pages.render(template, said | context), status, dict(self.pages.headers))
        if self._language_chosen:
            self.keep_language(answer)
        return answer

    def go(self, path: str, *, done: str | None = None) -> RedirectResponse:
        """Send the browser on to another page of this service (303 See Other).

        The page there gets `done` and tells with it what was done; it is a word of ours, for it stands in the address.
        """
        return RedirectResponse(_with_done(path, done), 303, {"cache-control": "no-store"})

    async def finish(self, once: Once, tx: Tx, path: str, *, done: str | None = None) -> RedirectResponse:
        """End a form that acts: `go`, kept so that a second tap is sent to the same page and does nothing."""
        kept = await once.keep(tx, Gone(location=_with_done(path, done)))
        return self.go(kept.location)

    def keep_language(self, answer: HTMLResponse | RedirectResponse) -> None:
        """Let the browser remember the language, for a year."""
        answer.set_cookie(
            COOKIE, self.language.value, YEAR_SECONDS, secure=self.pages.is_https, httponly=True, samesite="lax"
        )

    @property
    def is_signed_in(self) -> bool:
        """Whether somebody signed in looks at the page."""
        return bool(self.caller.roles - {Role.PUBLIC})

    @property
    def own_path(self) -> str:
        """The page asked for, to come back to; after a form the page that the form stood on, where it is known."""
        url = self.request.url
        if self.request.method not in {"GET", "HEAD"}:
            return local_path(self._referrer())
        return local_path(f"{url.path}?{url.query}" if url.query else url.path)

    def _referrer(self) -> str:
        own = f"{self.request.url.scheme}://{self.request.url.netloc}"
        origin = self.pages.origin or own
        referrer = self.request.headers.get("referer", "")
        return referrer.removeprefix(origin) if referrer.startswith(f"{origin}/") else self.request.url.path

    @property
    def root(self) -> str:
        """Where sign-in, sign-out and the choice of language stand."""
        return ROOT


def _with_done(path: str, done: str | None) -> str:
    if not path.startswith("/") or local_path(path) != path:
        raise ValueError(f"pages go on within the service: {path!r}")
    return f"{path}{'&' if '?' in path else '?'}{urlencode({'done': done})}" if done else path


async def _page(request: Request, caller: Annotated[Caller, Depends(admit)]) -> Page:
    if not isinstance(request.scope.get("route"), PageRoute):
        raise TypeError("a page belongs on a PageRouter")
    return Page(request, caller)


PageDep = Annotated[Page, Depends(_page)]
"""The page, once the caller was let in."""
