import asyncio
import os
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from halo_documents.app import build
from halo_documents.handlers import DECISIONS, PROJECTIONS
from halo_documents.settings import Settings
from halo_events import topics
from halo_events.contract import EVENTS
from halo_service.settings import explain
from pydantic import ValidationError

if TYPE_CHECKING:
    from halo_local.stack import Endpoints


async def run(command: str, **environment: str) -> tuple[int, str]:
    """Run a command of documents as a process; its exit status and what it said."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("HALO_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "halo_documents",
        command,
        env=plain | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


def environment(minio: "Endpoints", **values: str) -> dict[str, str]:
    """The environment of a process on the real store, with a bucket of its own."""
    return {
        "HALO_ENVIRONMENT": "local",
        "HALO_KAFKA": "127.0.0.1:1",
        "HALO_DATABASE_URL": "postgresql://halo_documents@127.0.0.1:1/halo_documents",
        "HALO_OIDC_ISSUER": "http://issuer.test",
        "HALO_S3_ENDPOINT": minio.minio,
        "HALO_S3_BUCKET": f"halo-{uuid4()}",
        "HALO_S3_ACCESS_KEY": minio.minio_access_key,
        "HALO_S3_SECRET_KEY": minio.minio_secret_key,
        "HALO_S3_SECURE": "false",
        **values,
    }


class TestBuild:
    def test_own_events_are_folded(self) -> None:
        """Every event that documents writes has its projection, and no decision: state is the fold of the topics."""
        own = {event for event in EVENTS if event.topic == topics.DOSSIERS}

        assert own <= {handler.event for handler in PROJECTIONS}
        assert DECISIONS == ()

    def test_limits(self, make_settings: Callable[..., Settings]) -> None:
        """Limits come from the settings."""
        limits = make_settings(paper_max_bytes=2048, upload_minutes=20).limits()

        assert (limits.paper_bytes, limits.form) == (2048, timedelta(minutes=20))

    def test_topics(self, make_settings: Callable[..., Settings]) -> None:
        """Documents reads what intake and dispatch say of requests, and who is in the register."""
        assert build(make_settings()).handlers.topics == (topics.ASSIGNMENTS, topics.OFFICERS, topics.REQUESTS)


class TestSettings:
    def test_weak_keys(self, make_settings: Callable[..., Settings]) -> None:
        """Outside a developer's machine the store's well-known keys stop the start, and are not repeated."""
        with pytest.raises(ValidationError) as raised:
            make_settings(
                environment="production",
                s3_access_key="minioadmin",
                s3_secret_key="minioadmin",
                clamd="clamd.test:3310",
                database_url="postgresql://halo:a-long-random-word-7@db.test/halo",
                oidc_issuer="https://issuer.test",
            )

        assert {fault["loc"][0] for fault in raised.value.errors()} == {"s3_access_key", "s3_secret_key"}
        assert "minioadmin" not in str(raised.value)

    def test_not_scanned(self, make_settings: Callable[..., Settings]) -> None:
        """Outside a developer's machine nothing starts without a scanner."""
        with pytest.raises(ValidationError) as raised:
            make_settings(environment="production", clamd="")

        (line,) = [line for line in explain(raised.value) if line.startswith("HALO_CLAMD")]
        assert "not set" in line
        assert make_settings(clamd="").clamd == ""

    @pytest.mark.parametrize("address", ["clamd.test", "http://clamd.test:3310", "clamd.test:0", "clamd.test:65536"])
    def test_scanner_address(self, make_settings: Callable[..., Settings], address: str) -> None:
        """The scanner's address is host and port, or the path of a socket."""
        with pytest.raises(ValidationError):
            make_settings(clamd=address)
        for good in ("clamd.test:3310", "/run/clamav/clamd.ctl"):
            assert make_settings(clamd=good).clamd == good

    @pytest.mark.parametrize("endpoint", ["http://store.test", "store test", ""])
    def test_endpoint(self, make_settings: Callable[..., Settings], endpoint: str) -> None:
        """The store's address is host and port, without a scheme."""
        with pytest.raises(ValidationError):
            make_settings(s3_endpoint=endpoint)


class TestPrepareBucket:
    async def test_twice(self, minio: "Endpoints") -> None:
        """The command makes the bucket; a second time it finds it."""
        where = environment(minio)

        first, second = await run("prepare-bucket", **where), await run("prepare-bucket", **where)

        assert (first[0], second[0]) == (0, 0), first[1] + second[1]
        assert "bucket prepared" in first[1]

    async def test_store_away(self, minio: "Endpoints") -> None:
        """Where the store is away the command says what to look at, and shows no key."""
        status, said = await run("prepare-bucket", **environment(minio, HALO_S3_ENDPOINT="127.0.0.1:1"))

        assert status == 1
        assert "HALO_S3_ENDPOINT" in said
        assert minio.minio_secret_key not in said
