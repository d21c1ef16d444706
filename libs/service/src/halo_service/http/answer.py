"""A problem as an HTTP answer."""

from collections.abc import Mapping

from fastapi import Response

from halo_service.problems import MEDIA_TYPE, Problem


def problem_answer(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The answer that tells a problem (RFC 9457)."""
    return Response(problem.model_dump_json(), problem.status, dict(headers or {}), MEDIA_TYPE)
