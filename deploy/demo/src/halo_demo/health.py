"""Asks services whether they are ready."""

import httpx


async def is_ready(client: httpx.AsyncClient, url: str) -> bool:
    """Ask a service whether it is ready."""
    try:
        return (await client.get(f"{url}/health/ready")).is_success
    except httpx.TransportError:
        return False
