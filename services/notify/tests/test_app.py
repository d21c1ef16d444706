import re
from pathlib import Path

from fastapi import FastAPI
from halo_notify.app import build
from halo_notify.domain.rules import TOLD
from halo_notify.handlers import PROJECTIONS
from halo_notify.settings import NotifySettings
from halo_service.service import Service
from halo_service.settings import PREFIX, ServiceSettings
from halo_service.signin import undeclared_routes

README = (Path(__file__).parents[1] / "README.md").read_text()


def short_type(kind: str) -> str:
    """The type as people say it: `request.received`."""
    return re.sub(r"^id\.go\.bekasikota\.halopamor\.|\.v1$", "", kind)


class TestBuild:
    def test_routes(self, service: Service) -> None:
        """Every route says who may call it."""
        app = FastAPI()
        for router in service.routers:
            app.include_router(router)

        assert undeclared_routes(app) == []

    def test_topics(self, settings: NotifySettings) -> None:
        """The service reads the topics of those whose facts it tells."""
        assert [topic.name for topic in build(settings).handlers.topics] == [
            "halopamor.dispatch.assignment.v1",
            "halopamor.dispatch.officer.v1",
            "halopamor.documents.dossier.v1",
            "halopamor.intake.request.v1",
        ]


class TestReadme:
    def test_events(self) -> None:
        """The README names every event that is read or written."""
        events = {*TOLD, *(handler.event for handler in PROJECTIONS)}

        assert [event.type for event in events if f"`{short_type(event.type)}`" not in README] == []

    def test_settings(self) -> None:
        """The README names every setting of its own, and no other."""
        own = {f"{PREFIX}{name.upper()}" for name in NotifySettings.model_fields.keys() - ServiceSettings.model_fields}

        assert set(re.findall(r"^\| `(HALO_\w+)`", README, re.MULTILINE)) == own

    def test_headings(self) -> None:
        """The README answers the questions that every service's does."""
        assert re.findall(r"^## (.+)$", README, re.MULTILINE) == [
            "Purpose",
            "Consumes",
            "Emits",
            "API",
            "Settings",
            "Run alone",
        ]
