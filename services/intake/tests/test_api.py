from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from halo_events.contract.event import Event
from halo_events.runtime import Database
from halo_service.callers import Role
from halo_service.testing import Client

Make = Callable[..., dict[str, Any]]
ComeIn = Callable[..., Awaitable[list[Event]]]
Life = Callable[[UUID], tuple[list[Event], list[Event]]]


class TestFileRequest:
    async def test_created(self, client: Client, entry: Make) -> None:
        """A clerk gets the number to read to the resident."""
        answer = await client.signed_in(Role.CLERK).create("/v1/requests", entry())
        assert answer.status_code == 201
        body = answer.json()
        assert body["tracking_no"].startswith("HP26-")
        assert (body["status"], body["warnings"]) == ("received", [])
        assert UUID(body["request_id"]).version == 7

    async def test_repeated(self, client: Client, database: Database, entry: Make) -> None:
        """The same call again gets the same answer and makes no second request."""
        clerk = client.signed_in(Role.CLERK)
        first = await clerk.create("/v1/requests", entry(), key="k-1")
        again = await clerk.create("/v1/requests", entry(), key="k-1")
        assert (again.status_code, again.json()) == (201, first.json())
        async with database.transaction() as tx:
            assert await tx.fetchval("SELECT count(*) FROM requests") == 1

    async def test_all_faults(self, client: Client, entry: Make) -> None:
        """All faults are told at once, as request.refused would tell them."""
        data = entry(rw="x", documents=["surat_contoh"], resident={"name": None, "nik": "1", "phone": "0888-12"})
        answer = await client.signed_in(Role.CLERK).create("/v1/requests", data)
        assert answer.status_code == 422
        errors = {(error["code"], error["field"]) for error in answer.json()["errors"]}
        assert errors == {
            ("rw_form", "rw"),
            ("document_unknown", "documents.0"),
            ("missing", "resident.name"),
            ("nik_length", "resident.nik"),
            ("phone_invalid", "resident.phone"),
        }
        assert all(error["message"] != error["message_id"] for error in answer.json()["errors"])
        assert "0888-12" not in answer.text

    async def test_unstorable(self, client: Client) -> None:
        """A NUL or a lone surrogate anywhere is refused, never a failure."""
        clerk = client.signed_in(Role.CLERK)
        for text in (r"\u0000", r"\ud800"):
            body = f'{{"channel": "{text}", "{text}": 1, "source_ref": "{text}", "resident": {{"name": "{text}"}}}}'
            headers = {"idempotency-key": f"k{text}", "content-type": "application/json"}
            answer = await clerk.post("/v1/requests", content=body, headers=headers)
            assert answer.status_code == 422

    async def test_no_object(self, client: Client) -> None:
        """A body that is no JSON object, or whose fields are of the wrong kinds, is refused."""
        clerk = client.signed_in(Role.CLERK)
        for body in (["kia"], {}, {"channel": ["call_desk"], "documents": {}, "resident": [], "rw": 7, "rt": {}}):
            assert (await clerk.create("/v1/requests", body)).status_code == 422

    async def test_reference_used_before(self, client: Client, entry: Make) -> None:
        """A reference that stands for a request already is told with that one's number."""
        clerk = client.signed_in(Role.CLERK)
        first = await clerk.create("/v1/requests", entry(source_ref="CALL-1"))
        again = await clerk.create("/v1/requests", entry(source_ref="CALL-1"))
        assert (again.status_code, again.json()["code"]) == (409, "already-filed")
        assert first.json()["tracking_no"] in again.json()["detail"]

    async def test_warning(self, client: Client, entry: Make) -> None:
        """A doubtful NIK is taken with a word of warning in both languages."""
        answer = await client.signed_in(Role.CLERK).create("/v1/requests", entry(resident={"nik": "9975990101900001"}))
        (warning,) = answer.json()["warnings"]
        assert (warning["field"], warning["code"]) == ("resident.nik", "nik_province_unknown")

    async def test_who_may(self, client: Client, entry: Make) -> None:
        """Clerks, officers and Ketua RT/RW file requests, each by their channel; nobody else does."""
        for role, channel, status in (
            (Role.CLERK, "walk_in", 201),
            (Role.OFFICER, "officer", 201),
            (Role.COMMUNITY, "community", 201),
            (Role.COMMUNITY, "call_desk", 422),
            (Role.RESIDENT, "call_desk", 403),
        ):
            caller = client.signed_in(role, kelurahan_codes=(entry()["kelurahan_code"],))
            answer = await caller.create("/v1/requests", entry(channel=channel))
            assert answer.status_code == status
        assert (await client.create("/v1/requests", entry())).status_code == 401

    async def test_another_kelurahan(self, client: Client, entry: Make) -> None:
        """A Ketua RT/RW files for the own kelurahan only."""
        caller = client.signed_in(Role.COMMUNITY, kelurahan_codes=("32.75.01.1001",))
        answer = await caller.create("/v1/requests", entry(channel="community"))
        assert answer.status_code == 422
        assert [error["code"] for error in answer.json()["errors"]] == ["kelurahan_not_yours"]
        odd = await caller.create("/v1/requests", entry(channel="community", kelurahan_code=[]))
        assert odd.status_code == 422


class TestSeeRequest:
    async def test_public(self, client: Client, entry: Make) -> None:
        """Whoever has the number sees the status, what comes next, and nothing of the resident."""
        filed = await client.signed_in(Role.CLERK).create("/v1/requests", entry(documents=["kia", "ktp_el"]))
        number = filed.json()["tracking_no"]
        answer = await client.get(f"/v1/requests/{number.lower().replace('-', '')}")
        assert answer.status_code == 200
        body = answer.json()
        assert body.keys() == {"tracking_no", "status", "since", "next", "documents"}
        assert (body["tracking_no"], body["status"], body["documents"]) == (number, "received", ["kia", "ktp_el"])
        assert body["next"].keys() == {"id", "en"}

    async def test_follows(self, client: Client, receive: ComeIn, deliver: ComeIn, filing: Make, life: Life) -> None:
        """The status is that of the events known by now."""
        received, _ = await receive(filing())
        assignments, dossier = life(received.request_id)
        await deliver(*assignments[:4], *dossier[:2])
        body = (await client.get(f"/v1/requests/{received.tracking_no}")).json()
        assert (body["status"], body["since"]) == (
            "submitted",
            dossier[1].occurred_at.isoformat().replace("+00:00", "Z"),
        )

    async def test_mistyped(self, client: Client, entry: Make) -> None:
        """A wrong character is told as such."""
        filed = await client.signed_in(Role.CLERK).create("/v1/requests", entry())
        number = filed.json()["tracking_no"]
        wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
        answer = await client.get(f"/v1/requests/{wrong}")
        assert (answer.status_code, answer.json()["code"]) == (422, "tracking-number-not-valid")

    async def test_unknown(self, client: Client) -> None:
        """A well-formed number of nobody is not found."""
        from halo_intake.domain.tracking import new_tracking_no

        answer = await client.get(f"/v1/requests/{new_tracking_no(2026)}")
        assert (answer.status_code, answer.json()["code"]) == (404, "request-not-found")

    async def test_nonsense(self, client: Client) -> None:
        """No text in the path is a failure."""
        for text in ("%00", "%ED%A0%80", "x" * 2000, "HP26-%E2%80%94"):
            assert (await client.get(f"/v1/requests/{text}")).status_code in {400, 422}
