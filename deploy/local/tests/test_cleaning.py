import fcntl
from pathlib import Path

import pytest
from halo_local.cleaning import clean
from halo_local.errors import LocalStackError


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of this test alone, as an ordinary user has it, with a server in it."""
    root = tmp_path / "cache"
    monkeypatch.setenv("HALO_CACHE", str(root))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    (root / "minio-1").mkdir(parents=True)
    return root


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with one source file and what tools leave beside it."""
    for name in (".venv/bin", "libs/__pycache__", "build", ".hypothesis"):
        (tmp_path / "checkout" / name).mkdir(parents=True)
    (tmp_path / "checkout/libs/source.py").touch()
    return tmp_path / "checkout"


class TestClean:
    def test_leaves_the_sources_alone(self, cache: Path, checkout: Path) -> None:
        """Nothing stays but what was checked out."""
        clean(checkout)

        assert [path.name for path in checkout.rglob("*")] == ["libs", "source.py"]
        assert not cache.exists()

    def test_refuses_under_running_servers(self, cache: Path, checkout: Path) -> None:
        """While servers run on the cache nothing is removed, and the text says what to do first."""
        (cache / "data/run").mkdir(parents=True)
        with (cache / "data/run/stack-1.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)

            with pytest.raises(LocalStackError, match="make down"):
                clean(checkout)

        assert (checkout / ".venv").exists()
