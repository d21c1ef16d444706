"""How each server runs as a container: settings as in the native way, given as the official image takes them."""

import base64
import secrets
import socket
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from halo_local import clamd, kafka, minio, postgres
from halo_local.images import IMAGES
from halo_local.parts import free_port

# StartupMessage of protocol 3.0. Its answer is a request to sign in, or an error while the server is still starting.
_NAMES: Final = b"user\0postgres\0database\0postgres\0\0"
HELLO: Final = struct.pack("!ii", 8 + len(_NAMES), 3 << 16) + _NAMES
DISKS: Final = "/data/disk{1...4}"


@dataclass(frozen=True)
class Recipe:
    """A container to run: the port inside is bound to `port` of 127.0.0.1."""

    image: str
    inside: int
    port: int
    is_ready: Callable[[], bool]
    endpoints: Mapping[str, str] = field(repr=False)
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    command: Sequence[str] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Contents by path, put into the container before it starts."""


class Cook(Protocol):
    """Makes the recipe of one server."""

    def __call__(self, *, durable: bool) -> Recipe:
        """Return it with a fresh port and fresh secrets; `durable` False may skip flushes to disk."""


def kafka_recipe(*, durable: bool) -> Recipe:
    """Return a broker: it listens on the same port inside, because it tells its clients where it listens."""
    del durable
    port = free_port()
    lines = (kafka.SOURCE / "server.properties").read_text().splitlines()
    settings = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    settings |= {
        "listeners": f"PLAINTEXT://0.0.0.0:{port},CONTROLLER://127.0.0.1:9093",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "controller.quorum.voters": "1@127.0.0.1:9093",
        "log.dirs": "/var/lib/kafka/data",
    }
    env = {f"KAFKA_{name.upper().replace('.', '_')}": value for name, value in settings.items()}
    return Recipe(
        image=IMAGES["kafka"].name,
        inside=port,
        port=port,
        is_ready=lambda: kafka.answers(port),
        endpoints={"kafka": f"127.0.0.1:{port}"},
        env=env | {"CLUSTER_ID": kafka.CLUSTER_ID, "KAFKA_HEAP_OPTS": "-Xmx512m -Xms256m"},
    )


def postgres_recipe(*, durable: bool) -> Recipe:
    """Return a PostgreSQL with a password of its own."""
    port, password = free_port(), secrets.token_urlsafe(24)
    settings = postgres.SETTINGS | ({} if durable else postgres.FORGETFUL)
    # Where it listens is a matter of the image inside, and of the binding to 127.0.0.1 outside.
    options = {name: value for name, value in settings.items() if not name.startswith(("listen_", "unix_"))}
    initdb = "--auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --no-sync"
    return Recipe(
        image=IMAGES["postgres"].name,
        inside=5432,
        port=port,
        is_ready=lambda: _signs_in(port),
        endpoints={"postgres": f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"},
        env={"POSTGRES_PASSWORD": password, "POSTGRES_INITDB_ARGS": initdb},
        command=["postgres", *(word for name, value in options.items() for word in ("-c", f"{name}={value}"))],
    )


def minio_recipe(*, durable: bool) -> Recipe:
    """Return a store with keys of its own, on four folders as in the native way."""
    del durable
    port = free_port()
    access, secret = f"halo-{secrets.token_hex(4)}", secrets.token_urlsafe(24)
    return Recipe(
        image=IMAGES["minio"].name,
        inside=9000,
        port=port,
        is_ready=lambda: minio.answers(port),
        endpoints={"minio": f"127.0.0.1:{port}", "minio_access_key": access, "minio_secret_key": secret},
        env={
            "MINIO_ROOT_USER": access,
            "MINIO_ROOT_PASSWORD": secret,
            "MINIO_KMS_SECRET_KEY": f"local:{base64.b64encode(secrets.token_bytes(32)).decode()}",
            "MINIO_BROWSER": "off",
            "MINIO_UPDATE": "off",
            # Newer ones refuse several folders of one disk otherwise.
            "MINIO_CI_CD": "1",
        },
        command=["server", "--address", ":9000", DISKS],
    )


def clamd_recipe(*, durable: bool) -> Recipe:
    """Return a scanner with the one signature of the native way."""
    del durable
    port = free_port()
    settings = clamd.CONFIGURATION.format(folder="/tmp", address="0.0.0.0", port=3310)  # noqa: S104, S108 - in its container
    return Recipe(
        image=IMAGES["clamd"].name,
        inside=3310,
        port=port,
        is_ready=lambda: clamd.answers(port),
        endpoints={"clamd": f"127.0.0.1:{port}"},
        command=["clamd", "--config-file=/tmp/clamd.conf"],
        files={"/tmp/clamd.conf": settings.encode(), "/tmp/signatures/eicar.ndb": clamd.SIGNATURE.encode()},  # noqa: S108
    )


RECIPES: Final[Mapping[str, Cook]] = {
    "kafka": kafka_recipe,
    "postgres": postgres_recipe,
    "minio": minio_recipe,
    "clamd": clamd_recipe,
}


def _signs_in(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(HELLO)
            return connection.recv(1) == b"R"
    except OSError:
        return False
