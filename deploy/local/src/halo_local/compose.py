"""`up` and `down` of deploy/compose.yaml, and its secrets and ports. Needs the standard library alone.

The environment file lies in build/compose.env: made once, with secrets of its own, readable by its owner only.
"""

import base64
import os
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from halo_local.cache import say
from halo_local.errors import LocalStackError
from halo_local.parts import free_port

ROOT: Final = Path(__file__).resolve().parents[4]
FILE: Final = ROOT / "deploy/compose.yaml"
ENVIRONMENT: Final = ROOT / "build/compose.env"
PROJECT: Final = "halo-pamor"
PORTS: Final = {
    "HALO_INTAKE_PORT": 8001,
    "HALO_DISPATCH_PORT": 8002,
    "HALO_DOCUMENTS_PORT": 8003,
    "HALO_NOTIFY_PORT": 8004,
    "HALO_ISSUER_PORT": 8080,
    "HALO_SMS_PORT": 8090,
    "HALO_KAFKA_PORT": 19092,
    "HALO_POSTGRES_PORT": 15432,
    "HALO_MINIO_PORT": 19000,
}
"""Ports of 127.0.0.1 that are taken unless somebody else has them."""
SECRETS: Final = (
    "HALO_POSTGRES_PASSWORD",
    "HALO_INTAKE_PASSWORD",
    "HALO_DISPATCH_PASSWORD",
    "HALO_DOCUMENTS_PASSWORD",
    "HALO_NOTIFY_PASSWORD",
    "HALO_MINIO_ACCESS_KEY",
    "HALO_MINIO_SECRET_KEY",
    "HALO_SMS_TOKEN",
    "HALO_SMTP_PASSWORD",
)
SEALING_KEY: Final = "HALO_MINIO_SEALING_KEY"
HEAD: Final = (
    "# Secrets and ports of deploy/compose.yaml here. Made by `make compose`, removed by `make compose-down`.\n"
)


def read_environment() -> dict[str, str]:
    """Return what the platform was started with: the file, and over it what the environment names, as compose has it.

    Raises:
        LocalStackError: `make compose` made no file yet.
    """
    if not ENVIRONMENT.exists():
        raise LocalStackError("no platform was started by compose: make compose")
    lines = ENVIRONMENT.read_text().splitlines()
    found = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return {name: os.environ.get(name) or value for name, value in found.items()}


def make_environment() -> None:
    """Write the file with fresh secrets and free ports, unless it is there."""
    if ENVIRONMENT.exists():
        return
    # Letters and digits only: they stand in URLs, and compose reads a dollar sign as the start of a name.
    values: dict[str, str | int] = {name: secrets.token_hex(20) for name in SECRETS}
    values[SEALING_KEY] = base64.b64encode(secrets.token_bytes(32)).decode()
    values |= {name: _free(preferred) for name, preferred in PORTS.items()}
    ENVIRONMENT.parent.mkdir(exist_ok=True)
    with open(os.open(ENVIRONMENT, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123 - never readable by others
        file.write(HEAD + "".join(f"{name}={value}\n" for name, value in values.items()))


def put_up(options: Sequence[str]) -> None:
    """Build the images and start everything; `options` stand before `up`, such as `--profile scanner`.

    Raises:
        LocalStackError: there is no compose, or it failed; its words are above.
    """
    make_environment()
    _compose([*options, "up", "--detach", "--build", "--remove-orphans"])
    found = read_environment()
    for name in PORTS:
        print(f"{name.removeprefix('HALO_').removesuffix('_PORT').lower():10} 127.0.0.1:{found[name]}")
    print('It runs until `make compose-down`; its data goes with it. make demo ARGS="--platform compose" tries it.')


def put_down() -> None:
    """End everything, and drop its data and its secrets.

    Raises:
        LocalStackError: there is no compose, or it failed; its words are above.
    """
    if ENVIRONMENT.exists():
        _compose(["--profile", "scanner", "down", "--volumes", "--remove-orphans"])
        ENVIRONMENT.unlink()


def _compose(arguments: Sequence[str]) -> None:
    own = {"COMPOSE_PROJECT_NAME": PROJECT}
    file = [] if os.environ.get("COMPOSE_FILE") else ["--file", str(FILE)]
    command = [*_program(), "--env-file", str(ENVIRONMENT), *file, *arguments]
    if subprocess.run(command, env=_without_empty(os.environ | own), check=False).returncode != 0:
        raise LocalStackError(f"{command[0]} failed: its words are above")


def _program() -> list[str]:
    if shutil.which("docker"):
        asked = ["docker", "compose", "version"]
        if subprocess.run(asked, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0:
            return ["docker", "compose"]
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    raise LocalStackError("missing: Docker Compose. Install the plugin docker-compose-plugin (Debian: docker-compose)")


def _without_empty(environment: Mapping[str, str]) -> dict[str, str]:
    """An empty variable would hide the value of the file."""
    return {name: value for name, value in environment.items() if value or not name.startswith("HALO_")}


def _free(preferred: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", preferred))
        except OSError:
            return free_port()
    return preferred


def main() -> None:
    """Do what the command line asks for."""
    command, *options = sys.argv[1:] or [""]
    if command not in {"up", "down"}:
        sys.exit("usage: python3 -m halo_local.compose up [OPTION OF COMPOSE …] | down")
    try:
        put_up(options) if command == "up" else put_down()
    except LocalStackError as problem:
        say(str(problem))
        sys.exit(1)


if __name__ == "__main__":
    main()
