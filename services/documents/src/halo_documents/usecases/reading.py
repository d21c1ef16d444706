"""What officers and operators read of a dossier."""

from uuid import UUID

from halo_events.contract.event import Actor
from halo_events.runtime import Tx

from halo_documents.domain.dossiers import File
from halo_documents.errors import RequestUnknownError
from halo_documents.repository import facts, handover, need, papers
from halo_documents.usecases import access


async def read_file(tx: Tx, request_id: UUID, actor: Actor) -> File:
    """All that is known of a request here. Raises RequestUnknownError and as `access.require_holder`."""
    asked = await facts.find_asked(tx, request_id)
    holder = await facts.find_holder(tx, request_id)
    if asked is None and holder is None:
        raise RequestUnknownError
    await access.require_reader(tx, request_id, actor)
    dossier = await need.find_dossier(tx, request_id, holder.round) if holder else None
    if dossier is None:
        return File(request_id, asked, holder, None)
    return File(
        request_id,
        asked,
        holder,
        dossier,
        items=tuple(await need.list_items(tx, request_id, dossier.round)),
        papers=tuple(await papers.list_papers(tx, request_id, dossier.round)),
        handovers=tuple(await handover.list_handovers(tx, request_id, dossier.round)),
    )
