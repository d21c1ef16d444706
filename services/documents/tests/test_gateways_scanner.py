import asyncio
import contextlib
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from subprocess import DEVNULL, Popen
from typing import TYPE_CHECKING

import httpx
import pytest
from halo_documents import jobs
from halo_documents.domain.papers import Announcement, Limits, MediaType, Upload
from halo_documents.gateways.checking import Checker
from halo_documents.gateways.scanner import Scanner, ScannerAwayError
from halo_documents.gateways.store import ObjectMissingError, PaperStore
from halo_documents.usecases import papers
from halo_events.contract.documents import PaperCleared, Purpose, QuarantineReason
from halo_events.contract.event import Actor
from halo_events.contract.values import DocumentKind
from halo_events.runtime import Database
from halo_events.testing import eventually
from PIL import Image

if TYPE_CHECKING:
    from conftest import World

CLAMD = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin:/usr/local/sbin")
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
"""The harmless file that every scanner takes for a virus, in pieces, so that none takes this one for it."""
STREAM = 150 * 1024
"""Most bytes that the tests' clamd takes."""
CONFIGURATION = """
Foreground yes
DatabaseDirectory {folder}/signatures
TemporaryDirectory {folder}
LocalSocket {folder}/clamd.sock
TCPAddr 127.0.0.1
TCPSocket {port}
StreamMaxLength {stream}
AlertExceedsMax yes
MaxScanTime 8000
"""
LIMITS = Limits(paper_bytes=400_000)
MALWARE, FAILED = QuarantineReason.MALWARE, QuarantineReason.SCAN_FAILED


@dataclass(frozen=True)
class Clamd:
    """A clamd that knows one signature, and its two addresses."""

    unix: str
    tcp: str


@pytest.fixture(scope="module")
def clamd() -> Iterator[Clamd]:
    """A real clamd of these tests alone."""
    if CLAMD is None:
        pytest.skip("clamd is not installed: apt-get install clamav-daemon")
    with tempfile.TemporaryDirectory(prefix="clamd-") as made, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port, folder = free.getsockname()[1], Path(made)
        free.close()
        (folder / "signatures").mkdir()
        (folder / "signatures" / "eicar.ndb").write_text(f"Eicar:0:*:{EICAR.hex()}\n")
        (folder / "clamd.conf").write_text(CONFIGURATION.format(folder=folder, port=port, stream=STREAM))
        process = Popen([CLAMD, "--config-file", str(folder / "clamd.conf")], stdout=DEVNULL, stderr=DEVNULL)
        try:
            yield Clamd(str(folder / "clamd.sock"), f"127.0.0.1:{port}")
        finally:
            process.kill()
            process.wait()


async def ready(address: str) -> Scanner:
    """A scanner that answers."""
    scanner = Scanner(address)

    async def answers() -> bool:
        with contextlib.suppress(ScannerAwayError):
            return await asyncio.to_thread(scanner.scan, b"") in {None, FAILED}
        return False

    await eventually(answers)
    return scanner


@pytest.fixture(params=["unix", "tcp"])
async def scanner(clamd: Clamd, request: pytest.FixtureRequest) -> Scanner:
    """The scanner, by both of its addresses."""
    return await ready(getattr(clamd, request.param))


@contextlib.contextmanager
def stranger(*, answer: bytes | None) -> Iterator[str]:
    """A server that is no clamd: it gives this answer and closes, or gives none and keeps the caller; its address."""
    with tempfile.TemporaryDirectory(prefix="clamd-") as folder, socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{folder}/s")
        server.listen()
        server.setblocking(False)
        loop, kept = asyncio.get_running_loop(), []

        def accept() -> None:
            connection, _ = server.accept()
            kept.append(connection)
            if answer is not None:
                connection.sendall(answer)
                connection.close()

        loop.add_reader(server, accept)
        yield f"{folder}/s"
        loop.remove_reader(server)
        for connection in kept:
            connection.close()


class TestScan:
    def test_clean(self, scanner: Scanner) -> None:
        """A file in which nothing is found is clean, up to the longest that clamd takes."""
        assert scanner.scan(b"Berkas contoh") is None
        assert scanner.scan(b"\0" * STREAM) is None

    @pytest.mark.parametrize("before", [b"", b"%PDF-1.7\n" * 10_000], ids=["alone", "far in"])
    def test_malware(self, scanner: Scanner, before: bytes) -> None:
        """A file with a signature in it is malware, wherever it stands."""
        assert scanner.scan(before + EICAR) is MALWARE

    @pytest.mark.parametrize("size", [STREAM + 1, 5_000_000], ids=["a byte", "much"])
    def test_too_long(self, scanner: Scanner, size: int) -> None:
        """What clamd refuses in the middle is not taken for clean, nor clamd for away."""
        assert [scanner.scan(b"\0" * size) for _ in range(5)] == [FAILED] * 5

    @pytest.mark.parametrize(
        ("answer", "reason"),
        [
            (b"stream: OK\0", None),
            (b"stream: Win.Test OK FOUND\0", MALWARE),
            (b"stream: Heuristics.Limits.Exceeded.MaxScanTime FOUND\0", FAILED),
            (b"Can't create temporary file ERROR\0", FAILED),
            (b"stream: NOT OK\0", FAILED),
            (b"UNKNOWN COMMAND\0", FAILED),
            (b"\xff\xfe" * 4096, FAILED),
        ],
        ids=["ok", "found", "given up", "error", "nearly ok", "other", "endless"],
    )
    async def test_answers(self, answer: bytes, reason: QuarantineReason | None) -> None:
        """Nothing but a plain OK is clean."""
        with stranger(answer=answer) as address:
            assert await asyncio.to_thread(Scanner(address).scan, b"x") is reason

    @pytest.mark.parametrize("answer", [b"", b"stream: OK"], ids=["none", "half"])
    async def test_broke_off(self, answer: bytes) -> None:
        """A connection that ends before the answer does says nothing: clamd is away."""
        with stranger(answer=answer) as address, pytest.raises(ScannerAwayError):
            await asyncio.to_thread(Scanner(address).scan, b"x")

    async def test_silent(self) -> None:
        """Who does not answer in time is away."""
        with stranger(answer=None) as address, pytest.raises(ScannerAwayError, match="TimeoutError"):
            await asyncio.to_thread(Scanner(address, timedelta(milliseconds=50)).scan, b"x")

    @pytest.mark.parametrize("address", ["127.0.0.1:1", "/nowhere/clamd.sock", "clamd.invalid:3310"])
    def test_nobody_there(self, address: str) -> None:
        """Where nobody listens the scanner is away, and the error holds no address."""
        with pytest.raises(ScannerAwayError) as raised:
            Scanner(address).scan(b"x")
        assert address not in str(raised.value)


