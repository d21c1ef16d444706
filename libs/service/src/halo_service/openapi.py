"""The OpenAPI document of a service: FastAPI's own, with sign-in, roles and problem+json told as they are."""

from collections.abc import Hashable, Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from halo_service.callers import Role
from halo_service.problems import MEDIA_TYPE, Problem

_SCHEMAS: Final = "#/components/schemas/"
_REFUSALS: Final = ("401", "403", "404", "409", "422", "503")
_SIGN_IN: Final = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


def declare(app: FastAPI, roles: Mapping[Hashable, tuple[Role, ...]]) -> None:
    """Let `/openapi.json` of this app tell roles and refusals. Call it when all routes are there."""
    document: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not document:
            document.update(_document(app, roles))
        return document

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's documented way to extend the document


def _document(app: FastAPI, roles: Mapping[Hashable, tuple[Role, ...]]) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, routes=app.routes)
    components = document.setdefault("components", {})
    schemas = {name: part for name, part in components.get("schemas", {}).items() if name not in _FASTAPI_OWN}
    problem = Problem.model_json_schema(ref_template=_SCHEMAS + "{model}", mode="serialization")
    schemas |= {**problem.pop("$defs", {}), "Problem": problem}
    components |= {"schemas": schemas, "securitySchemes": {"bearer": _SIGN_IN}}
    for context in iter_route_contexts(app.routes):
        declared = roles.get(context.endpoint)
        for method in context.methods or () if declared else ():
            operation = document["paths"].get(context.path_format, {}).get(method.lower())
            if operation is not None:
                _complete(operation, declared or ())
    return document


_FASTAPI_OWN: Final = frozenset({"HTTPValidationError", "ValidationError"})


def _complete(operation: dict[str, Any], roles: tuple[Role, ...]) -> None:
    operation["x-roles"] = [role.value for role in roles]
    if Role.PUBLIC not in roles:
        operation["security"] = [{"bearer": []}]
    for status in _REFUSALS:
        if status in {"401", "403"} and Role.PUBLIC in roles:
            continue
        operation["responses"][status] = {
            "description": HTTPStatus(int(status)).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": f"{_SCHEMAS}Problem"}}},
        }
