"""The counter of the service point, where operator and officer meet."""

import asyncio
from collections import defaultdict
from uuid import UUID

from halo_demo.errors import DeadlineError


class Counter:
    """Handovers that operators prepared, by request."""

    def __init__(self) -> None:
        self._handovers: dict[UUID, asyncio.Future[UUID]] = defaultdict(self._new)

    @staticmethod
    def _new() -> asyncio.Future[UUID]:
        return asyncio.get_running_loop().create_future()

    def hand_over(self, request_id: UUID, handover_id: UUID) -> None:
        """Put the printed documents of a request on the counter."""
        self._handovers[request_id].set_result(handover_id)

    async def wait(self, request_id: UUID, seconds: float) -> UUID:
        """Wait for the documents of a request; return the handover to confirm.

        Raises:
            DeadlineError: nobody put them on the counter in time.
        """
        try:
            return await asyncio.wait_for(self._handovers[request_id], seconds)
        except TimeoutError:
            raise DeadlineError(f"request {request_id}: nothing was printed in {seconds:.0f} s") from None
