"""One service alone, in an empty folder with `libs/` and its own, by the commands of docs/for-agencies.md.

A dependency that it does not name shows here, because nothing else installs it.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from halo_local.cache import cache_root
from halo_local.issuer import issue_token
from halo_local.parts import free_port
from halo_local.stack import Endpoints, start_stack

ROOT = Path(__file__).parents[2]
DOC = (ROOT / "docs" / "for-agencies.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", DOC, re.MULTILINE | re.DOTALL)
READY_SECONDS = 60.0
BASH, DOCKER = shutil.which("bash") or "/bin/bash", shutil.which("docker") or ""
ASKED = {
    "intake": ("/v1/requests/HP26-0000-0000-0", "clerk", 422),
    "dispatch": ("/v1/officers?kelurahan_code=32.75.09.1006&rw=001", "officer", 404),
    "documents": ("/v1/desk?state=submitted", "operator", 200),
    "notify": ("/v1/messages", "ops", 200),
}
"""A question that each API answers on an empty database, who asks, and the status of the answer."""
FIRST = {"documents": ["prepare-bucket"]}
"""What a service wants before it starts; its README tells it."""
IMPORT_ALL = """
import importlib, pkgutil
package = importlib.import_module("halo_{name}")
for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    if not found.name.endswith("__main__"):
        importlib.import_module(found.name)
for other in {others}:
    assert importlib.util.find_spec("halo_" + other) is None, other
"""


def commands(mark: str) -> str:
    """The one block of the page's commands that has this word."""
    found = [block for block in BLOCKS if mark in block]
    assert len(found) == 1, f"docs/for-agencies.md has {len(found)} blocks of commands with `{mark}`"
    return found[0]


@dataclass(frozen=True)
class Place:
    """A service in a folder of its own."""

    name: str
    folder: Path

    def run(self, script: str, **environment: str) -> str:
        """Run commands of the page there; what they said. Fails with it where one fails."""
        done = subprocess.run(
            [BASH, "-euo", "pipefail", "-c", script],
            cwd=self.folder, env=clean(NAME=self.name, **environment), text=True, timeout=300, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert done.returncode == 0, f"{script}\n{done.stdout[-3000:]}"
        return done.stdout


def clean(**more: str) -> dict[str, str]:
    """The environment without this checkout's, and with uv in reach."""
    found = shutil.which("uv")
    uv = Path(found) if found else next(cache_root().glob("uv-*/bin/uv"))
    left = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("HALO_", "VIRTUAL_ENV", "PYTHON", "PYTEST", "COV"))
    }
    plain = {
        "PATH": f"{uv.parent}:{os.environ['PATH']}",
        "UV_PYTHON": sys._base_executable,
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_SYSTEM_CERTS": "true",
        "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR") or str(cache_root() / "packages"),
    }
    return left | plain | more


@pytest.fixture(scope="module", params=ASKED)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The service, copied and installed as the page says."""
    name, folder = str(request.param), tmp_path_factory.mktemp("alone")
    Place(name, ROOT).run(commands("cp -r"), ALONE=str(folder))
    for left in folder.rglob(".venv"):
        raise AssertionError(f"an environment was copied: {left}")
    place = Place(name, folder)
    place.run(commands("uv sync"))
    return place


@pytest.fixture(scope="module")
def servers() -> Iterator[Endpoints]:
    """Servers for all services, as an agency has them."""
    with start_stack(durable=False) as endpoints:
        yield endpoints


@contextmanager
def running(place: Place, command: str, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Run a command until the end of the context, and see it end cleanly."""
    with (place.folder / "log").open("w+") as log:
        process = subprocess.Popen(
            [BASH, "-c", f"exec {command}"],
            cwd=place.folder, env=clean(NAME=place.name, **environment), stdout=log, stderr=log, text=True,
        )  # fmt: skip
        try:
            yield process
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0, (place.folder / "log").read_text()[-3000:]
        finally:
            process.kill()
            process.wait(10)


def await_ready(url: str, process: subprocess.Popen[str], log: Path) -> None:
    """Wait until the service says that it is ready."""
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(url, trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"not ready, ended with {process.poll()}: {log.read_text()[-3000:]}")


def server_variables(found: Endpoints) -> dict[str, str]:
    """What `halo_local up` prints of these servers."""
    return found.as_env()


