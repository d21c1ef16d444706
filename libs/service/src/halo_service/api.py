"""The HTTP app of a service: its routers with sign-in, problem+json, health and OpenAPI."""

from fastapi import FastAPI
from halo_events.runtime import Database

from halo_service import openapi
from halo_service.answers import add_answers
from halo_service.definition import Service
from halo_service.health import Healths, health_routes
from halo_service.http.limits import Limits
from halo_service.keys import KeySource
from halo_service.signin import Door, declared_roles
from halo_service.tokens import Tokens


def create_api(service: Service, database: Database, keys: KeySource, healths: Healths | None = None) -> FastAPI:
    """The app of a service. Raises ValueError for a route that does not declare its roles."""
    app = _bare_app(service)
    for router in service.routers:
        app.include_router(router)
    roles = declared_roles(app)
    openapi.declare(app, roles)
    app.state.database = database
    app.state.resources = service.resources
    app.state.door = Door(Tokens(service.settings.oidc_issuer, service.settings.oidc_audience, keys), roles)
    app.include_router(health_routes(healths or Healths()))
    return app


def create_health_app(service: Service, healths: Healths) -> FastAPI:
    """The app of a role without an API: health only."""
    app = _bare_app(service, openapi_url=None)
    app.include_router(health_routes(healths))
    return app


def _bare_app(service: Service, openapi_url: str | None = "/openapi.json") -> FastAPI:
    """An app without routes. Its documentation pages are off: they load scripts from other people's servers."""
    app = FastAPI(
        title=f"HALO PAMOR {service.name}",
        version=service.version,
        openapi_url=openapi_url,
        docs_url=None,
        redoc_url=None,
    )
    app.add_middleware(Limits)
    add_answers(app)
    return app
