from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from halo_service.signin import Role
from halo_service.testing import Client

if TYPE_CHECKING:
    from conftest import Desk, Story


@pytest.fixture
def ops(client: Client) -> Client:
    """The ops team."""
    return client.signed_in(Role.OPS)


class TestListMessages:
    async def test_log(self, ops: Client, desk: "Desk", story: "Story") -> None:
        """The log says who was told what, and never where or in which words."""
        await desk.take(story.registered(email="koordinator@example.com"), story.received(), story.awaited())
        answer = await ops.get("/v1/messages")

        assert answer.status_code == 200
        items = answer.json()["items"]
        assert {(item["recipient"], item["channel"], item["template"], item["state"]) for item in items} == {
            ("resident", "sms", "request_received", "queued"),
            ("resident", "sms", "assignment_awaited", "queued"),
            ("coordinator", "email", "assignment_queued", "queued"),
        }
        assert not [text for text in ("+62", "0812", "example.com", "HALO PAMOR", "HP-26") if text in answer.text]

    async def test_pages(self, ops: Client, desk: "Desk", another: Callable[[], "Story"]) -> None:
        """Pages hold every message once, newest first, also where many are of one moment."""
        for _ in range(3):
            desk.now += timedelta(seconds=1)
            await desk.take(*(another().received() for _ in range(3)))
        seen, cursor = [], None
        for _ in range(9):
            page = (await ops.get("/v1/messages", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
            seen += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                break

        assert len({item["message_id"] for item in seen}) == len(seen) == 9
        assert [item["queued_at"] for item in seen] == sorted((item["queued_at"] for item in seen), reverse=True)

    async def test_of_one_request(
        self, ops: Client, desk: "Desk", story: "Story", another: Callable[[], "Story"]
    ) -> None:
        """The log of one request holds its messages alone, page by page."""
        await desk.take(another().received(), story.received(), story.submitted(), another().received())
        one = (await ops.get("/v1/messages", params={"request_id": str(story.request_id), "limit": 1})).json()
        two = (
            await ops.get(
                "/v1/messages",
                params={"request_id": str(story.request_id), "limit": 1, "cursor": one["next_cursor"]},
            )
        ).json()

        assert {item["request_id"] for item in one["items"] + two["items"]} == {str(story.request_id)}
        assert {item["template"] for item in one["items"] + two["items"]} == {"request_received", "dossier_submitted"}
        assert two["next_cursor"] is None

    @pytest.mark.parametrize("query", ["cursor=x", "cursor=WyJhIiwiYiJd", "limit=0", "limit=201", "request_id=7"])
    async def test_wrong_query(self, ops: Client, query: str) -> None:
        """A query that makes no sense is refused with a reason."""
        answer = await ops.get(f"/v1/messages?{query}")

        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"

    async def test_others(self, client: Client) -> None:
        """The log is for the ops team alone."""
        others = [role for role in Role if role not in {Role.OPS, Role.PUBLIC}]

        assert [(await client.signed_in(role).get("/v1/messages")).status_code for role in others] == [403] * len(
            others
        )

    async def test_nobody(self, client: Client) -> None:
        """Who is not signed in sees nothing."""
        assert (await client.get("/v1/messages")).status_code == 401
