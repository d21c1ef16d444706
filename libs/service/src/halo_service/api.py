"""The HTTP app of a service: its routers with sign-in, problem+json, pages, health and OpenAPI."""

from fastapi import FastAPI
from halo_events.runtime import Database

from halo_service import openapi
from halo_service.answers import add_answers
from halo_service.definition import Service
from halo_service.health import Healths, health_routes
from halo_service.http.limits import Limits
from halo_service.keys import KeySource
from halo_service.pages.oidc import Provider
from halo_service.pages.rendering import ROOT, Pages, make_templates
from halo_service.pages.routes import router as page_routes
from halo_service.signin import Door, declared_roles
from halo_service.tokens import Tokens


def create_api(service: Service, database: Database, keys: KeySource, healths: Healths | None = None) -> FastAPI:
    """The app of a service. Raises ValueError for a route that does not declare its roles."""
    app = _bare_app(service)
    for router in (*service.routers, *((*service.pages, page_routes) if service.pages else ())):
        app.include_router(router)
    roles = declared_roles(app)
    openapi.declare(app, roles)
    settings = service.settings
    tokens = Tokens(settings.oidc_issuer, settings.oidc_audience, keys)
    pages = _make_pages(service, tokens) if service.pages else None
    app.state.database = database
    app.state.resources = service.resources
    app.state.pages = pages
    app.state.door = Door(tokens, roles, settings.public_url, pages.cookie() if pages else None)
    app.include_router(health_routes(healths or Healths()))
    return app


def _make_pages(service: Service, tokens: Tokens) -> Pages:
    settings, provider = service.settings, None
    if settings.oidc_client_id is not None:
        provider = Provider(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret,
            redirect_uri=f"{settings.public_url}{ROOT}/signed-in",
            tokens=tokens,
        )
    return Pages(service.name, make_templates(service.templates), settings.public_url, provider, service.page_origins)


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