def settings(place: Place, found: Endpoints, issuer: str) -> dict[str, str]:
    """Make the service's database and export its settings by the page's commands; what they export."""
    script = commands("psql ").replace("http://127.0.0.1:8080", issuer).replace("8000", str(free_port()))
    said = place.run(f"{script}\nenv -0", **server_variables(found))
    pairs = (line.partition("=") for line in said.split("\0"))
    return {name: value for name, _, value in pairs if name.startswith("HALO_")}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A token issuer for tries."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "halo_local.issuer", "--port", str(port)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=10)


@pytest.mark.system
@pytest.mark.timeout(300)
class TestAlone:
    def test_imports(self, place: Place) -> None:
        """Every module finds what it imports, and no other service is there."""
        others = [name for name in ASKED if name != place.name]
        script = place.folder / "import_all.py"
        script.write_text(IMPORT_ALL.format(name=place.name, others=others), encoding="utf-8")
        place.run(".venv/bin/python import_all.py")

    def test_lock(self, place: Place) -> None:
        """The lock installs what the service's own pyproject names: by --frozen nobody else looks."""
        project = tomllib.loads((place.folder / "services" / place.name / "pyproject.toml").read_text())
        lock = tomllib.loads((place.folder / "uv.lock").read_text())
        [locked] = [one for one in lock["package"] if one["name"] == f"halo-{place.name}"]
        named = sorted(re.split(r"[^A-Za-z0-9-]", one)[0] for one in project["project"]["dependencies"])
        assert sorted(one["name"] for one in locked["metadata"]["requires-dist"]) == named
        tests = sorted(re.split(r"[^A-Za-z0-9-]", one)[0] for one in project["dependency-groups"]["dev"])
        assert sorted(one["name"] for one in locked["metadata"]["requires-dev"]["dev"]) == tests

    async def test_runs(self, place: Place, servers: Endpoints, issuer: str) -> None:
        """It migrates, starts until it is ready, answers a question and ends cleanly, by the page's commands."""
        environment = settings(place, servers, issuer)
        address = f"http://127.0.0.1:{environment['HALO_HTTP_PORT']}"
        *before, start = commands("topics apply").strip().splitlines()
        assert start == ".venv/bin/python -m halo_$NAME all"
        place.run("\n".join(before), **environment)
        for command in FIRST.get(place.name, ()):
            readme = (place.folder / "services" / place.name / "README.md").read_text(encoding="utf-8")
            line = f".venv/bin/python -m halo_{place.name} {command}"
            assert line in readme
            place.run(line, **environment)

        path, role, status = ASKED[place.name]
        token = issue_token(issuer, sub="orang-1", roles=[role])
        with running(place, start, environment) as process:
            await_ready(f"{address}/health/ready", process, place.folder / "log")
            async with httpx.AsyncClient(trust_env=False) as client:
                headers = {"authorization": f"Bearer {token}"}
                answer = await client.get(f"{address}{path}", headers=headers)
            assert answer.status_code == status, answer.text

    def test_tests(self, place: Place, servers: Endpoints) -> None:
        """Its own tests find all that they import, and those of its composition and handlers pass."""
        one = commands("bin/pytest").strip()
        place.run(f"{one} --collect-only -q", **server_variables(servers))
        place.run(f"{one} -q -k 'test_app or test_handlers.py'", **server_variables(servers))

    @pytest.mark.whole
    @pytest.mark.timeout(600)
    def test_all_tests(self, place: Place, servers: Endpoints) -> None:
        """All of its own tests pass."""
        place.run(f"{commands('bin/pytest').strip()} -q", **server_variables(servers))

    def test_image(self, place: Place) -> None:
        """Its image is built from the same folder."""
        lacking = missing_for_images()
        if lacking:
            pytest.skip(lacking)
        build = next(
            line for line in (ROOT / "libs/service/Dockerfile").read_text().splitlines() if "docker build" in line
        )
        command = build.lstrip("# ").replace("-t halo-intake", "-t halo-alone-intake").replace("intake", place.name)
        place.run(f"{command} && docker image rm halo-alone-{place.name} > /dev/null")


def missing_for_images() -> str:
    """What is missing on this machine to build an image; empty where nothing is."""
    if not DOCKER:
        return "no docker here"
    if subprocess.run([DOCKER, "info"], capture_output=True, check=False).returncode:
        return "no docker engine answers"
    base = re.search(r"^ARG BASE=(\S+)", (ROOT / "libs/service/Dockerfile").read_text(), re.MULTILINE)
    assert base is not None
    known = subprocess.run([DOCKER, "image", "inspect", base[1]], capture_output=True, check=False)
    return "" if known.returncode == 0 else f"the base image {base[1]} is not here"
