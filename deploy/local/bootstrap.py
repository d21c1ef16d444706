"""Makes a checkout ready to run: python3 deploy/local/bootstrap.py [--tests].

Needs Python 3.11 or newer and nothing else. Installs what the machine lacks where it may, else names it in one line;
fetches uv, the project's environment and the servers of the local stack. When nothing changed it does nothing.
With --tests it also installs, or names, what only tests use; where that is missing, those tests are skipped.
"""

# ruff: noqa: INP001 - a script, in no package

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - an older python3 must get this line, not a traceback
    sys.exit("halo-local: Python 3.11 or newer is needed; name it: make PYTHON=python3.11")

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy/local/src"))

from halo_local import prepare, stack  # noqa: E402 - found by the line above
from halo_local.building import run_build  # noqa: E402
from halo_local.cache import build_once, cache_root, fingerprint, say  # noqa: E402
from halo_local.errors import BuildError, LocalStackError  # noqa: E402

UV_VERSION = "0.13.9"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
"""Set-up itself may bring in a newer build of the same Python: what stands on it stays good."""
ENVIRONMENT = ROOT / ".venv"
STAMP = ENVIRONMENT / ".ready"
MACHINE_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def main() -> None:
    """Make the checkout ready, or end with one line that says what is missing."""
    try:
        for_tests = prepare.FOR_TESTS if "--tests" in sys.argv[1:] else ()
        prepare.require(prepare.VENV, prepare.CERTIFICATES, *stack.needed_tools(), *for_tests)
        with ThreadPoolExecutor(2) as pool:
            work = [pool.submit(sync_environment), pool.submit(stack.build_servers)]
            for each in work:
                each.result()
        compile_sources()
    except LocalStackError as problem:
        say(str(problem))
        sys.exit(1)


def sync_environment() -> None:
    """Bring .venv to what uv.lock says, unless it is there already."""
    members = [path for pattern in ("libs/*", "services/*", "deploy/*") for path in sorted(ROOT.glob(pattern))]
    manifests = [ROOT / "uv.lock", *(path / "pyproject.toml" for path in (ROOT, *members))]
    found = fingerprint(UV_VERSION, PYTHON, sys.executable, *manifests)
    if STAMP.exists() and STAMP.read_text() == found:
        return
    uv = _uv()
    say("installing the project's packages into .venv (the first time, about a minute)")
    env = {
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_PROJECT_ENVIRONMENT": str(ENVIRONMENT),
        "UV_SYSTEM_CERTS": os.environ.get("UV_SYSTEM_CERTS") or "true",
        "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR") or str(cache_root() / "packages"),
    }
    command = [str(uv), "sync", "--frozen", "--quiet", "--compile-bytecode", "--python", sys.executable]
    run_build("the project's environment", command, cwd=ROOT, env=env)
    STAMP.write_text(found)


def compile_sources() -> None:
    """Compile our own packages: a dozen processes would each do it again where Python may not write bytecode."""
    folders = [str(ROOT / name) for name in ("libs", "services", "deploy")]
    python = str(ENVIRONMENT / "bin/python")
    run_build("bytecode", [python, "-m", "compileall", "-q", *folders], cwd=ROOT)


def _uv() -> Path:
    """Return uv of the pinned version, in an environment of its own in the cache."""
    key = fingerprint(UV_VERSION, PYTHON, sys.executable)
    return build_once(cache_root(), f"uv-{key}", _install_uv) / "bin/uv"


def _install_uv(aside: Path) -> None:
    """Install uv; where pip's own certificates don't do, with the machine's, which may know a proxy's."""
    say(f"fetching uv {UV_VERSION}")
    run_build("an environment for uv", [sys.executable, "-m", "venv", str(aside)], cwd=aside)
    pip = [
        str(aside / "bin/python"),
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--quiet",
        "--no-cache-dir",
    ]
    try:
        run_build("uv", [*pip, f"uv=={UV_VERSION}"], cwd=aside)
    except BuildError:
        if not MACHINE_CERTIFICATES.exists():
            raise
        run_build("uv", [*pip, "--cert", str(MACHINE_CERTIFICATES), f"uv=={UV_VERSION}"], cwd=aside)


if __name__ == "__main__":
    main()
