"""The images of the docker way: pinned names, each of which the environment may replace by that of a mirror."""

import os
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from halo_local import prepare
from halo_local.cache import say
from halo_local.engine import Engine, find_engine
from halo_local.errors import EngineError


@dataclass(frozen=True)
class Image:
    """An official image, and the variable that names another in its place; `lost` says what goes without it."""

    variable: str
    pinned: str
    lost: str = ""

    @property
    def name(self) -> str:
        """The image to run."""
        return os.environ.get(self.variable) or self.pinned


IMAGES: Final = {
    "kafka": Image("HALO_KAFKA_IMAGE", "apache/kafka:4.3.1"),
    "postgres": Image("HALO_POSTGRES_IMAGE", "postgres:17.6-bookworm"),
    # Docker Hub has MinIO's images no more. This is the last one that MinIO published.
    "minio": Image("HALO_MINIO_IMAGE", "quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z.hotfix.7aa24e772"),
    # The one without ClamAV's signatures: the stack's scanner has one of its own.
    "clamd": Image("HALO_CLAMD_IMAGE", "clamav/clamav:1.4_base", lost=prepare.CLAMD.lost),
}
"""By part. `deploy/compose.yaml` names the same."""


def ready_engine() -> Engine | None:
    """Return an engine that answers and holds all images that a stack can't do without, or None."""
    needed = [image.name for image in IMAGES.values() if not image.lost]
    try:
        engine = find_engine()
        usable = engine.answers() and all(map(engine.has_image, needed))
    except EngineError:
        return None
    return engine if usable else None


def fetch_images(parts: AbstractSet[str], *, asked_for: bool) -> tuple[Engine, AbstractSet[str]]:
    """Return the engine and the parts whose images it holds now: those that are only wished for may be missing.

    Args:
        parts: the servers that are wanted.
        asked_for: whether somebody chose docker; else nothing is downloaded.

    Raises:
        EngineError: no engine answers, or an image can't be had; one line says what to do.
    """
    engine = find_engine()
    if not engine.answers():
        raise EngineError(
            f"HALO_STACK=docker: no Docker engine answers at {engine.socket}: start it, name another by "
            "DOCKER_HOST, or take HALO_STACK=native"
        )
    return engine, {part for part in sorted(parts) if _fetch(engine, IMAGES[part], asked_for=asked_for)}


def _fetch(engine: Engine, image: Image, *, asked_for: bool) -> bool:
    """Tell whether the engine has the image in the end."""
    if engine.has_image(image.name):
        return True
    try:
        if not asked_for:
            raise EngineError(f"the engine does not hold {image.name}")  # noqa: TRY301 - told like one that can't be had
        say(f"fetching the image {image.name}")
        engine.pull(image.name)
    except EngineError as problem:
        if image.lost:
            say(f"{image.lost}: {problem}; {image.variable} may name another image")
            return False
        advice = f"name one that the engine can have by {image.variable}, or take HALO_STACK=native"
        raise EngineError(f"HALO_STACK=docker: {problem}; {advice}") from None
    return True
