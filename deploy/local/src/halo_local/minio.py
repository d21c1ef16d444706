"""MinIO: an old release built from its Go module, for development and tests only."""

import base64
import http.client
import secrets
from pathlib import Path
from typing import Final

from halo_local import prepare
from halo_local.building import build_cache, run_build
from halo_local.cache import BUILDS, build_once, cache_root, fingerprint, say
from halo_local.parts import Part, Server, free_port, plain_env

SOURCE: Final = BUILDS / "minio"
FOLDERS: Final = 4
"""With fewer than four, MinIO offers neither versions nor object lock."""
GO: Final = {"CGO_ENABLED": "0", "GOFLAGS": "-mod=mod -modcacherw -buildvcs=false", "GOTOOLCHAIN": "local"}


def needed_tools() -> tuple[prepare.Tool, ...]:
    """Return what the machine must have: Go only until the server is built."""
    return () if (cache_root() / _name()).exists() else (prepare.GO,)


def build() -> None:
    """Build the server, where that was not done before."""
    _binary()


def lay_out(run: Path, *, durable: bool) -> Part:
    """Prepare a store in the folder `run` with keys of its own.

    MinIO always flushes what it stores, so `durable` changes nothing.
    """
    del durable
    port = free_port()
    own = run / "minio"
    own.mkdir(mode=0o700)
    access, secret = f"halo-{secrets.token_hex(4)}", secrets.token_urlsafe(24)
    sealing = base64.b64encode(secrets.token_bytes(32)).decode()
    folders = [str(own / f"disk{number}") for number in range(1, FOLDERS + 1)]
    server = Server(
        name="minio",
        argv=[str(_binary()), "server", "--address", f"127.0.0.1:{port}", "--config-dir", str(own), *folders],
        cwd=str(own),
        log=str(run / "minio.txt"),
        env=plain_env()
        | {
            "MINIO_ROOT_USER": access,
            "MINIO_ROOT_PASSWORD": secret,
            "MINIO_KMS_SECRET_KEY": f"local:{sealing}",
            "MINIO_BROWSER": "off",
            "MINIO_UPDATE": "off",
        },
    )
    endpoints = {"minio": f"127.0.0.1:{port}", "minio_access_key": access, "minio_secret_key": secret}
    return Part(server, lambda: answers(port), endpoints)


def _name() -> str:
    return f"minio-{fingerprint(SOURCE)}"


def _binary() -> Path:
    return build_once(cache_root(), _name(), _compile) / "minio"


def _compile(aside: Path) -> None:
    say("building MinIO with Go (up to three minutes)")
    for name in ("main.go", "go.mod", "go.sum"):
        (aside / name).write_bytes((SOURCE / name).read_bytes())
    command = ["go", "build", "-trimpath", "-ldflags=-s -w", "-o", "minio", "."]
    with build_cache("go") as own:
        run_build("MinIO", command, cwd=aside, env={**GO, "GOPATH": str(own), "GOCACHE": str(own / "build")})


def answers(port: int) -> bool:
    """Tell whether a store answers at this port of 127.0.0.1, and can write."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/minio/health/cluster")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
