"""The whole lifecycle on the real stack: a small demo as its user runs it, undisturbed and with a service killed."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ("intake", "dispatch", "documents", "notify")


def run_demo(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the demo in an empty folder of its own."""
    command = [sys.executable, "-m", "halo_demo", "--requests", "30", *options]
    environment = {**os.environ, "HALO_DEMO_BUILD": str(folder), "CI": "true"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False)


@pytest.mark.system
@pytest.mark.timeout(300)
def test_from_eopen_to_the_door(tmp_path: Path) -> None:
    """Every good request is delivered once, every bad one answered, and all tables equal the fold of the topics."""
    result = run_demo(tmp_path)
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-2000:]
    assert "all of it holds" in result.stdout


@pytest.mark.system
@pytest.mark.timeout(300)
def test_killed_service(tmp_path: Path) -> None:
    """A service killed in mid-run and started again loses nothing and does nothing twice."""
    result = run_demo(tmp_path, "--kill", random.choice(SERVICES))
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-2000:]
    assert "all of it holds" in result.stdout
