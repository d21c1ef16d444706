"""An e-OPen backend in another language: Node.js with kafkajs and the CloudEvents SDK, nothing of ours."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

PEER = Path(__file__).parent / "node"
BUILD = Path(__file__).parents[2] / "build" / "peers"

NODE, NPM = shutil.which("node"), shutil.which("npm")

pytestmark = pytest.mark.skipif(NPM is None or NODE is None, reason="no Node.js here")


@pytest.fixture(scope="session")
def peer() -> Path:
    """The peer with its packages, installed once per lock file."""
    lock = (PEER / "package-lock.json").read_bytes()
    folder = BUILD / hashlib.sha256(lock).hexdigest()[:16]
    if not (folder / "installed").exists():
        shutil.copytree(PEER, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))
        subprocess.run([str(NPM), "ci", "--ignore-scripts"], cwd=folder, check=True, capture_output=True, timeout=120)
        (folder / "installed").touch()
    shutil.copy(PEER / "peer.mjs", folder)
    return folder


@pytest.fixture(scope="session")
def answers(peer: Path, broker: str) -> list[dict[str, Any]]:
    """What the peer was answered."""
    done = subprocess.run(
        [str(NODE), "peer.mjs", broker], cwd=peer, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def of(answers: list[dict[str, Any]], name: str, mode: str) -> list[dict[str, Any]]:
    """The answers of a name to the records of a mode."""
    return [each for each in answers if each["answer"] == name and each["source_ref"].endswith(mode)]


@pytest.mark.system
@pytest.mark.timeout(180)
@pytest.mark.parametrize("mode", ["binary", "structured"])
def test_accepted(answers: list[dict[str, Any]], mode: str) -> None:
    """A filing in either mode is received under a number for the resident."""
    (received,) = of(answers, "request.received", mode)

    assert received["tracking_no"].startswith("HP")


@pytest.mark.system
@pytest.mark.timeout(180)
def test_refused(answers: list[dict[str, Any]]) -> None:
    """A bad filing is told its field, and what to do in both languages."""
    (refused,) = of(answers, "request.refused", "bad")
    (reason,) = refused["reasons"]

    assert reason["field"] == "resident.nik"
    assert reason["message"]["id"]
    assert reason["message"]["en"]


@pytest.mark.system
@pytest.mark.timeout(180)
def test_followed(answers: list[dict[str, Any]]) -> None:
    """Progress tells the status, once for the filing and once for the same number filed again in the other mode."""
    statuses = [each["status"] for each in of(answers, "request.progressed", "binary")]

    assert statuses == ["received", "received"]
