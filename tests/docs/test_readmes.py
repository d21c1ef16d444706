"""The tables of each service's README: its routes and who may call them, the events that it handles and writes."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from halo_events.contract import EVENTS
from halo_service.callers import Role
from halo_service.signin import declared_roles

ROOT = Path(__file__).parents[2]
SERVICES = ("intake", "dispatch", "documents", "notify")
WHO = {"everybody": "public", "holder": "officer"}
"""What the tables call a role, where they call it otherwise."""
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
ROLES = {role.value for role in Role}
NAMES = {".".join(kind.type.split(".")[-3:-1]) for kind in EVENTS}


def readme(service: str, heading: str) -> str:
    """A chapter of a service's README."""
    text = (ROOT / "services" / service / "README.md").read_text(encoding="utf-8")
    return text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def real_routes(service: str) -> dict[str, set[str]]:
    """The routes of a service's API, as METHOD path, and who may call them."""
    api, app = import_module(f"halo_{service}.api"), FastAPI()
    routers = getattr(api, "ROUTERS", None) or (api.router,)
    for router in routers:
        app.include_router(router)
    roles = declared_roles(app)
    return {
        f"{method} {route.path}": {role.value for role in roles[route.endpoint]}
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute) and route.path.startswith("/v1/")
        for method in route.methods
    }


def told_routes(service: str) -> dict[str, set[str]]:
    """The same, as the README's table has them; `/issue` alone stands for the path before it with another end."""
    told: dict[str, set[str]] = {}
    for cell, who in re.findall(r"^\| (`(?:GET|POST)[^|]+) \| ([^|]+) \|", readme(service, "API"), re.MULTILINE):
        roles = set(re.findall(r"[a-z]+", re.sub(r"\([^)]*\)", "", who)))
        said = {WHO.get(role, role) for role in roles}
        first, *others = re.findall(r"`((?:GET |POST )?/[^`?]+)[^`]*`", cell)
        for path in (first, *(f"{first.rpartition('/')[0]}{other}" for other in others)):
            told[path] = said & ROLES
    return told


@pytest.mark.parametrize("service", SERVICES)
def test_routes(service: str) -> None:
    """The table has every route with its roles, and no other."""
    assert told_routes(service) == real_routes(service)


def handled(service: str) -> set[str]:
    """The events of other services that a service's tables name."""
    handlers = import_module(f"halo_{service}.handlers")
    decisions = handlers.decisions(3) if service == "intake" else handlers.DECISIONS
    boundaries = [one for found in getattr(handlers, "BOUNDARIES", ()) for one in found.accepts.values()]
    kinds = {handler.event for handler in (*handlers.PROJECTIONS, *decisions, *boundaries)}
    return {".".join(kind.type.split(".")[-3:-1]) for kind in kinds if kind.topic.owner != service}


def named(text: str, *, column: bool = False) -> set[str]:
    """The events that a text names; with `column` those of its tables' left cells alone."""
    rows = [row.split("|") for row in text.splitlines() if row.startswith("|")]
    cells = [cell for row in rows for cell in row[1:3]] if column else [text]
    return {name for cell in cells for name in re.findall(r"`([a-z]+\.[a-z_]+)`", cell)} & NAMES


@pytest.mark.parametrize("service", SERVICES)
def test_consumes(service: str) -> None:
    """The table has every event that is handled, and no other."""
    assert named(readme(service, "Consumes"), column=True) == handled(service)


@pytest.mark.parametrize("service", SERVICES)
def test_emits(service: str) -> None:
    """The chapter has every event of the service's own topics, and no other; and each of them is written somewhere."""
    own = {kind for kind in EVENTS if kind.topic.owner == service}
    assert named(readme(service, "Emits")) == {".".join(kind.type.split(".")[-3:-1]) for kind in own}
    sources = "\n".join(path.read_text("utf-8") for path in written_in(service))
    assert [kind.__name__ for kind in own if not re.search(rf"\b{kind.__name__}\b", sources)] == []


def written_in(service: str) -> Iterator[Path]:
    """The modules that emit: use cases, and what they build events with."""
    package = ROOT / "services" / service / "src" / f"halo_{service}"
    return (
        path for room in ("usecases", "domain") for path in [*package.glob(f"{room}.py"), *package.glob(f"{room}/*.py")]
    )


def test_make_targets() -> None:
    """Each `make …` of a page is there to be made."""
    known = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    pages = [page for page in ROOT.rglob("*.md") if not {".venv", "node_modules"} & set(page.parts)]
    assert len(pages) > 10
    for page in pages:
        text = page.read_text(encoding="utf-8")
        inline = re.findall(r"`make ([a-z-]+)[^`]*`", text)
        lines = [line for block in BLOCK.findall(text) for line in block.splitlines()]
        said = {*inline, *(line.split()[1] for line in lines if line.startswith("make "))}
        assert said <= known, f"{page.relative_to(ROOT)}: {sorted(said - known)}"
