from halo_events.runtime import Database
from halo_service.testing import Client


async def titles(database: Database) -> list[str]:
    """The titles of all letters."""
    async with database.transaction() as tx:
        return [row["title"] for row in await tx.fetch("SELECT title FROM letters ORDER BY title")]


class TestTransaction:
    async def test_commit_before_answer(self, officer: Client, database: Database) -> None:
        """What was answered is committed."""
        answer = await officer.create("/v1/letters", {"title": "Surat"})

        assert answer.status_code == 201
        assert await titles(database) == ["Surat"]

    async def test_failed_commit(self, officer: Client, database: Database) -> None:
        """A commit that fails is not answered with success."""
        assert (await officer.create("/v1/letters", {"title": "unique"})).status_code == 201
        answer = await officer.create("/v1/letters", {"title": "unique"})

        assert answer.status_code == 500
        assert await titles(database) == ["unique"]

    async def test_body_not_valid(self, officer: Client, database: Database) -> None:
        """A call with a field that is wrong leaves nothing behind."""
        answer = await officer.create("/v1/letters", {"title": ""})

        assert answer.status_code == 422
        assert await titles(database) == []
