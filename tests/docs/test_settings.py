"""Every setting is told where its user looks: the common ones once, a service's own in its README; and no others."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from halo_service.settings import PREFIX, ServiceSettings

ROOT = Path(__file__).parents[2]
SERVICES = ("intake", "dispatch", "documents", "notify")
COMMON = {f"{PREFIX}{name.upper()}" for name in ServiceSettings.model_fields}


def own_settings(service: str) -> set[str]:
    """The variables of a service's own."""
    module = import_module(f"halo_{service}.settings")
    classes = [item for item in vars(module).values() if isinstance(item, type) and issubclass(item, ServiceSettings)]
    fields = {name for settings in classes for name in settings.model_fields}
    return {f"{PREFIX}{name.upper()}" for name in fields} - COMMON


def table(path: Path) -> set[str]:
    """The variables in the first column of a page's tables."""
    rows = re.findall(r"^\| (`HALO_[^|]+) \|", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"HALO_[A-Z0-9_]+", row)}


def test_common() -> None:
    """The table of the settings that every service reads is whole."""
    assert table(ROOT / "libs" / "service" / "README.md") == COMMON


@pytest.mark.parametrize("service", SERVICES)
def test_own(service: str) -> None:
    """A service's README tells all of its own settings, and no others."""
    assert table(ROOT / "services" / service / "README.md") == own_settings(service)
