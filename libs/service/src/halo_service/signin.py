"""Sign-in: which roles a route lets in, and who came.

Every route declares its roles with `allow`; `undeclared_routes` lists those that forgot, and no app starts with one.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, ClassVar, Final

from fastapi import Depends, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from halo_service.browser import is_page, refuse_cross_site
from halo_service.callers import ANYBODY, Caller, Role
from halo_service.problems import BusinessError
from halo_service.tokens import NoTokenError, Tokens

__all__ = ["ANYBODY", "Caller", "Door", "NotAllowedError", "Role", "admit", "allow", "undeclared_routes"]

_ROLE_NAMES: Final[Mapping[Role, str]] = {
    Role.PUBLIC: "siapa saja",
    Role.RESIDENT: "warga",
    Role.CLERK: "petugas meja panggilan",
    Role.OFFICER: "Satgas Pamor",
    Role.COORDINATOR: "koordinator kelurahan",
    Role.OPERATOR: "operator loket",
    Role.COMMUNITY: "Ketua RT/RW",
    Role.OPS: "tim operasi",
}


class NotAllowedError(BusinessError):
    """The caller has none of the roles that may do this."""

    status = HTTPStatus.FORBIDDEN
    code = "not-allowed"
    message = ("Hanya {peran} yang boleh melakukan ini.", "Only these roles may do this: {roles}.")
    headers: ClassVar = {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}


@dataclass(frozen=True, slots=True)
class Door:
    """Lets callers in: the tokens that count, and the roles of each route by its function."""

    tokens: Tokens
    roles_of: Mapping[Hashable, tuple[Role, ...]]
    origin: str | None = None
    """The origin of the service's pages, where it is known."""
    cookie: str | None = None
    """The cookie that bears the token to pages. The API never reads it: another site could make a browser send it."""

    async def admit(self, request: Request) -> Caller:
        """The caller of this request. Raises NoTokenError, BadTokenError, NotAllowedError, CrossSiteError."""
        roles = self.roles_of[request.scope["endpoint"]]
        token = self._token(request)
        if token is None or roles == (Role.PUBLIC,):
            if Role.PUBLIC in roles:
                return ANYBODY
            raise NoTokenError
        caller = await self.tokens.caller(token)
        for role in roles:
            if role in caller.roles:
                return Caller(caller.id, caller.roles, caller.kelurahan_codes, role)
        if Role.PUBLIC in roles:
            return Caller(caller.id, caller.roles, caller.kelurahan_codes, Role.PUBLIC)
        raise NotAllowedError(
            roles=", ".join(role.value for role in roles), peran=", ".join(_ROLE_NAMES[role] for role in roles)
        )

    def _token(self, request: Request) -> str | None:
        if not is_page(request):
            return _bearer_token(request)
        refuse_cross_site(request, self.origin)
        return request.cookies.get(self.cookie) or None if self.cookie else None


def _bearer_token(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


async def admit(request: Request) -> Caller:
    """Dependency: the caller, let in by the roles of the route. Transactions open behind it, never before."""
    door: Door = request.app.state.door
    return await door.admit(request)


@dataclass(frozen=True)
class Allow:
    """The dependency that `allow` makes; on a route it also says which roles may call it."""

    roles: tuple[Role, ...]

    async def __call__(self, caller: Annotated[Caller, Depends(admit)]) -> Caller:
        """The caller that was let in."""
        return caller


def allow(*roles: Role) -> Allow:
    """Let these roles call the route: `caller: Annotated[Caller, Depends(allow(Role.OFFICER))]`.

    A caller of several roles acts in the first that is named here. Public routes say so:
    `dependencies=[Depends(allow(Role.PUBLIC))]`. Raises ValueError without a role.
    """
    if not roles:
        raise ValueError("name at least one role; for everybody say allow(Role.PUBLIC)")
    return Allow(roles)


def undeclared_routes(app: FastAPI) -> list[str]:
    """The routes that don't declare their roles, or declare two different sets: `GET /v1/queue`.

    Only FastAPI's routes count: mounted static files and the app's own health pages are public by nature.
    """
    return [name for name, _, allows in _declarations(app) if len(allows) != 1]


def declared_roles(app: FastAPI) -> Mapping[Hashable, tuple[Role, ...]]:
    """The roles of each route by its function. Raises ValueError for a route without, naming it."""
    undeclared = undeclared_routes(app)
    if undeclared:
        raise ValueError(f"say who may call, with one allow(...) each: {', '.join(undeclared)}")
    roles: dict[Hashable, tuple[Role, ...]] = {}
    for name, endpoint, allows in _declarations(app):
        (declared,) = allows
        if roles.setdefault(endpoint, declared.roles) != declared.roles:
            raise ValueError(f"one function serves routes of different roles: {name}")
    return roles


def _declarations(app: FastAPI) -> list[tuple[str, Callable[..., object], set[Allow]]]:
    found = []
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and not route.path.startswith("/health/"):
            name = f"{'/'.join(sorted(context.methods or ()))} {context.path}"
            found.append((name, route.endpoint, set(_allows(context.dependant))))
    return found


def _allows(dependant: Dependant) -> list[Allow]:
    found = [dependant.call] if isinstance(dependant.call, Allow) else []
    return found + [item for inner in dependant.dependencies for item in _allows(inner)]
