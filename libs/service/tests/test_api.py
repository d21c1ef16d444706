import asyncio

from halo_events.runtime import Database, Health
from halo_events.testing import eventually
from halo_service.api import create_api, create_health_app
from halo_service.health import Healths
from halo_service.service import Service
from halo_service.testing import Client, TestIssuer
from halo_service.watch import DatabaseWatch
from httpx import ASGITransport, AsyncClient
from structlog.testing import capture_logs


class TestOpenApi:
    async def test_document(self, offline: Client) -> None:
        """The document tells roles, sign-in and problems of each route."""
        document = (await offline.get("/openapi.json")).json()
        write = document["paths"]["/v1/letters"]["post"]
        stamp = document["paths"]["/v1/stamp"]["get"]

        assert document["info"]["title"] == "HALO PAMOR intake"
        assert write["x-roles"] == ["officer", "operator"]
        assert write["security"] == [{"bearer": []}]
        assert set(write["responses"]) == {"201", "401", "403", "404", "409", "422", "503"}
        assert "application/problem+json" in write["responses"]["422"]["content"]
        assert "security" not in stamp
        assert "401" not in stamp["responses"]
        assert "HTTPValidationError" not in document["components"]["schemas"]
        assert "errors" in document["components"]["schemas"]["Problem"]["properties"]
        assert "/health/ready" not in document["paths"]

    async def test_no_pages(self, offline: Client) -> None:
        """No documentation page loads scripts of other people's servers."""
        assert (await offline.get("/docs")).status_code == 404
        assert (await offline.get("/redoc")).status_code == 404


class TestHealth:
    async def test_ready(self, service: Service) -> None:
        """A process is ready when each of its parts is, and says what is wrong with which."""
        relay, job = Health("relay"), Health("job scan")
        app = create_health_app(service, Healths(relay, job))
        async with AsyncClient(transport=ASGITransport(app), base_url="http://service.test") as client:
            assert (await client.get("/health/ready")).json() == {"ready": True, "troubles": {}}

            job.trouble("run", "OSError, 3 times in a row")
            answer = await client.get("/health/ready")
            assert answer.status_code == 503
            assert answer.json()["troubles"] == {"job scan": {"run": "OSError, 3 times in a row"}}
            assert (await client.get("/health/live")).status_code == 200

            relay.alive = False
            assert (await client.get("/health/live")).status_code == 503
            assert (await client.get("/openapi.json")).status_code == 404

    async def test_database(self, service: Service, database: Database) -> None:
        """The API is ready once its database answers and was migrated."""
        watch = DatabaseWatch(database, service.migration_folders)
        app = create_api(service, database, TestIssuer(), Healths(watch.health))
        stop = asyncio.Event()
        async with AsyncClient(transport=ASGITransport(app), base_url="http://service.test") as client:
            assert (await client.get("/health/ready")).status_code == 503
            task = asyncio.create_task(watch.run(stop))

            async def ready() -> bool:
                return (await client.get("/health/ready")).is_success

            await eventually(ready)
        stop.set()
        await task

    async def test_not_migrated(self, service: Service, database: Database) -> None:
        """A database that lacks a migration makes the process not ready, and says what to run."""
        async with database.transaction() as tx:
            await tx.execute("DELETE FROM _yoyo_migration WHERE migration_id = '0001_letters'")
        watch = DatabaseWatch(database, service.migration_folders)
        await watch._look()  # one look, without the loop
        assert watch.health.troubles == {"schema": "run the role `migrate`; it lacks 0001_letters"}

        async with database.transaction() as tx:
            await tx.execute("DROP TABLE _yoyo_migration")
        await watch._look()
        assert "0001_events" in watch.health.troubles["schema"]

    async def test_database_away(self, service: Service) -> None:
        """A database that is away makes the process not ready; it is told once."""
        away = await Database.open("postgresql://nobody@127.0.0.1:1/nothing", service.handlers)
        watch = DatabaseWatch(away, ())
        with capture_logs() as logs:
            await watch._look()
            await watch._look()
        await away.close()

        assert watch.health.troubles == {"connect": "ConnectionRefusedError"}
        assert [log["event"] for log in logs] == ["database is away"]


class TestRequestLog:
    async def test_line(self, offline: Client) -> None:
        """A request is one line: method, route, status, milliseconds; neither ids nor the query."""
        with capture_logs() as logs:
            await offline.get("/v1/letters", params={"cursor": "327599"})
            await offline.get("/v1/nowhere/327599")
            await offline.get("/health/live")

        assert [(log["event"], log["method"], log["route"], log["status"]) for log in logs] == [
            ("request", "GET", "/v1/letters", 401),
            ("request", "GET", "?", 404),
        ]
        assert all(log["ms"] >= 0 for log in logs)
        assert "327599" not in str(logs)

    async def test_fault(self, officer: Client) -> None:
        """A fault is logged by class and place."""
        with capture_logs() as logs:
            await officer.create("/v1/letters", {"title": "broken"})

        fault = next(log for log in logs if log["event"] == "request failed")
        assert fault["error"] == "RuntimeError"
        assert "327599" not in str(logs)
