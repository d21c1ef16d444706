"""The docker way. The tests of a running stack need an engine that holds the images, and are skipped where none is."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from halo_local import kafka
from halo_local.containers import LABEL
from halo_local.endpoints import VARIABLES
from halo_local.engine import Engine
from halo_local.errors import EngineError, LocalStackError
from halo_local.images import IMAGES, ready_engine
from halo_local.stack import needed_tools, start_stack

OWNER = """
import signal
from halo_local.stack import start_stack
signal.signal(signal.SIGINT, signal.default_int_handler)
with start_stack(durable=False):
    print("up", flush=True)
    signal.pause()
"""
NEEDED = [image for image in IMAGES.values() if not image.lost]
END_SECONDS = 30
POLL_SECONDS = 0.05


@pytest.fixture
def engine() -> Engine:
    """A Docker engine with the images."""
    found = ready_engine()
    if found is None:
        names = ", ".join(image.name for image in NEEDED)
        pytest.skip(f"no Docker engine with these images answers: {names}")
    return found


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that names no servers."""
    for variable in ("HALO_STACK", *(name for fields in VARIABLES.values() for name in fields.values())):
        monkeypatch.delenv(variable, raising=False)


@dataclass(frozen=True)
class Running:
    """A stack's owner as a process, its keeper, and its containers."""

    engine: Engine
    owner: subprocess.Popen[str]
    keeper: int
    label: str
    count: int
    """How many containers it had at its start."""

    def containers(self) -> list[dict[str, Any]]:
        """List what the engine still has of the stack."""
        return self.engine.find(self.label)

    def is_gone(self) -> bool:
        """Tell whether no container is left."""
        return not self.containers()


@pytest.fixture
def running(engine: Engine) -> Iterator[Running]:
    """A stack that another process owns; whatever the test leaves of it is removed."""
    before = {each["Labels"][LABEL] for each in engine.find(LABEL)}
    env = os.environ | {"HALO_STACK": "docker"}
    with subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, env=env, text=True) as owner:
        assert owner.stdout
        assert owner.stdout.readline() == "up\n"
        [own] = {each["Labels"][LABEL] for each in engine.find(LABEL)} - before
        children = Path(f"/proc/{owner.pid}/task/{owner.pid}/children").read_text().split()
        label = f"{LABEL}={own}"
        yield Running(engine, owner, int(children[0]), label, len(engine.find(label)))
        owner.kill()
    engine.remove(f"{LABEL}={own}")


