"""Paths within the service that a browser may be sent to."""

from typing import Final
from urllib.parse import urlsplit

LENGTH_LIMIT: Final = 1000


def local_path(text: str) -> str:
    """The path with its query if it stays within the service, else `/`.

    Browsers read `//host`, a backslash for a slash, and paths with control characters or blanks in front as
    another site's address.
    Source: OWASP Unvalidated Redirects and Forwards Cheat Sheet.
    """
    plain = text.isascii() and text.isprintable() and "\\" not in text and len(text) <= LENGTH_LIMIT
    if not plain or not text.startswith("/") or text.startswith("//"):
        return "/"
    parts = urlsplit(text)
    if parts.scheme or parts.netloc:
        return "/"
    return text
