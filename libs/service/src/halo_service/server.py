"""The HTTP server of a process, as one of its parts."""

import asyncio
import contextlib
import socket
from collections.abc import Generator
from typing import Final

import structlog
import uvicorn
from fastapi import FastAPI
from halo_events.runtime import Health

_LOG: Final = structlog.get_logger("halo_service.server")
_DRAIN: Final = 10
"""Seconds that requests under way may take when the server stops."""

_CONCURRENT: Final = 500
"""Connections and requests at once; more are told 503."""

_KEEP_ALIVE: Final = 15


class _Server(uvicorn.Server):
    """uvicorn without signal handlers of its own: the process has one for all its parts."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Leave the signals alone."""
        yield


class HttpServer:
    """Serves an app until it is told to stop."""

    def __init__(self, app: FastAPI, *, host: str, port: int) -> None:
        """Listen at once. Raises OSError where the port is taken."""
        self.health = Health("http")
        self._socket = _listen(host, port)
        config = uvicorn.Config(
            app,
            loop="none",
            http="httptools",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=_CONCURRENT,
            timeout_keep_alive=_KEEP_ALIVE,
            timeout_graceful_shutdown=_DRAIN,
        )
        self._server = _Server(config)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port in fact, also where port 0 was asked for."""
        host, port = self._socket.getsockname()[:2]
        return host, port

    async def run(self, stop: asyncio.Event) -> None:
        """Serve; when `stop` is set take no more, and let what is under way end within 10 s."""
        host, port = self.address
        _LOG.info("listening", host=host, port=port)
        stopper = asyncio.create_task(self._stop_with(stop))
        try:
            await self._server.serve(sockets=[self._socket])
        finally:
            stopper.cancel()
            self.health.alive = False

    async def _stop_with(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._server.should_exit = True


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(1024)
    except OSError:
        listening.close()
        raise
    listening.setblocking(False)
    return listening
