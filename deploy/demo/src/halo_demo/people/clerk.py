"""A clerk of the call desk: residents call when something is wrong with what they got."""

from uuid import UUID

from halo_demo.people.office import Office


async def reopen(office: Office, request_id: UUID) -> None:
    """Open a request again for the first of its documents."""
    received = await office.received(request_id)
    clerk = await office.sign_in("clerk-1", "clerk")
    wanted = {"reason": "wrong_data", "documents": [received.documents[0]]}
    await office.line.post_unless_late("intake", f"/v1/requests/{received.tracking_no}/reopen", clerk, wanted)
