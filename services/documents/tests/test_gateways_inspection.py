import struct
import zlib
from io import BytesIO

import pytest
from halo_documents.gateways.inspection import opens, sniff
from PIL import Image
from pypdf import PdfWriter


def picture(form: str, size: tuple[int, int] = (320, 240), **options: object) -> bytes:
    """A noisy picture."""
    out = BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, form, **options)
    return out.getvalue()


def pdf(password: str | None = None) -> bytes:
    """A PDF of one page."""
    writer, out = PdfWriter(), BytesIO()
    writer.add_blank_page(width=595, height=842)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    writer.write(out)
    return out.getvalue()


def with_exif() -> bytes:
    """A JPEG as phones write it."""
    exif = Image.Exif()
    exif[0x010F] = "Contoh"
    return picture("JPEG", exif=exif)


def huge_png(width: int, height: int) -> bytes:
    """A few bytes that call themselves a huge picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


class TestSniff:
    @pytest.mark.parametrize(
        ("data", "media_type"),
        [
            (picture("JPEG"), "image/jpeg"),
            (picture("JPEG", progressive=True), "image/jpeg"),
            (with_exif(), "image/jpeg"),
            (picture("PNG"), "image/png"),
            (pdf(), "application/pdf"),
            (picture("GIF"), "image/gif"),
            (b"Bukan gambar\n" * 100, "application/octet-stream"),
            (b"\0", "application/octet-stream"),
            (b"", "application/octet-stream"),
        ],
        ids=["jpeg", "progressive", "exif", "png", "pdf", "gif", "text", "nul", "empty"],
    )
    def test_sniff(self, data: bytes, media_type: str) -> None:
        """The first bytes say what a file is, whatever its name says."""
        assert sniff(data) == media_type

    @pytest.mark.parametrize("version", ["1.3", "1.4", "1.5", "1.6", "1.7", "2.0"])
    def test_pdf_versions(self, version: str) -> None:
        """A PDF is a PDF in every version that scanners write."""
        assert sniff(f"%PDF-{version}\n".encode() + pdf()[9:]) == "application/pdf"

    def test_type_that_no_event_can_carry(self) -> None:
        """A type with signs beyond the contract's is told as unknown."""
        assert sniff(b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"></svg>') in {
            "application/octet-stream",
            "application/xml",
        }


class TestOpens:
    @pytest.mark.parametrize(
        ("media_type", "data"),
        [
            ("image/jpeg", picture("JPEG")),
            ("image/jpeg", picture("JPEG", progressive=True)),
            ("image/jpeg", with_exif()),
            ("image/jpeg", picture("JPEG", (3, 3))),
            ("image/png", picture("PNG")),
            ("application/pdf", pdf()),
        ],
        ids=["jpeg", "progressive", "exif", "tiny", "png", "pdf"],
    )
    def test_whole(self, media_type: str, data: bytes) -> None:
        """A whole file opens."""
        assert opens(media_type, data)

    @pytest.mark.parametrize("part", [0.01, 0.5, 0.95])
    @pytest.mark.parametrize(
        ("media_type", "data"),
        [
            ("image/jpeg", picture("JPEG")),
            ("image/jpeg", picture("JPEG", progressive=True)),
            ("image/png", picture("PNG")),
            ("application/pdf", pdf()),
        ],
        ids=["jpeg", "progressive", "png", "pdf"],
    )
    def test_cut_short(self, media_type: str, data: bytes, part: float) -> None:
        """A file that an upload cut short does not open, wherever it was cut."""
        assert not opens(media_type, data[: int(len(data) * part)])

    @pytest.mark.parametrize(
        ("media_type", "data"),
        [
            ("image/png", huge_png(30_000, 30_000)),
            ("image/png", huge_png(8_000, 8_000)),
            ("application/pdf", pdf(password="rahasia")),
            ("application/pdf", b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\n%%EOF"),
            ("application/pdf", b"%PDF-1.7\n" + b"[" * 20_000),
            ("image/png", picture("JPEG")),
        ],
        ids=["bomb", "over the limit", "locked", "no pages", "nested", "another type"],
    )
    def test_hostile(self, media_type: str, data: bytes) -> None:
        """A picture that would unpack without measure, a locked file, a file without a page: none of them opens."""
        assert not opens(media_type, data)
