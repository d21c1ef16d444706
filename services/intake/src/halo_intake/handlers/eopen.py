"""Records of e-OPen: every one is answered, also a broken one."""

from typing import Final

from halo_events import topics
from halo_events.contract.eopen import RequestCancelAsked, RequestFiled
from halo_events.contract.values import Channel
from halo_events.runtime import Rejection, Tx, boundary, on

from halo_intake.domain.attempts import Attempt, eopen_id_of, record_name
from halo_intake.domain.filing import Fault
from halo_intake.usecases import cancelling, filing

WHOLE_RECORD: Final = frozenset({"broken_json", "not_an_object", "unknown_type"})
"""Faults that no field has: the record as a whole is at fault."""


async def on_request_filed(tx: Tx, event: RequestFiled) -> None:
    """Answer a filing that has the right form."""
    data = event.model_dump(mode="json") | {"channel": Channel.EOPEN, "source_ref": event.eopen_id}
    await filing.answer_attempt(tx, Attempt(event.eopen_id, _place(tx), data, event.occurred_at))


async def on_cancel_asked(tx: Tx, event: RequestCancelAsked) -> None:
    """Answer a wish to cancel that has the right form."""
    attempt = Attempt(event.eopen_id, _place(tx), {}, event.occurred_at)
    await cancelling.answer_cancel(tx, attempt, event.reason)


def _place(tx: Tx) -> str:
    return record_name(tx.envelope.id) or topics.EOPEN_REQUESTS.name


async def on_rejected(tx: Tx, rejection: Rejection) -> None:
    """Answer a record that has not; of a filing, name the faults of its content as well."""
    envelope, data = rejection.envelope, rejection.data
    record_id = envelope.id if envelope else rejection.record_id
    place = record_name(record_id) or f"{rejection.topic}/{rejection.partition}/{rejection.offset}"
    faults = tuple(Fault(fault.code, None if fault.code in WHOLE_RECORD else fault.field) for fault in rejection.faults)
    kind = envelope.type if envelope is not None and data is not None else None
    if kind == RequestFiled.type and data is not None:
        content = {name: data[name] for name in RequestFiled.model_fields if name in data} | {"channel": Channel.EOPEN}
        await filing.answer_attempt(tx, Attempt(eopen_id_of(data), place, content, faults=faults))
    elif kind == RequestCancelAsked.type:
        await cancelling.refuse_cancel(tx, Attempt(eopen_id_of(data), place, {}, faults=faults))
    else:
        await filing.refuse_unreadable(tx, eopen_id_of(data), place, faults)


BOUNDARIES: Final = (
    boundary(
        topics.EOPEN_REQUESTS,
        accepts=(on(RequestFiled, on_request_filed), on(RequestCancelAsked, on_cancel_asked)),
        on_rejected=on_rejected,
    ),
)
"""Every record of e-OPen is answered."""
