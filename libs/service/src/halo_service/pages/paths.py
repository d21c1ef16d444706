"""Paths within the service that a browser may be sent to."""

from typing import Final

LENGTH_LIMIT: Final = 1000


def local_path(text: str) -> str:
    """The path with its query if it stays within the service, else `/`.

    Browsers read `//host`, a backslash for a slash, and paths with control characters or blanks in front as
    another site's address.
    Source: OWASP Unvalidated Redirects and Forwards Cheat Sheet.
    """
    plain = text.isascii() and text.isprintable() and "\\" not in text and len(text) <= LENGTH_LIMIT
    return text if plain and text.startswith("/") and not text.startswith("//") else "/"
