"""docs/events.md is what `make docs` writes; and a contract that says nothing of a field stops it."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from halo_events.contract import EVENTS
from halo_events.contract.event import RequestEvent

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def writer() -> ModuleType:
    """The script that writes the page."""
    spec = importlib.util.spec_from_file_location("events_page", DOCS / "events_page.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_written(writer: ModuleType) -> None:
    """The page is up to date: `make docs` writes it anew."""
    assert (DOCS / "events.md").read_text(encoding="utf-8") == writer.page()


def test_every_event() -> None:
    """Every event of the contract has its chapter."""
    text = (DOCS / "events.md").read_text(encoding="utf-8")
    assert [kind.type for kind in EVENTS if f"\n`{kind.type}`\n" not in text] == []


def test_unexplained_field(writer: ModuleType) -> None:
    """A new field needs a meaning."""

    class Hurried(RequestEvent):
        """A new event."""

        haste: int

    writer.TYPES["Hurried.haste"] = "int"
    with pytest.raises(LookupError, match="haste"):
        list(writer.fields(Hurried))
