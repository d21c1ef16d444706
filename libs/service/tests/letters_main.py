"""A service as a program of its own, started by test_service.py."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends
from halo_events.runtime import Database, Handlers
from halo_service.http import TxDep
from halo_service.service import CommandError, Service, main
from halo_service.settings import ServiceSettings
from halo_service.signin import Caller, Role, allow

GATE = Path(os.environ.get("LETTERS_FOLDER", ".")) / "gate"
STARTED = GATE.with_name("started")

router = APIRouter(prefix="/v1")


@router.get("/slow", dependencies=[Depends(allow(Role.PUBLIC))])
async def answer_slowly() -> str:
    """Answer as soon as the test lets go."""
    STARTED.touch()
    while not GATE.exists():  # noqa: ASYNC110 - the test is another process
        await asyncio.sleep(0.02)
    return "done"


@router.get("/titles")
async def count_titles(tx: TxDep, _caller: Annotated[Caller, Depends(allow(Role.OPS))]) -> int:
    """How many letters there are."""
    count: int = await tx.fetchval("SELECT count(*) FROM letters")
    return count


async def load_titles(database: Database, *, titles: str, limit: int = 10) -> None:
    """Load titles, separated by commas."""
    if not titles:
        raise CommandError("no titles; name some, with commas")
    async with database.transaction() as tx:
        for title in titles.split(",")[:limit]:
            await tx.execute_one(
                "INSERT INTO letters (letter_id, title, written_at) VALUES (gen_random_uuid(), $1, $2)", title, tx.now
            )


def build() -> Service:
    """The service, by the environment."""
    return Service(
        name="intake",
        settings=ServiceSettings(),
        handlers=Handlers(service="intake"),
        routers=(router,),
        migrations=Path(__file__).parent / "migrations",
    )


if __name__ == "__main__":
    main(build, {"load-titles": load_titles})
