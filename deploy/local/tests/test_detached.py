import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from halo_local import detached
from halo_local.errors import LocalStackError, StartError

COMMAND = """
import signal
from halo_local import detached
with detached.hold("thing") as publish:
    publish({"address": "here"})
    signal.pause()
"""
ARGV = [sys.executable, "-c", COMMAND]


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A cache folder of the test's own; a command that the test left running is ended."""
    monkeypatch.setenv("HALO_CACHE", str(tmp_path))
    yield
    detached.stop("thing")


class TestDetached:
    def test_up_and_down(self) -> None:
        """A started command is found until it is stopped."""
        assert detached.start("thing", ARGV) == {"address": "here"}
        assert detached.addresses("thing") == {"address": "here"}

        assert detached.stop("thing")

        assert detached.addresses("thing") is None
        assert not detached.stop("thing")

    def test_starts_once(self, tmp_path: Path) -> None:
        """A second start finds the first command instead of starting another."""
        detached.start("thing", ARGV)
        first = (tmp_path / "up/thing.json").read_text()

        detached.start("thing", ARGV)

        assert (tmp_path / "up/thing.json").read_text() == first

    def test_never_believes_a_dead_ones_number(self, tmp_path: Path) -> None:
        """The number that a killed command left may be another process by now: it is not signalled."""
        with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
            (tmp_path / "up").mkdir()
            (tmp_path / "up/thing.json").write_text(json.dumps({"pid": stranger.pid, "addresses": {}}))

            assert not detached.stop("thing")
            assert detached.addresses("thing") is None
            assert stranger.poll() is None
            stranger.communicate(b"\n")

    def test_says_why_it_did_not_start(self) -> None:
        """The last line of a command that ended at once is part of the error."""
        with pytest.raises(StartError, match="its last line: no luck"):
            detached.start("thing", [sys.executable, "-c", "raise SystemExit('no luck')"])

    def test_only_one_holds_a_name(self) -> None:
        """A second command under the same name is refused."""
        handler = signal.getsignal(signal.SIGTERM)
        detached.start("thing", ARGV)

        with pytest.raises(LocalStackError, match="thing runs already"), detached.hold("thing"):
            os.abort()

        assert signal.getsignal(signal.SIGTERM) is handler
