"""Who may touch a dossier."""

from uuid import UUID

from halo_events.contract.event import Actor, ActorRole
from halo_events.errors import NotYetError
from halo_events.runtime import Tx

from halo_documents.domain.dossiers import Dossier, Holder
from halo_documents.errors import NeedMissingError, NotHolderError, NotInRegisterError
from halo_documents.repository import facts, need

ACCEPTED = "assignment.accepted of the request"
"""What is missing while nobody is known to hold a request. Who accepted it may be faster than the topics."""


async def require_holder(tx: Tx, request_id: UUID, actor: Actor) -> Holder:
    """The officer who holds the request, who must be the one who acts, and in the register.

    Raises NotYetError, NotHolderError, NotInRegisterError.
    """
    return _checked(await facts.find_holder(tx, request_id), actor)


async def lock_holder(tx: Tx, request_id: UUID, actor: Actor) -> Holder:
    """The same, and the request's other steps wait for this transaction."""
    return _checked(await facts.lock_holder(tx, request_id), actor)


async def require_reader(tx: Tx, request_id: UUID, actor: Actor) -> None:
    """Any operator may read, and the officer who holds the request. Raises as `require_holder`."""
    if actor.role != ActorRole.OPERATOR:
        await require_holder(tx, request_id, actor)


async def require_dossier(tx: Tx, request_id: UUID, holder: Holder) -> Dossier:
    """The dossier of the holder's round. Raises NeedMissingError."""
    dossier = await need.find_dossier(tx, request_id, holder.round)
    if dossier is None:
        raise NeedMissingError
    return dossier


def _checked(holder: Holder | None, actor: Actor) -> Holder:
    if holder is None:
        raise NotYetError(ACCEPTED)
    if holder.has_left and holder.is_actor(actor):
        raise NotInRegisterError
    if holder.released:
        raise NotYetError(ACCEPTED)
    if not holder.is_actor(actor):
        raise NotHolderError
    return holder
