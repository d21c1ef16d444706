from collections.abc import Callable
from typing import Any

import pytest
from halo_events import topics
from halo_events.runtime import Database
from halo_intake.app import NOT_FOLDED, build
from halo_intake.settings import IntakeSettings
from halo_service.api import create_api
from halo_service.service import Service
from halo_service.signin import undeclared_routes
from halo_service.testing import TestIssuer, local_settings
from pydantic import ValidationError

Make = Callable[..., Any]


class TestBuild:
    def test_topics(self, service: Service) -> None:
        """Intake reads e-OPen, dispatch and documents."""
        assert set(service.handlers.topics) == {topics.EOPEN_REQUESTS, topics.ASSIGNMENTS, topics.DOSSIERS}

    async def test_routes(self, service: Service, database: Database) -> None:
        """Every route says who may call it, and the API document tells the fields of a filing."""
        app = create_api(service, database, TestIssuer())
        assert undeclared_routes(app) == []
        document = app.openapi()
        one = "/v1/requests/{tracking_no}"
        assert {"/v1/requests", one, f"{one}/cancel", f"{one}/reopen"} <= document["paths"].keys()
        assert "kelurahan_code" in str(document["components"]["schemas"])

    async def test_tables(self, database: Database) -> None:
        """Every table is a fold of the topics or declared as none."""
        async with database.transaction() as tx:
            rows = await tx.fetch("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        own = {row["table_name"] for row in rows if not row["table_name"].startswith(("_yoyo", "yoyo"))}
        assert own - set(NOT_FOLDED) == {
            *("requests", "request_steps", "item_steps", "item_returns", "item_deliveries", "retentions")
        }


class TestSettings:
    @pytest.mark.parametrize("days", [-1, 31, "soon"])
    @pytest.mark.parametrize("setting", ["reopen_working_days", "close_working_days"])
    def test_window_out_of_range(self, setting: str, days: Any) -> None:
        """A window that makes no sense stops the service at its start."""
        with pytest.raises(ValidationError):
            local_settings(IntakeSettings, **{setting: days})

    async def test_no_wait(self, database: Database, filing: Make, life: Make, receive: Make) -> None:
        """Without a wait a request may be closed as soon as it is delivered."""
        at_once = build(local_settings(IntakeSettings, close_working_days=0)).handlers
        received, _ = await receive(filing())
        assignments, dossier = life(received.request_id)
        async with database.transaction() as tx:
            for event in [*dossier, *assignments]:
                tx.handle({event.key: _envelope(event)})
                await at_once.projection_of[event.type].call(tx, event)
                await at_once.decision_of[event.type].call(tx, event)
            assert await tx.fetchval("SELECT due_at FROM timers") == assignments[-1].occurred_at


def _envelope(event: Any) -> Any:
    from halo_events.envelope import Envelope

    return Envelope("1", "/halopamor/other", event.type, event.occurred_at)
