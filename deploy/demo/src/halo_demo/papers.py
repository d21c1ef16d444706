"""Generated papers: small JPEG photos and PDF pages of which no two have the same bytes."""

import io
import random
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from halo_local.clamd import EICAR
from PIL import Image, ImageDraw
from pypdf import PdfReader, PdfWriter

VARIANTS: Final = 12
SIZE: Final = (360, 480)
QUALITY: Final = 50
JPEG: Final = "image/jpeg"
PDF: Final = "application/pdf"
MARK: Final = b"CONTOH" + b"0" * 32
"""Stands in each PDF's title, to be overwritten in place so that no offset moves."""
START_OF_IMAGE: Final = b"\xff\xd8"
COMMENT: Final = b"\xff\xfe"


@dataclass(frozen=True)
class Paper:
    """A file as the officer's phone would send it; `media_type` is what the officer says it is."""

    media_type: str
    content: bytes


class PaperPool:
    """Makes papers fast: a few pictures are drawn once, and each paper gets a mark of its own."""

    def __init__(self, seed: int) -> None:
        rng = random.Random(seed)  # noqa: S311 - sample data, not a secret
        pictures = [_draw(rng, number) for number in range(VARIANTS)]
        self._photos = [_as_jpeg(picture) for picture in pictures]
        self._pages = [_as_pdf(picture) for picture in pictures]

    def photo(self, paper_id: UUID) -> Paper:
        """Return a JPEG whose comment segment holds the id."""
        photo = self._photos[paper_id.int % VARIANTS]
        return Paper(JPEG, _with_comment(photo, paper_id.hex.encode()))

    def page(self, paper_id: UUID) -> Paper:
        """Return a PDF whose title holds the id."""
        page = self._pages[paper_id.int % VARIANTS]
        return Paper(PDF, page.replace(MARK, b"CONTOH" + paper_id.hex.encode(), 1))

    def infected(self, paper_id: UUID) -> Paper:
        """Return a photo that opens whole, with the file in its comment that all scanners take for a virus."""
        photo = self._photos[paper_id.int % VARIANTS]
        return Paper(JPEG, _with_comment(photo, paper_id.hex.encode() + EICAR))

    def renamed_text(self, paper_id: UUID) -> Paper:
        """Return a text that is called a JPEG, as somebody might who renames a file."""
        return Paper(JPEG, b"Contoh: bukan gambar\n" * 40 + paper_id.hex.encode())


def _with_comment(photo: bytes, comment: bytes) -> bytes:
    segment = COMMENT + (len(comment) + 2).to_bytes(2) + comment
    return START_OF_IMAGE + segment + photo.removeprefix(START_OF_IMAGE)


def _draw(rng: random.Random, number: int) -> Image.Image:
    """Draw a form with some grain, so that the file has the size of a small photo."""
    shade = 225 + number
    picture = Image.effect_noise((SIZE[0] // 4, SIZE[1] // 4), 14).resize(SIZE).convert("RGB")
    picture = Image.blend(picture, Image.new("RGB", SIZE, (shade, shade, shade - 10)), 0.7)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((20, 20, SIZE[0] - 20, SIZE[1] - 20), outline=(40, 60, 90), width=3)
    pen.text((40, 40), f"CONTOH - BUKAN DOKUMEN ASLI / SAMPLE {number:02d}", fill=(150, 20, 20))
    for line in range(90, SIZE[1] - 60, 28):
        pen.line((40, line, rng.randint(200, SIZE[0] - 40), line), fill=(60, 60, 60), width=2)
    return picture


def _as_jpeg(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, format="JPEG", quality=QUALITY)
    return file.getvalue()


def _as_pdf(picture: Image.Image) -> bytes:
    drawn, marked = io.BytesIO(), io.BytesIO()
    picture.save(drawn, format="PDF", quality=QUALITY)
    writer = PdfWriter(clone_from=PdfReader(drawn))
    writer.add_metadata({"/Title": MARK.decode()})
    writer.write(marked)
    return marked.getvalue()
