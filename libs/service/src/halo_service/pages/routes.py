"""The pages that every service with pages has: sign-in and sign-out, the choice of language, the stylesheet."""

import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from http import HTTPStatus
from typing import Annotated, Final
from urllib.parse import urlencode

import jwt
from fastapi import Depends, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ValidationError

from halo_service.browser import PageRouter
from halo_service.callers import Role
from halo_service.pages.language import Language
from halo_service.pages.oidc import Attempt, Provider, SignInFailedError
from halo_service.pages.page import Page, PageDep
from halo_service.pages.paths import local_path
from halo_service.pages.rendering import ASSETS, ROOT, Pages
from halo_service.problems import BusinessError
from halo_service.signin import allow

ATTEMPT: Final = "signin"
"""The purpose of the cookie that keeps a sign-in under way."""

_ATTEMPT_SECONDS: Final = 600
_TOKEN_LIMIT: Final = 3800
"""Characters of a token that a cookie of 4096 bytes (RFC 6265, section 6.1) takes with its name and attributes."""

router: Final = PageRouter(prefix=ROOT)
EVERYBODY: Final = [Depends(allow(Role.PUBLIC))]


class SignInOffError(BusinessError):
    """Sign-in for pages is not set up in this service."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "sign-in-not-set-up"
    message = (
        "Masuk lewat halaman belum diatur di layanan ini. Hubungi tim operasi.",
        "Sign-in for pages is not set up in this service. Tell the operations team.",
    )


class TokenTooLargeError(BusinessError):
    """The issuer's token does not fit a cookie."""

    status = HTTPStatus.BAD_GATEWAY
    code = "token-too-large"
    message = (
        "Data masuk Anda terlalu besar untuk peramban. Hubungi tim operasi: kurangi isi token di layanan masuk.",
        "Your sign-in is too large for a browser. Tell the operations team: the issuer must put less into its tokens.",
    )


class _Choice(BaseModel):
    lang: Language
    back: str = "/"


def provider_of(pages: Pages) -> Provider:
    """Where people sign in. Raises SignInOffError."""
    if pages.provider is None:
        raise SignInOffError
    return pages.provider


@router.get("/sign-in", dependencies=EVERYBODY)
async def sign_in(page: PageDep, path: Annotated[str, "the page to come back to"] = "/") -> RedirectResponse:
    """Send the browser to the issuer."""
    address, attempt = await provider_of(page.pages).begin(local_path(path))
    answer = RedirectResponse(address, 303, {"cache-control": "no-store"})
    kept = urlsafe_b64encode(attempt.model_dump_json().encode()).decode()
    _set(answer, page.pages, kept, _ATTEMPT_SECONDS, ATTEMPT)
    return answer


@router.get("/signed-in", dependencies=EVERYBODY)
async def take_token(page: PageDep, request: Request, state: str = "", code: str = "", iss: str = "") -> Response:
    """Take the browser back from the issuer, and keep its token in a cookie. The attempt counts once."""
    provider = provider_of(page.pages)
    attempt = _attempt(request, page.pages)
    mine = attempt is not None and secrets.compare_digest(attempt.state.encode(), state.encode())
    if attempt is None or not mine or not code or iss not in {"", provider.issuer}:
        raise SignInFailedError
    token = await provider.finish(code, attempt)
    if len(token) > _TOKEN_LIMIT:
        raise TokenTooLargeError
    answer = page.go(local_path(attempt.path))
    expires = jwt.decode(token, options={"verify_signature": False})["exp"]  # verified above, by the API's rules
    _set(answer, page.pages, token, max(0, int(expires - time.time())))
    _forget(answer, page.pages, ATTEMPT)
    return answer


@router.post("/sign-out", dependencies=EVERYBODY)
async def sign_out(page: PageDep) -> RedirectResponse:
    """Forget the token here, then let the issuer end its own session where it offers that."""
    after = f"{ROOT}/signed-out"
    ended = None
    if page.pages.provider is not None and page.pages.origin is not None:
        ended = await page.pages.provider.end_address(f"{page.pages.origin}{after}")
    answer = RedirectResponse(ended or after, 303, {"cache-control": "no-store"})
    _forget(answer, page.pages)
    return answer


@router.get("/signed-out", dependencies=EVERYBODY)
async def tell_signed_out(page: PageDep) -> HTMLResponse:
    """Tell that nobody is signed in any more."""
    return page.show("halo/signed_out.html")


@router.get("/come-back", dependencies=EVERYBODY)
async def tell_come_back(page: PageDep) -> HTMLResponse:
    """Send somebody who signed in beside a waiting form back to it."""
    return page.show("halo/come_back.html")


@router.post("/language", dependencies=EVERYBODY)
async def choose_language(page: PageDep) -> RedirectResponse:
    """Remember the language, and go back."""
    choice = await page.form(_Choice)
    page.language = choice.lang
    answer = page.go(local_path(choice.back))
    page.keep_language(answer)
    return answer


@router.get("/static/{name}", dependencies=EVERYBODY)
async def give_asset(name: str) -> Response:
    """A file under an address that names its content, so that it may be kept for ever."""
    for asset in ASSETS.values():
        if asset.url == f"{ROOT}/static/{name}":
            headers = {"cache-control": "public, max-age=31536000, immutable", "x-content-type-options": "nosniff"}
            return Response(asset.body, headers=headers, media_type=asset.media_type)
    raise HTTPException(HTTPStatus.NOT_FOUND)


def sign_in_path(page: Page) -> str:
    """The way to sign in and back to the page asked for."""
    return f"{ROOT}/sign-in?{urlencode({'path': page.own_path})}"


def _attempt(request: Request, pages: Pages) -> Attempt | None:
    try:
        return Attempt.model_validate_json(urlsafe_b64decode(request.cookies.get(pages.cookie(ATTEMPT), "")))
    except (ValidationError, ValueError):
        return None


def _set(answer: Response, pages: Pages, value: str, seconds: int, purpose: str = "") -> None:
    answer.set_cookie(
        pages.cookie(purpose), value, seconds, path="/", secure=pages.is_https, httponly=True, samesite="lax"
    )


def _forget(answer: Response, pages: Pages, purpose: str = "") -> None:
    answer.delete_cookie(pages.cookie(purpose), path="/", secure=pages.is_https, httponly=True, samesite="lax")
