"""A clerk of the call desk: calls who is never at home, and is called when something is wrong."""

from uuid import UUID

from halo_demo.errors import DemoError
from halo_demo.people.lists import find_listed
from halo_demo.people.office import Office


async def call_resident(office: Office, request_id: UUID) -> None:
    """Find the resident's number on the list of whom to call."""
    clerk = await office.sign_in("clerk-1", "clerk")
    call = await find_listed(office, clerk, "/v1/calls", request_id)
    if call is None or not call["resident"]["phone"]:
        raise DemoError(f"request {request_id}: two visits were missed, and the call desk was not told whom to call")


async def reopen(office: Office, request_id: UUID) -> None:
    """Open a request again for the first of its documents."""
    received = await office.received(request_id)
    clerk = await office.sign_in("clerk-1", "clerk")
    wanted = {"reason": "wrong_data", "documents": [received.documents[0]]}
    await office.line.post_unless_late("intake", f"/v1/requests/{received.tracking_no}/reopen", clerk, wanted)
