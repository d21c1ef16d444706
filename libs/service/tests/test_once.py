import asyncio

from halo_events.runtime import Database
from halo_service.signin import Role
from halo_service.testing import Client


async def letters(database: Database) -> int:
    """How many letters there are."""
    async with database.transaction() as tx:
        count: int = await tx.fetchval("SELECT count(*) FROM letters")
    return count


class TestOnce:
    async def test_repeat(self, officer: Client, database: Database) -> None:
        """A repeated call has no second effect and gets the first call's answer."""
        first = await officer.create("/v1/letters", {"title": "Surat"}, key="k-1")
        second = await officer.create("/v1/letters", {"title": "Surat"}, key="k-1")

        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json() == second.json()
        assert second.headers["idempotency-replayed"] == "true"
        assert await letters(database) == 1

    async def test_other_body(self, officer: Client) -> None:
        """The same key with another body is refused."""
        await officer.create("/v1/letters", {"title": "Surat"}, key="k-1")
        answer = await officer.create("/v1/letters", {"title": "Lain"}, key="k-1")

        assert answer.status_code == 422
        assert answer.json()["code"] == "idempotency-key-reused"

    async def test_other_caller(self, officer: Client, database: Database) -> None:
        """Keys of two callers have nothing to do with each other."""
        await officer.create("/v1/letters", {"title": "Surat"}, key="k-1")
        async with officer.signed_in(Role.OFFICER, sub="officer-2") as other:
            answer = await other.create("/v1/letters", {"title": "Surat"}, key="k-1")

        assert answer.json()["writer"] == "officer-2"
        assert await letters(database) == 2

    async def test_at_the_same_time(self, officer: Client, database: Database) -> None:
        """Of calls at the same time one works, and the others wait for its answer."""
        answers = await asyncio.gather(
            *(officer.create("/v1/letters", {"title": "Surat"}, key="k-1") for _ in range(5))
        )

        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["letter_id"] for answer in answers}) == 1
        assert await letters(database) == 1

    async def test_failed_call(self, officer: Client, database: Database) -> None:
        """A refused call leaves neither effect nor key, so the key may be used again."""
        refused = await officer.create("/v1/letters", {"title": "taken"}, key="k-1")
        answer = await officer.create("/v1/letters", {"title": "Surat"}, key="k-1")

        assert (refused.status_code, answer.status_code) == (409, 201)
        assert await letters(database) == 1

    async def test_no_key(self, officer: Client) -> None:
        """A creating call needs a key."""
        answer = await officer.post("/v1/letters", json={"title": "Surat"})

        assert answer.status_code == 400
        assert answer.json()["code"] == "idempotency-key-missing"

    async def test_nothing_kept(self, officer: Client, database: Database) -> None:
        """A route that forgets to keep its answer fails, and commits nothing."""
        answer = await officer.create("/v1/forgetful", {})

        assert answer.status_code == 500
        async with database.transaction() as tx:
            assert await tx.fetchval("SELECT count(*) FROM http.idempotency_keys") == 0
