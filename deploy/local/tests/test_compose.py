"""What deploy/compose.yaml promises, read from the file; and the secrets and ports that it is given."""

import re
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml
from halo_local import compose
from halo_local.clamd import SIGNATURE
from halo_local.errors import LocalStackError
from halo_local.images import IMAGES

TEXT = compose.FILE.read_text(encoding="utf-8")
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("halo-")}


@pytest.fixture(autouse=True)
def own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment file of the test's own, and nothing of it in the environment."""
    for name in (*compose.PORTS, *compose.SECRETS, compose.SEALING_KEY):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(compose, "ENVIRONMENT", tmp_path / "build/compose.env")
    return tmp_path / "build/compose.env"


class TestFile:
    @pytest.mark.parametrize("name", sorted(OURS))
    def test_our_containers_are_locked_in(self, name: str) -> None:
        """Each of our containers has a read-only root, no capability, no way to new ones, and limits."""
        service = OURS[name]

        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["mem_limit"]
        assert service["cpus"]
        assert service["pids_limit"]
        assert "privileged" not in service
        assert "cap_add" not in service

    @pytest.mark.parametrize("name", sorted(SERVICES))
    def test_reached_from_this_machine_only(self, name: str) -> None:
        """Every published port is bound to 127.0.0.1."""
        assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", ()))

    @pytest.mark.parametrize("name", ["intake", "dispatch", "documents", "notify"])
    def test_migrates_before_it_starts(self, name: str) -> None:
        """A service of its own image starts when its own migrations and the topics are done."""
        needed = SERVICES[name]["depends_on"]

        assert SERVICES[name]["image"].startswith(f"halo-{name}:")
        assert needed["topics"]["condition"] == "service_completed_successfully"
        assert needed[f"{name}-migrate"]["condition"] == "service_completed_successfully"
        assert SERVICES[f"{name}-migrate"]["command"] == ["migrate"]

    @pytest.mark.parametrize("part", ["kafka", "postgres", "minio"])
    def test_same_servers_as_the_local_stack(self, part: str) -> None:
        """Images are pinned once: compose and HALO_STACK=docker run the same, replaced by the same variable."""
        image = IMAGES[part]

        assert SERVICES[part]["image"] == f"${{{image.variable}:-{image.pinned}}}"

    def test_secrets_have_no_default(self) -> None:
        """Every secret must be given, so nothing starts with a password that others know."""
        used = re.findall(r"\$\{(HALO_\w*(?:PASSWORD|KEY|TOKEN))(:?[?-])", TEXT)

        assert {name for name, _ in used} == {*compose.SECRETS, compose.SEALING_KEY}
        assert {how for _, how in used} == {":?"}

    def test_ports_have_the_defaults_that_are_tried_first(self) -> None:
        """What the file falls back to is what `make compose` prefers."""
        assert {name: int(port) for name, port in re.findall(r"\$\{(HALO_\w+_PORT):-(\d+)\}", TEXT)} == compose.PORTS

    def test_scanner_has_the_signature_of_the_local_stack(self) -> None:
        """The demo's infected papers are found by the same signature everywhere."""
        assert (compose.FILE.parent / "compose/eicar.ndb").read_text() == SIGNATURE


class TestEnvironment:
    def test_secrets_are_fresh_and_private(self, own_file: Path) -> None:
        """Two machines never share a secret, no two secrets are alike, and only the owner reads the file."""
        compose.make_environment()
        first = compose.read_environment()
        own_file.unlink()
        compose.make_environment()
        second = compose.read_environment()

        names = {*compose.SECRETS, compose.SEALING_KEY}
        assert len({*(first[name] for name in names), *(second[name] for name in names)}) == 2 * len(names)
        assert stat.S_IMODE(own_file.stat().st_mode) == 0o600

    def test_made_once(self) -> None:
        """A second start keeps the secrets, because the databases know them."""
        compose.make_environment()
        before = compose.read_environment()

        compose.make_environment()

        assert compose.read_environment() == before

    def test_the_environment_wins(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """As for compose, a variable of the environment stands over the file, unless it is empty."""
        compose.make_environment()
        before = compose.read_environment()
        monkeypatch.setenv("HALO_KAFKA_PORT", "29092")
        monkeypatch.setenv("HALO_MINIO_PORT", "")

        assert compose.read_environment() == before | {"HALO_KAFKA_PORT": "29092"}

    def test_none_yet(self) -> None:
        """Without the file the reader is told how to make it."""
        with pytest.raises(LocalStackError, match="make compose"):
            compose.read_environment()
