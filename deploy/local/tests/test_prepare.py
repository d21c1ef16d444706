import pytest
from halo_local.errors import MissingToolError
from halo_local.prepare import Tool, require


class TestRequire:
    def test_names_all_that_is_missing_in_one_line(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """An ordinary user reads what is missing and the one command that installs all of it."""
        monkeypatch.setattr("os.geteuid", lambda: 1000)
        there = Tool("cat", "coreutils", lambda: True)
        missing = [Tool("java", "a-jre", lambda: False), Tool("go", "a-go", lambda: False)]

        with pytest.raises(MissingToolError) as refused:
            require(there, *missing)

        assert str(refused.value) == (
            "missing: java, go. On Debian: sudo apt-get install --no-install-recommends a-go a-jre"
        )

    def test_goes_on_without_what_is_only_wished_for(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """What is lost without a wished tool is said in a line, and the rest goes on."""
        monkeypatch.setattr("os.geteuid", lambda: 1000)

        require(Tool("clamd", "a-clamd", lambda: False, lost="papers are not scanned"))

        told = capsys.readouterr()
        assert "papers are not scanned. missing: clamd. On Debian: sudo apt-get install" in told.out + told.err
