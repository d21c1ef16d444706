"""Which documents an officer has in hand."""

from collections.abc import Collection, Sequence
from uuid import UUID

from halo_events.errors import NotYetError
from halo_service.problems import BusinessError, FieldProblem

from halo_dispatch.domain.items import IN_HAND, ItemRow, ItemState
from halo_dispatch.errors import AlreadyDeliveredError, ItemRejectedError, ItemUnknownError


def must_be_in_hand(items: Sequence[UUID], known: Sequence[ItemRow], round_: int) -> None:
    """Raise unless all these documents can be delivered in this round; `known` are all of the request.

    Raises AlreadyDeliveredError, ItemRejectedError, ItemUnknownError; NotYetError while need or handover is not
    known here.
    """
    states = {row.item_id: row.state for row in known}
    current = {row.item_id for row in known if row.round == round_}
    refuse_items(AlreadyDeliveredError, items, {one for one in items if states.get(one) is ItemState.DELIVERED})
    refuse_items(ItemRejectedError, items, {one for one in items if states.get(one) is ItemState.REJECTED})
    refuse_items(ItemUnknownError, items, {one for one in items if current and one not in current})
    if any(states.get(one) not in IN_HAND for one in items):
        raise NotYetError("handover.completed of every item")


def refuse_items(error: type[BusinessError], items: Sequence[UUID], refused: Collection[UUID]) -> None:
    """Raise this error, naming the refused ones by their places among the items; none refused is well."""
    if refused:
        indonesian, english = error.message
        raise error(
            fields=[
                FieldProblem(f"items.{place}", error.code, english, indonesian)
                for place, item_id in enumerate(items)
                if item_id in refused
            ]
        )
