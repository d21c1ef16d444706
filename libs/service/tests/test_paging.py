import base64
import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from halo_events.runtime import Database
from halo_service.http import Paging, page_of
from halo_service.http.paging import CursorNotValidError
from halo_service.testing import Client

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def cursor(values: object) -> str:
    """A cursor as a caller might make it up."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


class TestPages:
    async def test_walk(self, officer: Client, database: Database) -> None:
        """Walking the pages gives every row once, in order, though rows of one time lie on two pages."""
        async with database.transaction() as tx:
            await tx.executemany(
                "INSERT INTO letters (letter_id, title, written_at) VALUES ($1, $2, $3)",
                [(uuid4(), f"{number}", NOON) for number in range(7)],
            )
        seen: list[str] = []
        params: dict[str, str] = {"limit": "3"}
        for _ in range(3):
            page = (await officer.get("/v1/letters", params=params)).json()
            seen += [letter["letter_id"] for letter in page["items"]]
            params["cursor"] = page["next_cursor"] or ""

        assert page["next_cursor"] is None
        assert len(set(seen)) == 7
        assert seen == sorted(seen)

    @pytest.mark.parametrize(
        "bad",
        ["x", "€", "AAAA", cursor({"a": 1}), cursor([1, 2]), cursor(["a"]), cursor(["a", "b"]), cursor(["\0", "b"])],
    )
    async def test_bad_cursor(self, officer: Client, bad: str) -> None:
        """A cursor that is none of ours is told so."""
        answer = await officer.get("/v1/letters", params={"cursor": bad})

        assert (answer.status_code, answer.json()["code"]) == (422, "cursor-not-valid")

    @pytest.mark.parametrize("params", [{"limit": "0"}, {"limit": "201"}, {"limit": "x"}, {"cursor": "x" * 513}])
    async def test_limits(self, officer: Client, params: dict[str, str]) -> None:
        """Page and cursor have their limits."""
        assert (await officer.get("/v1/letters", params=params)).status_code == 422


class TestPageOf:
    def test_exact(self) -> None:
        """Rows that just fill a page need no next one."""
        page = page_of([1, 2], Paging(limit=2), lambda row: (row,))

        assert (page.items, page.next_cursor) == ([1, 2], None)

    def test_empty(self) -> None:
        """No rows are a page too."""
        assert page_of([], Paging(limit=2), lambda row: (row,)).items == []

    @pytest.mark.parametrize("edge", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
    def test_edge_of_the_calendar(self, edge: str) -> None:
        """A time that has no form in UTC is no cursor of ours."""
        with pytest.raises(CursorNotValidError):
            Paging(limit=2, after=(edge, str(uuid4()))).time_and_id()

    def test_width(self) -> None:
        """A cursor of another list is refused."""
        with pytest.raises(CursorNotValidError):
            Paging(limit=2, after=("a",)).position(2)
