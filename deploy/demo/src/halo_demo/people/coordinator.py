"""A kelurahan's coordinator: finds officers for what waits in the queue."""

from uuid import UUID

from halo_events.contract import dispatch

from halo_demo.errors import DemoError
from halo_demo.facts import Fact
from halo_demo.people.calls import Person
from halo_demo.people.office import Office
from halo_demo.register import Officer

PAGE = 100


async def empty_queue(office: Office, awaited: Fact) -> None:
    """Offer everything in the queue of the kelurahan to officers who work there today."""
    event = awaited.event
    assert isinstance(event, dispatch.AssignmentAwaited)  # noqa: S101 - listened for by this name
    code = event.kelurahan_code
    coordinator = await office.sign_in(office.register.coordinators[code].officer_id, "coordinator", [code])
    page = await office.line.get("dispatch", f"/v1/queue?limit={PAGE}", coordinator)
    for place, waiting in enumerate(page["items"]):
        await _offer(office, coordinator, UUID(waiting["request_id"]), code, place)


async def _offer(office: Office, coordinator: Person, request_id: UUID, code: str, place: int) -> None:
    officer = _choose(office, request_id, code, place)
    body = {"officer_id": str(officer.officer_id)}
    await office.line.post_unless_late("dispatch", f"/v1/queue/{request_id}/offer", coordinator, body)


def _choose(office: Office, request_id: UUID, code: str, place: int) -> Officer:
    declined = {
        fact.event.officer_id
        for fact in office.watch.facts_of(request_id)
        if isinstance(fact.event, dispatch.AssignmentDeclined)
    }
    willing = [each for each in office.register.on_duty(code) if each.officer_id not in declined]
    if not willing:
        raise DemoError(f"kelurahan {code} has no officer left for request {request_id}")
    return willing[(request_id.int + place) % len(willing)]
