"""The counter of the service point, where operator and officer meet."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from halo_demo.errors import DeadlineError


@dataclass(frozen=True)
class Handover:
    """Printed documents that wait for their officer."""

    handover_id: UUID
    items: frozenset[str]


class Counter:
    """Handovers that operators prepared, by request."""

    def __init__(self) -> None:
        self._handovers: dict[UUID, asyncio.Queue[Handover]] = defaultdict(asyncio.Queue)

    def hand_over(self, request_id: UUID, handover: Handover) -> None:
        """Put the printed documents of a request on the counter."""
        self._handovers[request_id].put_nowait(handover)

    async def wait(self, request_id: UUID, seconds: float) -> Handover:
        """Wait for the next documents of a request; return the handover to confirm.

        Raises:
            DeadlineError: nobody put them on the counter in time.
        """
        try:
            return await asyncio.wait_for(self._handovers[request_id].get(), seconds)
        except TimeoutError:
            raise DeadlineError(f"request {request_id}: nothing was printed in {seconds:.0f} s") from None
