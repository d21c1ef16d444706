"""Turns what is raised in a route into problem+json or a page, and logs one line per request."""

import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from halo_events.errors import NotYetError
from halo_events.runtime import describe, is_infrastructure
from starlette.exceptions import HTTPException

from halo_service.browser import is_page
from halo_service.field_messages import describe_fields
from halo_service.http.answer import problem_answer
from halo_service.http.once import AnsweredBeforeError
from halo_service.pages.answers import problem_page, refusal_page, seen_page, wants_page
from halo_service.problems import NOT_YET, BusinessError, Problem, status_problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOG: Final = structlog.get_logger("halo_service.http")
_QUIET: Final = ("/health/",)


async def _on_business_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, BusinessError)  # noqa: S101 - registered for this class
    if wants_page(request):
        return await refusal_page(request, error)
    return problem_answer(error.problem(), error.headers)


async def _on_not_yet(request: Request, _error: Exception) -> Response:
    return _told(request, Problem.of(HTTPStatus.CONFLICT, *NOT_YET), {"Retry-After": "1"})


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class
    return _told(request, status_problem(HTTPStatus.UNPROCESSABLE_ENTITY, describe_fields(error.errors())))


async def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class
    return _told(request, status_problem(error.status_code), error.headers)


def _told(request: Request, problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    return problem_page(request, problem, headers) if wants_page(request) else problem_answer(problem, headers)


async def _on_answered_before(request: Request, error: Exception) -> Response:
    assert isinstance(error, AnsweredBeforeError)  # noqa: S101 - registered for this class
    if is_page(request):
        return seen_page(error.answer)
    return Response(error.answer, error.status, {"Idempotency-Replayed": "true"}, "application/json")


def add_answers(app: FastAPI) -> None:
    """Let the app answer its errors, as problem+json or as pages."""
    app.add_exception_handler(BusinessError, _on_business_error)
    app.add_exception_handler(NotYetError, _on_not_yet)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(AnsweredBeforeError, _on_answered_before)
    app.add_middleware(RequestLog)


class RequestLog:
    """ASGI middleware: one log line a request, and an answer for what nobody foresaw.

    An error of the infrastructure is 503, any other 500. Nothing reaches the server's own log, which prints texts of
    errors.
    """

    def __init__(self, app: "ASGIApp") -> None:
        self._app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Serve the request and log it: method, route, status, milliseconds."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status = time.perf_counter(), 0

        async def observed(message: "Message") -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, observed)
        except Exception as error:  # noqa: BLE001 - the last place before the server's own log
            problem = _unforeseen(error)
            if not status:
                headers = {"Retry-After": "2"} if problem.status == HTTPStatus.SERVICE_UNAVAILABLE else None
                await _told(Request(scope), problem, headers)(scope, receive, observed)
        finally:
            _log_request(scope, status, begun)


def _unforeseen(error: Exception) -> Problem:
    if is_infrastructure(error):
        _LOG.warning("request failed", **describe(error))
        return status_problem(HTTPStatus.SERVICE_UNAVAILABLE)
    _LOG.error("request failed", **describe(error))
    return status_problem(HTTPStatus.INTERNAL_SERVER_ERROR)


def _log_request(scope: "Scope", status: int, begun: float) -> None:
    route = getattr(scope.get("route"), "path", None)
    if route is not None and route.startswith(_QUIET):
        return
    milliseconds = round((time.perf_counter() - begun) * 1000, 1)
    _LOG.info("request", method=scope["method"], route=route or "?", status=status, ms=milliseconds)