class TestContainers:
    def test_reached_from_this_machine_only(self, running: Running) -> None:
        """Each port is bound to 127.0.0.1, and to no other address."""
        assert running.count >= len(NEEDED)
        bound = [port for each in running.containers() for port in each["Ports"] if "PublicPort" in port]

        assert len(bound) == running.count
        assert {port["IP"] for port in bound} == {"127.0.0.1"}

    def test_owner_killed(self, running: Running) -> None:
        """Kill -9 of the owner removes its containers and the volumes that came with them."""
        found = [running.engine.inspect(each["Id"]) for each in running.containers()]
        volumes = {mount["Name"] for each in found for mount in each["Mounts"]}
        assert volumes

        running.owner.kill()

        _await(running.is_gone)
        assert not volumes & running.engine.volumes()

    def test_owner_ended(self, running: Running) -> None:
        """An owner that ends in the usual way leaves nothing either."""
        running.owner.send_signal(signal.SIGINT)

        running.owner.wait(END_SECONDS)
        assert running.is_gone()

    def test_keeper_killed(self, running: Running) -> None:
        """What a killed keeper and a killed owner left goes with the next start."""
        os.kill(running.keeper, signal.SIGKILL)
        running.owner.kill()
        running.owner.wait(END_SECONDS)
        assert len(running.containers()) == running.count

        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("HALO_STACK", "docker")
            with start_stack(parts=frozenset({"minio"})):
                assert running.is_gone()

    def test_a_living_stack_stays(self, running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
        """A second stack leaves the first one's containers alone, at its start and at its end."""
        monkeypatch.setenv("HALO_STACK", "docker")

        with start_stack(parts=frozenset({"minio"})):
            pass

        assert len(running.containers()) == running.count

    @pytest.mark.usefixtures("engine")
    async def test_broker_has_the_settings_of_the_native_way(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Every line of server.properties is what the broker in the container says of itself."""
        monkeypatch.setenv("HALO_STACK", "docker")
        lines = (kafka.SOURCE / "server.properties").read_text().splitlines()
        wanted = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))

        with start_stack(parts=frozenset({"kafka"})) as endpoints:
            admin = AIOKafkaAdminClient(bootstrap_servers=endpoints.kafka)
            await admin.start()
            [answer] = await admin.describe_configs([ConfigResource(ConfigResourceType.BROKER, "1")])
            await admin.close()

        found = {name: value for name, value, *_ in answer.resources[0][4]}
        assert {name: found.get(name) for name in wanted} == wanted

    @pytest.mark.usefixtures("engine")
    def test_ends_with_its_last_words(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A container that ends before it answers is told, with what it said, and removed."""
        monkeypatch.setenv("HALO_STACK", "docker")
        monkeypatch.setenv("HALO_MINIO_IMAGE", IMAGES["postgres"].name)

        with pytest.raises(LocalStackError, match="ended before it answered"):
            start_stack(parts=frozenset({"minio"})).__enter__()

    @pytest.mark.usefixtures("engine")
    def test_goes_without_a_scanner(self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        """Without an image of clamd the stack starts, and one line says that papers are not scanned."""
        monkeypatch.setenv("HALO_STACK", "docker")
        monkeypatch.setenv("HALO_CLAMD_IMAGE", "nobody.invalid/clamav:none")

        with start_stack(parts=frozenset({"minio", "clamd"})) as endpoints:
            assert endpoints.minio
            assert not endpoints.clamd

        assert "papers are not scanned for viruses: the engine can't fetch" in capfd.readouterr().err


class TestChoice:
    @pytest.mark.usefixtures("engine")
    def test_docker_needs_no_tools(self) -> None:
        """Where an engine has the images, set-up asks for neither Java nor a compiler nor PostgreSQL."""
        assert needed_tools() == ()

    def test_auto_without_an_engine(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """Without an engine auto is native."""
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")

        assert needed_tools() != ()

    @pytest.mark.usefixtures("engine")
    def test_auto_without_an_image(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """An engine that lacks one of the images is not taken, so that nothing is downloaded unasked."""
        monkeypatch.setenv("HALO_MINIO_IMAGE", "nobody.invalid/minio:none")

        assert needed_tools() != ()

    def test_docker_without_an_engine(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """Who asks for docker where no engine answers reads in one line what to do."""
        monkeypatch.setenv("HALO_STACK", "docker")
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")

        with pytest.raises(EngineError, match=r"no Docker engine answers at .*nobody.sock: start it") as told:
            start_stack().__enter__()

        assert "\n" not in str(told.value)

    @pytest.mark.usefixtures("engine")
    def test_docker_without_an_image(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """An image that can't be had is named, with the variable that names another."""
        monkeypatch.setenv("HALO_STACK", "docker")
        monkeypatch.setenv("HALO_MINIO_IMAGE", "nobody.invalid/minio:none")

        with pytest.raises(EngineError, match=r"can't fetch nobody.invalid/minio:none: .*HALO_MINIO_IMAGE") as told:
            start_stack().__enter__()

        assert "\n" not in str(told.value)

    def test_an_engine_elsewhere(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """An engine on another machine is refused: its ports would not be this machine's."""
        monkeypatch.setenv("HALO_STACK", "docker")
        monkeypatch.setenv("DOCKER_HOST", "tcp://engine:2375")

        with pytest.raises(EngineError, match="names no Unix socket"):
            start_stack().__enter__()


def _await(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + END_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"not within {END_SECONDS} s"
        time.sleep(POLL_SECONDS)
