"""What a file is by its content, and whether it opens whole. Works on bytes of strangers: nothing here is trusted."""

import logging
import re
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Final

import puremagic
from PIL import Image
from pypdf import PdfReader

from halo_documents.domain.papers import UNKNOWN_TYPE, MediaType

PIXELS: Final = 50_000_000
"""Most pixels of a picture: more than a phone takes, and little enough to decode in memory."""

_HEAD: Final = 4096
_PLAIN_TYPE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/-]{0,99}")
"""What an event can carry as a type."""

# pypdf tells what it dislikes in a file through logging, with pieces of the file.
logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)


class TooManyPixelsError(Exception):
    """A small file that would unpack into a huge picture."""


class NoPagesError(Exception):
    """A PDF file without a page."""


def sniff(data: bytes) -> str:
    """The media type by the first bytes; `application/octet-stream` where they say nothing."""
    try:
        found = puremagic.from_string(data[:_HEAD], mime=True)
    except (puremagic.PureError, ValueError):
        return UNKNOWN_TYPE
    return found if _PLAIN_TYPE.fullmatch(found) else UNKNOWN_TYPE


def opens(media_type: str, data: bytes) -> bool:
    """Whether a file of an allowed type opens whole, to its last byte."""
    try:
        _OPENERS[MediaType(media_type)](data)
    except Exception:  # noqa: BLE001 - whatever a parser raises over a stranger's bytes is the file's fault
        return False
    return True


def _open_jpeg(data: bytes) -> None:
    with Image.open(BytesIO(data), formats=["JPEG", "MPO"]) as picture:
        _check_pixels(picture)
        # An eighth of the size in grey: reads every byte and computes a fraction of the pixels.
        picture.draft("L", (max(picture.width // 8, 1), max(picture.height // 8, 1)))
        picture.load()


def _open_png(data: bytes) -> None:
    with Image.open(BytesIO(data), formats=["PNG"]) as picture:
        _check_pixels(picture)
        picture.verify()


def _open_pdf(data: bytes) -> None:
    if len(PdfReader(BytesIO(data), strict=False).pages) < 1:
        raise NoPagesError


def _check_pixels(picture: Image.Image) -> None:
    if picture.width * picture.height > PIXELS:
        raise TooManyPixelsError


_OPENERS: Final[Mapping[MediaType, Callable[[bytes], None]]] = {
    MediaType.JPEG: _open_jpeg,
    MediaType.PNG: _open_png,
    MediaType.PDF: _open_pdf,
}
