"""What makes a page's route other than the API's: its mark, its token in a cookie, its forms from our own pages only.

Knows nothing of templates, so that sign-in and idempotency may import it.
"""

from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute

from halo_service.problems import BusinessError

KEY_FIELD: Final = "_key"
"""The hidden field of a form that makes a second tap the same call as the first."""

LANGUAGE_FIELD: Final = "_lang"
"""The field of a form that chooses the language; every form may have it."""

_FORM_MEDIA: Final = "application/x-www-form-urlencoded"
_FIELD_LIMIT: Final = 200
_SAFE: Final = frozenset({"GET", "HEAD"})


class PageRoute(APIRoute):
    """A route that answers a browser with HTML."""


class PageRouter(APIRouter):
    """The router of a service's pages: they stay out of the OpenAPI document and are declared as the API's are."""

    def __init__(self, *, prefix: str = "") -> None:
        """`prefix` as in APIRouter."""
        super().__init__(prefix=prefix, route_class=PageRoute, include_in_schema=False)


class CrossSiteError(BusinessError):
    """A form was sent by a page of somebody else's."""

    status = HTTPStatus.FORBIDDEN
    code = "cross-site-form"
    message = (
        "Formulir ini tidak dikirim dari halaman kami, jadi tidak ada yang berubah. Buka halamannya lalu kirim lagi.",
        "This form was not sent from our own page, so nothing has changed. Open the page and send it again.",
    )


class UnreadableFormError(BusinessError):
    """The body is no form, has too many fields, or holds characters that cannot be stored."""

    status = HTTPStatus.BAD_REQUEST
    code = "form-not-readable"
    message = (
        "Formulir ini tidak terbaca. Buka lagi halamannya, isi, lalu kirim.",
        "This form cannot be read. Open the page again, fill it in and send it.",
    )


def is_page(request: Request) -> bool:
    """Whether the request came to a page's route."""
    return isinstance(request.scope.get("route"), PageRoute)


def changes_nothing(request: Request) -> bool:
    """Whether the method is one that only reads."""
    return request.method in _SAFE


def refuse_cross_site(request: Request, origin: str | None) -> None:
    """Let a form through that a page of this very origin sent. Raises CrossSiteError.

    `Sec-Fetch-Site` says it; browsers that don't send that are judged by `Origin`, and who sends neither is
    refused. Source: OWASP Cross-Site Request Forgery Prevention Cheat Sheet, "Fetch Metadata headers", with its
    fallback to the origin's verification. `origin` is the service's public one; without it the call's own host counts.
    """
    if changes_nothing(request):
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in {"same-origin", "none"}:
            raise CrossSiteError
        return
    sender = request.headers.get("origin", "")
    own = sender == origin if origin else urlsplit(sender).netloc == request.headers.get("host", "")
    if not sender or not own:
        raise CrossSiteError


async def form_fields(request: Request) -> list[tuple[str, str]]:
    """The fields of a form as they were sent, at most 200. Raises UnreadableFormError."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    if media != _FORM_MEDIA and body:
        raise UnreadableFormError
    try:
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_FIELD_LIMIT)
    except ValueError:
        raise UnreadableFormError from None
    if any("\0" in text for field in fields for text in field):
        raise UnreadableFormError
    return fields


async def form_key(request: Request) -> str | None:
    """The hidden key of a form. Raises UnreadableFormError."""
    return dict(await form_fields(request)).get(KEY_FIELD)
