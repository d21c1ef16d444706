import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from halo_service.logs import configure_logs
from pydantic import BaseModel


class Form(BaseModel):
    """Something that fails with its input in the text."""

    nik: int


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """What the process logs, as JSON."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logs("intake", "api", form="auto", stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """The lines logged."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


class TestConfigureLogs:
    def test_line(self, stream: io.StringIO) -> None:
        """A line tells service, role, level and time, as JSON where nobody watches."""
        structlog.get_logger("halo_intake.jobs").info("request", status=200)

        (line,) = lines(stream)
        assert line.pop("timestamp").endswith("Z")
        assert line == {
            "event": "request",
            "level": "info",
            "logger": "halo_intake.jobs",
            "role": "api",
            "service": "intake",
            "status": 200,
        }

    def test_error(self, stream: io.StringIO) -> None:
        """An error is told by class, fields and place, never by its text."""
        try:
            Form.model_validate({"nik": "3275990101900001x"})
        except ValueError as error:
            structlog.get_logger("halo_intake").exception("failed", cause=error)
            logging.getLogger("other").exception("failed with %s", error)  # noqa: TRY401 - as other people's code does
            logging.getLogger("other").error("failed", exc_info=error)  # noqa: TRY400 - as other people's code does

        assert "327599" not in stream.getvalue()
        ours, foreign, plain = lines(stream)
        assert (ours["error"], ours["fields"], ours["cause"]) == (
            "ValidationError",
            "nik: int_parsing",
            "ValidationError",
        )
        assert foreign["event"] == "failed with ValidationError"
        assert plain["error"] == "ValidationError"

    def test_other_libraries(self, stream: io.StringIO) -> None:
        """Other libraries are heard from warnings on: httpx would tell whole addresses."""
        logging.getLogger("httpx").info("GET http://sms.test/?to=+62811")
        logging.getLogger("aiokafka").warning("slow")

        assert [line["logger"] for line in lines(stream)] == ["aiokafka"]

    def test_console(self) -> None:
        """On a terminal a line is plain text."""
        stream = io.StringIO()
        configure_logs("intake", "api", form="console", stream=stream)
        structlog.get_logger("halo_intake").info("listening", port=8000)
        logging.captureWarnings(capture=False)
        structlog.reset_defaults()

        assert "port=8000" in stream.getvalue()
        assert not stream.getvalue().startswith("{")
