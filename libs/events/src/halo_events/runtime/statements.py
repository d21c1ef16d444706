"""SQL in named statements: a file of statements, each under a line `-- name: find_officer`."""

import re
from collections.abc import Mapping
from importlib import resources
from types import MappingProxyType
from typing import Final

_NAME: Final = re.compile(r"^-- name: *([a-z][a-z0-9_]*) *$", re.MULTILINE)


def load_statements(package: str, resource: str = "queries.sql") -> Mapping[str, str]:
    """The named statements of a package's SQL file.

    Raises ValueError where a name occurs twice or text stands before the first name.
    """
    text = (resources.files(package) / resource).read_text(encoding="utf-8")
    head, *parts = _NAME.split(text)
    if re.sub(r"--[^\n]*", "", head).strip():
        raise ValueError(f"{package}/{resource}: a statement without a name")
    names = parts[::2]
    if len(names) != len(set(names)):
        raise ValueError(f"{package}/{resource}: a name occurs twice")
    return MappingProxyType({name: body.strip() for name, body in zip(names, parts[1::2], strict=True)})
