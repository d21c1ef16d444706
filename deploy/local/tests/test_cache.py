import threading
from pathlib import Path

import pytest
from halo_local.cache import build_once, fingerprint


class TestBuildOnce:
    def test_builds_the_first_time_only(self, tmp_path: Path) -> None:
        """Whoever comes later gets what the first one built."""
        built: list[Path] = []

        for _ in range(2):
            assert build_once(tmp_path, "server", built.append) == tmp_path / "server"

        assert len(built) == 1

    def test_failed_build_leaves_nothing(self, tmp_path: Path) -> None:
        """What a build had written when it failed is gone, and the next one starts afresh."""

        def fail(aside: Path) -> None:
            (aside / "half").touch()
            raise RuntimeError

        with pytest.raises(RuntimeError):
            build_once(tmp_path, "server", fail)

        assert not [left for left in tmp_path.iterdir() if left.is_dir()]

    def test_killed_build_is_swept(self, tmp_path: Path) -> None:
        """What a killed build left aside goes with the next one."""
        (tmp_path / ".server.aside-1").mkdir()

        build_once(tmp_path, "server", lambda _: None)

        assert [left.name for left in tmp_path.iterdir() if left.is_dir()] == ["server"]

    def test_two_at_once(self, tmp_path: Path) -> None:
        """Of two that want the same server at once, one builds and the other waits for it."""
        together = threading.Barrier(2)
        built: list[Path] = []

        def want() -> None:
            together.wait(10)
            build_once(tmp_path, "server", built.append)

        threads = [threading.Thread(target=want) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)

        assert len(built) == 1


class TestFingerprint:
    def test_follows_the_files(self, tmp_path: Path) -> None:
        """A changed file gives another name, so that the server is built anew."""
        (tmp_path / "pom.xml").write_text("4.3.1")
        before = fingerprint(tmp_path)

        (tmp_path / "pom.xml").write_text("4.3.2")

        assert fingerprint(tmp_path) != before
