"""What the machine must have before anything is built, and how it gets there."""

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from halo_local.cache import say
from halo_local.errors import MissingToolError

APT_SECONDS: Final = 900
KEPT_LINES: Final = 12


@dataclass(frozen=True)
class Tool:
    """A program that the machine must have, or that is only wished for: `lost` says what goes without it."""

    what: str
    package: str
    found: Callable[[], bool]
    lost: str = ""


def postgres_bin() -> Path | None:
    """Return the folder of the newest PostgreSQL server's programs, or None."""
    homes = [home for home in Path("/usr/lib/postgresql").glob("*/bin") if (home / "initdb").exists()]
    if homes:
        return max(homes, key=lambda home: int(home.parent.name))
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


def java() -> Path | None:
    """Return the Java launcher of $JAVA_HOME or of the path, or None."""
    own = os.environ.get("JAVA_HOME")
    if own and (Path(own) / "bin/java").exists():
        return Path(own) / "bin/java"
    launcher = shutil.which("java")
    return Path(launcher) if launcher else None


def clamd() -> Path | None:
    """Return ClamAV's daemon, or None: Debian has it in a folder that only root's path names."""
    found = shutil.which("clamd", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin")
    return Path(found) if found else None


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _has_venv() -> bool:
    return importlib.util.find_spec("ensurepip") is not None


def _has_certificates() -> bool:
    own = os.environ.get("SSL_CERT_FILE")
    return any(Path("/etc/ssl/certs").glob("*.pem")) or (own is not None and Path(own).is_file())


VENV: Final = Tool("venv of Python", "python3-venv", _has_venv)
CERTIFICATES: Final = Tool("TLS certificates", "ca-certificates", _has_certificates)
JAVA: Final = Tool("java", "default-jre-headless", lambda: java() is not None)
POSTGRES: Final = Tool("PostgreSQL's server programs", "postgresql", lambda: postgres_bin() is not None)
MAVEN: Final = Tool("mvn", "maven", lambda: shutil.which("mvn") is not None)
GO: Final = Tool("go", "golang-go", lambda: shutil.which("go") is not None)
CLAMD: Final = Tool("clamd", "clamav-daemon", lambda: clamd() is not None, lost="papers are not scanned for viruses")
KCAT: Final = Tool("kcat", "kcat", lambda: shutil.which("kcat") is not None, lost="the tests with kcat are skipped")
CHROMIUM: Final = Tool(
    "chromium", "chromium", lambda: shutil.which("chromium") is not None, lost="the tests of pages are skipped"
)
LIBATOMIC: Final = Tool(
    "libatomic.so.1",
    "libatomic1",
    lambda: _loads("libatomic.so.1"),
    lost="the tests of pages are skipped: Playwright's driver stands on it",
)
FOR_TESTS: Final = (KCAT, CHROMIUM, LIBATOMIC)
"""What only tests use."""


def require(*tools: Tool) -> None:
    """See that the machine has these tools; as root on Debian, install all that are missing at once.

    What is only wished for is named in a line where it is missing.

    Raises:
        MissingToolError: some are missing; the text names them and the command that installs them.
    """
    missing = [tool for tool in tools if not tool.found()]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        _install(missing)
        missing = [tool for tool in missing if not tool.found()]
    needed = [tool for tool in missing if not tool.lost]
    if needed:
        raise MissingToolError(_remedy(missing))
    for tool in missing:
        say(f"{tool.lost}. {_remedy([tool])}")


def _remedy(missing: Sequence[Tool]) -> str:
    what = ", ".join(tool.what for tool in missing)
    packages = " ".join(sorted({tool.package for tool in missing}))
    return f"missing: {what}. On Debian: sudo apt-get install --no-install-recommends {packages}"


def _install(missing: Sequence[Tool]) -> None:
    """Install what is missing, first what is needed, so that a wish that can't be had costs nothing else."""
    if POSTGRES in missing:
        _keep_cluster_away()
    if CLAMD in missing:
        _keep_updates_away()
    _apt_get("update")
    for tools in ([tool for tool in missing if not tool.lost], [tool for tool in missing if tool.lost]):
        if tools:
            packages = sorted({tool.package for tool in tools})
            say(f"installing with apt-get: {' '.join(packages)}")
            _apt_get("install", "--no-install-recommends", *packages)


def _apt_get(*command: str) -> None:
    """Run apt-get; where it fails show its last lines, and go on: what counts is whether the programs are there.

    They may well be: where /etc/ssl/certs is read-only, set-up scripts that write there fail after all is unpacked.
    """
    apt = ["apt-get", "-q", "-y", "-o", "Dpkg::Use-Pty=0", "-o", "Dpkg::Options::=--force-confold"]
    done = subprocess.run(
        [*apt, *command],
        env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=APT_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        lines = done.stdout.decode(errors="replace").splitlines()
        sys.stderr.write("".join(f"  {line}\n" for line in lines[-KEPT_LINES:]))
        say(f"apt-get {command[0]} did not end well; its last lines are above")


def _keep_cluster_away() -> None:
    """Stop Debian's package from starting a cluster of its own: only its programs are wanted."""
    settings = Path("/etc/postgresql-common/createcluster.conf")
    if not settings.exists():
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text("create_main_cluster = false\n")


def _keep_updates_away() -> None:
    """Stop Debian's package from fetching signatures day by day: the stack's clamd has one of its own."""
    answer = b"clamav-freshclam clamav-freshclam/autoupdate_freshclam select manual\n"
    if shutil.which("debconf-set-selections"):
        subprocess.run(["debconf-set-selections"], input=answer, timeout=APT_SECONDS, check=True)
