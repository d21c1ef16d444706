"""What is raised in a page's route, as a page: above its form, on a page of its own, or by way of sign-in."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from halo_service.browser import changes_nothing, form_fields, is_page
from halo_service.pages.page import Gone, Page
from halo_service.pages.routes import SignInOffError, sign_in_path
from halo_service.problems import BusinessError, Problem
from halo_service.signin import NotAllowedError
from halo_service.tokens import BadTokenError, NoTokenError


def wants_page(request: Request) -> bool:
    """Whether the answer is a page: on a page's route, and for a browser that came to no route at all."""
    if is_page(request):
        return True
    has_pages = getattr(request.app.state, "pages", None) is not None
    return has_pages and "route" not in request.scope and "text/html" in request.headers.get("accept", "")


async def refusal_page(request: Request, error: BusinessError) -> Response:
    """The answer to a business error."""
    page = _page(request)
    if isinstance(error, NoTokenError | BadTokenError):
        if page.pages.provider is None:
            error = SignInOffError()
        elif changes_nothing(request):
            return RedirectResponse(sign_in_path(page), HTTPStatus.SEE_OTHER, {"cache-control": "no-store"})
        else:
            return await _send_again(page, error)
    headers = {name: text for name, text in error.headers.items() if name.lower() != "www-authenticate"}
    return problem_page(request, error.problem(), headers, signed_in=isinstance(error, NotAllowedError))


async def _send_again(page: Page, error: BusinessError) -> Response:
    """Nobody's work is lost when the session ends while he types: the form waits here until he signed in."""
    fields = await form_fields(page.request)
    return page.show("halo/send_again.html", status=error.status, problem=error.problem(), fields=fields)


def problem_page(
    request: Request, problem: Problem, headers: Mapping[str, str] | None = None, *, signed_in: bool = False
) -> Response:
    """The page that tells a problem: the form it belongs to where the route named one, else a page of its own."""
    page = _page(request)
    if page.refusal is not None and problem.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        template, context = page.refusal
        answer: Response = page.show(template, status=problem.status, problem=problem, **context)
    else:
        sign_out = signed_in or page.is_signed_in
        answer = page.show("halo/problem.html", status=problem.status, problem=problem, sign_out=sign_out)
    answer.headers.update(headers or {})
    return answer


def seen_page(answer: str) -> Response:
    """The answer to a form's second sending: on to where the first one went."""
    gone = Gone(**json.loads(answer))
    return RedirectResponse(gone.location, HTTPStatus.SEE_OTHER, {"cache-control": "no-store"})


def _page(request: Request) -> Page:
    """The page under way, or one for a request that was refused before it had any."""
    found: Page | None = getattr(request.state, "page", None)
    return found or Page(request)
