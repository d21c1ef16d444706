"""Templates and the stylesheet: the shared ones and a service's own."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Final
from urllib.parse import urlsplit

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined

from halo_service.pages.oidc import Provider

ROOT: Final = "/pages"
"""Where the pages that all services have stand."""

_OWN: Final = resources.files(__package__)
_TYPES: Final = {"css": "text/css; charset=utf-8", "svg": "image/svg+xml"}


@dataclass(frozen=True)
class Asset:
    """A file that never changes under its address."""

    url: str
    body: bytes
    media_type: str


def _assets() -> Mapping[str, Asset]:
    found = {}
    for file in (_OWN / "static").iterdir():
        body = file.read_bytes()
        stem, _, suffix = file.name.rpartition(".")
        url = f"{ROOT}/static/{stem}.{hashlib.sha256(body).hexdigest()[:16]}.{suffix}"
        found[file.name] = Asset(url, body, _TYPES[suffix])
    return found


ASSETS: Final[Mapping[str, Asset]] = _assets()


def make_templates(own: Traversable | None) -> Environment:
    """The templates of a service, and under `halo/` those that all share."""
    shared = PrefixLoader({"halo": FileSystemLoader(str(_OWN / "templates"))})
    loaders = [FileSystemLoader(str(own)), shared] if own else [shared]
    templates = Environment(
        loader=ChoiceLoader(loaders), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    templates.globals["asset"] = lambda name: ASSETS[name].url
    return templates


@dataclass(frozen=True)
class Pages:
    """What the pages of one service share while it runs."""

    service: str
    templates: Environment
    origin: str | None
    provider: Provider | None
    """Where people sign in; None while sign-in for pages is not set up."""
    others: tuple[str, ...] = ()
    """Other origins that forms go to and images come from."""
    headers: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "headers", _headers(self.provider, self.others))

    @property
    def is_https(self) -> bool:
        """Whether browsers reach the pages over https."""
        return (self.origin or "").startswith("https://")

    def cookie(self, purpose: str = "") -> str:
        """The name of a cookie of this service: cookies know no ports, so that neighbours need other names."""
        name = f"halo-{self.service}{f'-{purpose}' if purpose else ''}"
        return f"__Host-{name}" if self.is_https else name

    def render(self, template: str, context: Mapping[str, Any]) -> str:
        """The HTML of a template."""
        return self.templates.get_template(template).render(context)


def _headers(provider: Provider | None, others: tuple[str, ...] = ()) -> Mapping[str, str]:
    """What every page says to the browser.

    `form-action` also names the issuer, since Chromium holds it against redirects after a form. The referrer stays
    within the service; with `no-referrer` browsers would send `Origin: null` with our own forms.
    """
    images, forms = ["'self'", "data:", *others], ["'self'", *others]
    if provider is not None:
        parts = urlsplit(provider.issuer)
        forms.append(f"{parts.scheme}://{parts.netloc}")
    policy = (
        f"default-src 'none'; style-src 'self'; img-src {' '.join(images)}; "
        f"form-action {' '.join(forms)}; base-uri 'none'; frame-ancestors 'none'"
    )
    return {
        "content-security-policy": policy,
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
        "vary": "Cookie",
    }
