"""Each import contract of the house is broken once, on a copy, and must be found broken."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TREES = (
    *(f"services/{name}/src/halo_{name}" for name in ("intake", "dispatch", "documents", "notify")),
    "libs/events/src/halo_events",
    "libs/service/src/halo_service",
    "deploy/local/src/halo_local",
    "deploy/demo/src/halo_demo",
)
BREACHES = {
    "storeys": ("halo_intake/usecases", "import halo_dispatch.domain"),
    "rooms": ("halo_dispatch/domain", "import halo_dispatch.repository"),
    "gateways": ("halo_notify/handlers", "import httpx"),
    "pure": ("halo_documents/usecases", "import minio"),
    "contract": ("halo_events/contract/event", "import halo_events.runtime"),
    "kafka": ("halo_service/service", "import aiokafka"),
    "outsider": ("halo_demo/eopen", "import halo_events.envelope"),
    "fold": ("halo_demo/people", "import halo_events.runtime"),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of all packages side by side, with the contracts."""
    for tree in TREES:
        shutil.copytree(ROOT / tree, tmp_path / Path(tree).name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(folder: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    """Check the contracts of a folder."""
    chosen = [argument for contract in contracts for argument in ("--contract", contract)]
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", *chosen]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(folder)}
    )


def test_contracts_hold(copy: Path) -> None:
    """The copy is as the house: all contracts hold, so that a breach below is the breach and nothing else."""
    assert lint(copy).returncode == 0, lint(copy).stdout


@pytest.mark.parametrize("contract", BREACHES)
def test_breach_is_found(copy: Path, contract: str) -> None:
    """One forbidden import breaks its contract."""
    module, line = BREACHES[contract]
    path = copy / f"{module}.py"
    path = path if path.exists() else copy / module / "__init__.py"
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")

    result = lint(copy, contract)

    assert result.returncode == 1
    assert "BROKEN" in result.stdout


def test_every_contract_is_broken_once() -> None:
    """No contract of the project goes without a breach above."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert {line.split('"')[1] for line in text.splitlines() if line.startswith("id = ")} == set(BREACHES)
