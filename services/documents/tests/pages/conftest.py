"""Documents with pages that listen, and people who come to them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from halo_documents import jobs
from halo_documents.app import build
from halo_documents.domain.papers import MIB, Limits
from halo_documents.gateways.checking import Checker
from halo_documents.gateways.store import PaperStore
from halo_documents.settings import Settings
from halo_events.runtime import Database
from halo_service.browsing import PageClient, live_site, page_settings
from halo_service.service import Service
from halo_service.signin import Role
from PIL import Image
from pypdf import PdfWriter

if TYPE_CHECKING:
    from halo_local.stack import Endpoints


@pytest.fixture
def service(minio: "Endpoints", store: PaperStore, issuer: str) -> Service:
    """Documents whose pages listen, on a store that is ready."""
    del store
    own = {
        "s3_endpoint": minio.minio,
        "s3_bucket": "halo-documents-test",
        "s3_secure": False,
        "dispatch_url": "http://dispatch.test",
    }
    keys = {"s3_access_key": minio.minio_access_key, "s3_secret_key": minio.minio_secret_key}
    return build(page_settings(Settings, issuer, paper_max_bytes=MIB, **own, **keys))


@pytest.fixture
async def site(service: Service, database: Database) -> AsyncIterator[str]:
    """Where it listens."""
    async with live_site(service, database) as address:
        yield address


@pytest.fixture
async def come_in(site: str) -> AsyncIterator[Callable[..., Awaitable[PageClient]]]:
    """Browsers without a window, in which somebody signed in."""
    async with AsyncExitStack() as stack:

        async def come_in(role: Role, sub: str) -> PageClient:
            client = PageClient(site)
            await stack.enter_async_context(client.http)
            await client.begin("/desk" if role is Role.OPERATOR else f"/officer/requests/{UUID(int=0)}/papers")
            await client.http.get((await client.choose(role, sub=sub)).headers["location"])
            return client

        yield come_in


@pytest.fixture
async def check(database: Database, store: PaperStore) -> AsyncIterator[Callable[[], Awaitable[int]]]:
    """The job that checks papers, run once; how many it took."""
    checker = Checker(store, Limits(paper_bytes=MIB))
    yield lambda: jobs.check_papers(checker, database)
    checker.close()


@pytest.fixture(scope="session")
def photo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo from a phone, of more bytes than a page may load."""
    path = tmp_path_factory.mktemp("photo") / "kk.jpg"
    Image.effect_noise((1200, 900), 90).convert("RGB").save(path, quality=85)
    return path


@pytest.fixture(scope="session")
def pdf_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PDF of one page."""
    path = tmp_path_factory.mktemp("scan") / "kk.pdf"
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(path)
    return path
