"""The named statements of dispatch."""

from collections.abc import Mapping
from typing import Final

from halo_events.runtime import load_statements

SQL: Final[Mapping[str, str]] = load_statements("halo_dispatch")
"""Every statement of queries.sql by its name."""