def photo(comment: bytes = b"", size: tuple[int, int] = (320, 240)) -> bytes:
    """A photo that opens whole, with a comment in it."""
    out = BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, "JPEG", comment=comment)
    return out.getvalue()


@dataclass(frozen=True)
class Field:
    """An officer who uploads proofs of delivery to the real store."""

    world: "World"
    store: PaperStore
    officer: Actor

    async def bring(self, data: bytes) -> Upload:
        """Announce, upload and report a photo, of a request of its own."""
        request_id, _ = await self.world.needed(self.officer.id, DocumentKind.KTP_EL)
        said = Announcement(Purpose.DELIVERY_PROOF, MediaType.JPEG, len(data))
        rules = {"checklists": self.world.checklists, "limits": LIMITS}
        async with self.world.transaction() as tx:
            upload = await papers.announce_paper(tx, request_id, said, self.officer, **rules)
        form = self.store.form(upload, LIMITS.paper_bytes)
        async with httpx.AsyncClient() as client:
            assert (await client.post(form.url, data=form.fields, files={"file": ("paper", data)})).is_success
        async with self.world.transaction() as tx:
            await papers.report_upload(tx, upload.paper_id, self.officer)
        return upload

    async def state(self, upload: Upload) -> tuple[str, str | None]:
        """State and reason of a paper, as its officer sees them."""
        async with self.world.transaction() as tx:
            paper = await papers.read_paper(tx, upload.paper_id, self.officer)
        return paper.state, paper.reason


@pytest.fixture
def field(world: "World", store: PaperStore, officer: Actor) -> Field:
    """The officer in the field."""
    return Field(world, store, officer)


@pytest.fixture
async def checker(store: PaperStore, clamd: Clamd) -> AsyncIterator[Checker]:
    """The worker that checks papers, with the scanner."""
    made = Checker(store, LIMITS, clamd=await ready(clamd.unix))
    yield made
    made.close()


class TestCheckPapers:
    async def test_cleared(self, field: Field, checker: Checker, database: Database) -> None:
        """A clean paper is cleared, and the event says that it was scanned."""
        upload = await field.bring(photo())

        await jobs.check_papers(checker, database)

        assert await field.state(upload) == ("cleared", None)
        (event,) = await field.world.rows(
            f"SELECT data FROM events.outbox WHERE type = '{PaperCleared.type}'"  # noqa: S608 - a constant
        )
        assert b'"checks":["size","type","structure","clamd"]' in bytes(event["data"]).replace(b" ", b"")

    @pytest.mark.parametrize(
        ("data", "reason"),
        [(photo(EICAR), "malware"), (photo(size=(900, 700)), "scan_failed")],
        ids=["infected photo", "longer than clamd takes"],
    )
    async def test_quarantined(
        self, field: Field, checker: Checker, database: Database, data: bytes, reason: str
    ) -> None:
        """A photo that is not found clean stays shut, whole as it is, and is kept nowhere."""
        upload = await field.bring(data)

        await jobs.check_papers(checker, database)

        assert await field.state(upload) == ("quarantined", reason)
        async with database.transaction() as tx:
            paper = await papers.read_paper(tx, upload.paper_id, field.officer)
            link = field.store.link(paper, tx.now, LIMITS.link)
        async with httpx.AsyncClient() as client:
            assert (await client.get(link)).status_code == httpx.codes.NOT_FOUND

    async def test_scanner_away(self, field: Field, store: PaperStore, checker: Checker, database: Database) -> None:
        """While the scanner is away nothing is lost or cleared and no try is counted; once it is back papers go on."""
        upload = await field.bring(photo())
        away = Checker(store, LIMITS, clamd=Scanner("127.0.0.1:1"))

        for _ in range(7):
            with pytest.raises(ScannerAwayError):
                await jobs.check_papers(away, database)
        away.close()

        assert await field.state(upload) == ("stored", None)
        assert await jobs.check_papers(checker, database) == 1
        assert await field.state(upload) == ("cleared", None)
        with pytest.raises(ObjectMissingError):
            store.fetch(upload, LIMITS.paper_bytes)

    async def test_not_asked(self, field: Field, store: PaperStore, database: Database) -> None:
        """About a file that is quarantined anyway the scanner is not asked."""
        upload = await field.bring(b"Bukan gambar\n" * 50)
        away = Checker(store, LIMITS, clamd=Scanner("127.0.0.1:1"))

        await jobs.check_papers(away, database)
        away.close()

        assert await field.state(upload) == ("quarantined", "type_not_allowed")
