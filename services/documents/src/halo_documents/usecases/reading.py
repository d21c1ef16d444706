"""What officers and operators read of a dossier."""

from uuid import UUID

from halo_events.contract.event import Actor
from halo_events.runtime import Tx

from halo_documents.domain.dossiers import Asked, File, Holder
from halo_documents.errors import ItemUnknownError, RequestUnknownError
from halo_documents.repository import facts, handover, need, papers
from halo_documents.usecases import access


async def read_file(tx: Tx, request_id: UUID, actor: Actor, round_number: int | None = None) -> File:
    """All that is known of a request here, in its present round or in an earlier one.

    Raises RequestUnknownError and as `access.require_holder`.
    """
    asked = await facts.find_asked(tx, request_id)
    holder = await facts.find_holder(tx, request_id)
    if asked is None and holder is None:
        raise RequestUnknownError
    await access.require_reader(tx, request_id, actor)
    shown = round_number or max(holder.round if holder else 1, asked.round if asked else 1)
    return await _file(tx, request_id, shown, asked, holder)


async def read_item_file(tx: Tx, item_id: UUID, actor: Actor) -> File:
    """All that is known of an item's request in the round of the item. Raises ItemUnknownError and as `read_file`."""
    request_id, round_number = await _place(tx, item_id)
    return await read_file(tx, request_id, actor, round_number)


async def find_request(tx: Tx, item_id: UUID) -> UUID:
    """The request of an item. Raises ItemUnknownError."""
    return (await _place(tx, item_id))[0]


async def _place(tx: Tx, item_id: UUID) -> tuple[UUID, int]:
    place = await need.find_item_place(tx, item_id)
    if place is None:
        raise ItemUnknownError
    return place


async def _file(tx: Tx, request_id: UUID, shown: int, asked: Asked | None, holder: Holder | None) -> File:
    return File(
        request_id,
        shown,
        asked,
        holder,
        dossier=await need.find_dossier(tx, request_id, shown),
        items=tuple(await need.list_items(tx, request_id, shown)),
        papers=tuple(await papers.list_papers(tx, request_id, shown)),
        revised=tuple(await need.list_revised_rows(tx, request_id, shown)),
        handovers=tuple(await handover.list_handovers(tx, request_id, shown)),
    )
