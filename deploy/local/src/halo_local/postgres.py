"""PostgreSQL: Debian's server programs, a fresh copy of a prepared cluster per stack."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Final, cast

from halo_local import prepare
from halo_local.building import run_build
from halo_local.cache import build_once, data_root, fingerprint, say
from halo_local.errors import MissingToolError
from halo_local.parts import Part, Server, free_port, plain_env

INITDB: Final = ("--auth=scram-sha-256", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    # Details of an error quote the row, which may be a resident's.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
FORGETFUL: Final = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
"""For tests: a crash of the machine may lose everything, a crash of the server nothing."""


def needed_tools() -> tuple[prepare.Tool, ...]:
    """Return what the machine must have."""
    return (prepare.POSTGRES,)


def build() -> None:
    """Make the template, where that was not done before."""
    _template()


def lay_out(run: Path, *, durable: bool) -> Part:
    """Prepare a cluster in the folder `run` with a password of its own."""
    home = _home()
    user, group = _account()
    own = run / "postgres"
    own.mkdir(mode=0o700)
    if user is not None:
        shutil.chown(own, user, group or -1)
    copy = ["cp", "-a", str(_template() / "data"), str(own / "data")]
    run_build("PostgreSQL's folder", copy, cwd=Path("/"), user=user, group=group)
    password = secrets.token_urlsafe(24)
    _set_password(home, own / "data", password)
    port = free_port()
    settings = SETTINGS | ({} if durable else FORGETFUL) | {"port": str(port)}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    server = Server(
        name="postgres",
        argv=[str(home / "postgres"), "-D", str(own / "data"), *options],
        cwd=str(own),
        log=str(run / "postgres.txt"),
        env=plain_env(),
        user=user,
        group=group,
        stop_signal=signal.SIGINT,
        death_signal=signal.SIGQUIT,
    )
    dsn = f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"
    return Part(server, lambda: _answers(home, port), {"postgres": dsn})


def _home() -> Path:
    prepare.require(prepare.POSTGRES)
    return cast("Path", prepare.postgres_bin())


def _account() -> tuple[int | None, int | None]:
    """Return the user and group to run as: PostgreSQL refuses root, anybody else runs it himself."""
    if os.geteuid() != 0:
        return None, None
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return found.pw_uid, found.pw_gid
    raise MissingToolError("PostgreSQL can't run as root, and there is no user postgres: useradd --system postgres")


def _template() -> Path:
    return build_once(data_root(), f"postgres-{fingerprint(str(_home()), *INITDB)}", _make_template)


def _make_template(aside: Path) -> None:
    say("making a PostgreSQL cluster as template")
    user, group = _account()
    aside.chmod(0o711)
    data, secret = aside / "data", aside / "password"
    data.mkdir(mode=0o700)
    secret.write_text(secrets.token_urlsafe(24))
    if user is not None:
        shutil.chown(data, user, group or -1)
        shutil.chown(secret, user, group or -1)
    command = [str(_home() / "initdb"), *INITDB, f"--pwfile={secret}", "-D", str(data)]
    run_build("PostgreSQL's template", command, cwd=Path("/"), user=user, group=group)
    secret.unlink()


def _set_password(home: Path, data: Path, password: str) -> None:
    user, group = _account()
    command = [str(home / "postgres"), "--single", "-F", "-D", str(data), "postgres"]
    order = f"ALTER ROLE postgres PASSWORD '{password}'\n"
    run_build("PostgreSQL's password", command, cwd=Path("/"), user=user, group=group, stdin=order)


def _answers(home: Path, port: int) -> bool:
    command = [str(home / "pg_isready"), "-q", "-t", "1", "-h", "127.0.0.1", "-p", str(port)]
    return subprocess.run(command, stdin=subprocess.DEVNULL, timeout=5, check=False).returncode == 0
