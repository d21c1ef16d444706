"""The docker way: servers as containers of pinned images, which a keeper removes when their owner is gone."""

import os
import socket
import time
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from halo_local.endpoints import Endpoints
from halo_local.engine import Engine
from halo_local.errors import StartError
from halo_local.folders import folder_for_keeper, lock_file
from halo_local.images import fetch_images
from halo_local.kept import Keeper
from halo_local.recipes import RECIPES, Recipe

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

LABEL: Final = "id.go.bekasikota.halopamor.stack"
START_SECONDS: Final = 90
POLL_SECONDS: Final = 0.1
KEPT_LINES: Final = 15


def asked_for() -> bool:
    """Tell whether somebody chose this way: where `auto` did, nothing is downloaded."""
    return os.environ.get("HALO_STACK") == "docker"


def fetch(parts: AbstractSet[str]) -> None:
    """Have the engine fetch the images of these parts, where it hasn't got them.

    Raises:
        EngineError: no engine answers, or an image can't be had.
    """
    fetch_images(parts, asked_for=asked_for())


@contextmanager
def run(parts: AbstractSet[str], *, durable: bool) -> Iterator[Endpoints]:
    """Run these servers until the context ends, or until this process does, however it ends.

    Raises:
        EngineError: no engine answers, or an image can't be had.
        StartError: a server did not answer in time.
    """
    engine, parts = fetch_images(parts, asked_for=asked_for())
    with folder_for_keeper() as (folder, lock):
        label = _label(folder)
        keeper = Keeper(folder, lock, containers={"socket": engine.socket, "label": label})
    try:
        _remove_leftovers(engine, folder.parent)
        yield _start_all(engine, [RECIPES[part](durable=durable) for part in sorted(parts)], label)
    finally:
        keeper.stop()
        engine.remove(label)


def _start_all(engine: Engine, recipes: list[Recipe], label: str) -> Endpoints:
    with ThreadPoolExecutor(len(recipes)) as pool:
        started = list(pool.map(lambda recipe: _start(engine, recipe, label), recipes))
    _await_answers(engine, dict(zip([container.get_container_id() for container in started], recipes, strict=True)))
    return Endpoints(**{name: value for recipe in recipes for name, value in recipe.endpoints.items()})


def _start(engine: Engine, recipe: Recipe, label: str) -> "DockerContainer":
    """Start a container; its ports are bound to 127.0.0.1, so nobody outside reaches it.

    Raises:
        StartError: the engine refuses.
    """
    # Not at the top: set-up asks which way the stack goes before any package is installed.
    from docker.errors import DockerException  # noqa: PLC0415
    from testcontainers.core.config import testcontainers_config  # noqa: PLC0415
    from testcontainers.core.container import DockerContainer  # noqa: PLC0415

    # The keeper does what Ryuk would, and needs no image of its own.
    testcontainers_config.ryuk_disabled = True
    container = DockerContainer(
        recipe.image,
        docker_client_kw={"environment": {"DOCKER_HOST": f"unix://{engine.socket}"}},
        env=dict(recipe.env),
    )
    container.with_kwargs(labels=dict([label.split("=", 1)]), network="bridge", security_opt=["no-new-privileges"])
    bound: dict[str, Any] = {f"{recipe.inside}/tcp": ("127.0.0.1", recipe.port)}
    container.ports = bound
    for path, content in recipe.files.items():
        container.with_copy_into_container(content, path)
    if recipe.command:
        container.with_command(list(recipe.command))
    try:
        return container.start()
    except DockerException as refused:
        raise StartError(f"the engine does not start {recipe.image}: {refused}") from None


def _await_answers(engine: Engine, waiting: dict[str, Recipe]) -> None:
    """Wait until every server answers.

    Raises:
        StartError: one ended, or did not answer within a minute and a half; the text ends with its last lines.
    """
    deadline = time.monotonic() + START_SECONDS
    while waiting:
        waiting = {container: recipe for container, recipe in waiting.items() if not recipe.is_ready()}
        for container, recipe in waiting.items():
            if not engine.inspect(container)["State"]["Running"]:
                raise StartError(f"ended before it answered: {recipe.image}. {_last_lines(engine, container)}")
            if time.monotonic() > deadline:
                raise StartError(
                    f"no answer within {START_SECONDS} s from {recipe.image}. {_last_lines(engine, container)}"
                )
        time.sleep(POLL_SECONDS)


def _last_lines(engine: Engine, container: str) -> str:
    return "\n".join(["Its last lines:", *engine.last_lines(container, KEPT_LINES)])


def _label(folder: Path) -> str:
    """Return the label of a stack's containers: the machine is part of it, as a socket may be shared by several."""
    return f"{LABEL}={socket.gethostname()}{folder}"


def _remove_leftovers(engine: Engine, root: Path) -> None:
    """Remove containers of this machine whose keeper was killed: nobody holds their folder's lock any more."""
    begin = f"{socket.gethostname()}{root}/"
    for each in engine.find(LABEL):
        owner = each["Labels"][LABEL]
        if owner.startswith(begin) and not lock_file(root / owner.removeprefix(begin)).exists():
            engine.remove(f"{LABEL}={owner}")
