"""Who may touch a dossier."""

from uuid import UUID

from halo_events.contract.event import Actor, ActorRole
from halo_events.errors import NotYetError
from halo_events.runtime import Tx

from halo_documents.domain.dossiers import Dossier, Holder, Item, ItemState
from halo_documents.errors import (
    ItemUnknownError,
    NeedMissingError,
    NotHolderError,
    NotInRegisterError,
    OperatorIsCollectorError,
    RequestCancelledError,
    RoundOutdatedError,
    WrongStateError,
)
from halo_documents.repository import desk, facts, need

ACCEPTED = "assignment.accepted of the request"
"""What is missing while nobody is known to hold a request. Who accepted it may be faster than the topics."""


async def require_holder(tx: Tx, request_id: UUID, actor: Actor) -> Holder:
    """The officer who holds the request, who must be the one who acts, and in the register.

    Raises NotYetError, NotHolderError, NotInRegisterError, RequestCancelledError.
    """
    return _checked(await _known(tx, request_id, await facts.find_holder(tx, request_id)), actor)


async def lock_holder(tx: Tx, request_id: UUID, actor: Actor, round_meant: int | None = None) -> Holder:
    """The same, and the request's other steps wait for this transaction.

    Where the caller says which round he means, raises also RoundOutdatedError, and NotYetError for one that is not
    known here.
    """
    return _checked(await lock_last_holder(tx, request_id), actor, round_meant)


async def lock_last_holder(tx: Tx, request_id: UUID) -> Holder:
    """Who held the request last; its steps wait for this transaction. Raises NotYetError, RequestCancelledError."""
    return await _known(tx, request_id, await facts.lock_holder(tx, request_id))


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


async def take_item(tx: Tx, item_id: UUID, actor: Actor, *expected: ItemState) -> Item:
    """The item, whose other steps wait; who collected its papers may not decide upon it.

    Raises ItemUnknownError, OperatorIsCollectorError, RequestCancelledError, WrongStateError.
    """
    return require_at_desk(await desk.lock_item(tx, item_id), actor.id, *expected)


def require_at_desk(item: Item | None, operator_id: str | None, *expected: ItemState) -> Item:
    """The item, where this operator may decide upon it and it is in one of these states. Raises as `take_item`."""
    if item is None:
        raise ItemUnknownError
    if item.was_collected_by(operator_id):
        raise OperatorIsCollectorError
    if item.state is ItemState.CANCELLED:
        raise RequestCancelledError
    if item.state not in expected:
        raise WrongStateError(item.state, *expected)
    return item


async def _known(tx: Tx, request_id: UUID, holder: Holder | None) -> Holder:
    """A request may be cancelled before anybody accepted it."""
    cancelled = holder.cancelled if holder else await facts.is_request_cancelled(tx, request_id)
    if cancelled:
        raise RequestCancelledError
    if holder is None:
        raise NotYetError(ACCEPTED)
    return holder


def _checked(holder: Holder, actor: Actor, round_meant: int | None = None) -> Holder:
    meant = round_meant or holder.present_round
    # First of all: of a round that is not known here, nobody knows here who holds it.
    if meant > holder.present_round:
        raise NotYetError(ACCEPTED)
    if holder.has_left and holder.is_actor(actor):
        raise NotInRegisterError
    if meant < holder.present_round and holder.is_actor(actor):
        raise RoundOutdatedError
    if holder.released:
        raise NotYetError(ACCEPTED)
    if not holder.is_actor(actor):
        raise NotHolderError
    return holder
