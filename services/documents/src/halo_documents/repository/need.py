"""Dossiers and their items."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from halo_events.contract.documents import DossierSubmitted, NeedRecorded
from halo_events.contract.values import DocumentKind
from halo_events.runtime import Fold, RowCountError, Tx

from halo_documents.domain.dossiers import Dossier, Item, ItemState, RevisedRow
from halo_documents.repository import SQL


def as_item(row: Any) -> Item:  # noqa: ANN401 - asyncpg's record maps names to anything
    """An item from a row of any statement that lists items."""
    fields = dict(row)
    return Item(**{**fields, "kind": DocumentKind(fields["kind"]), "state": ItemState(fields["state"])})


async def insert_dossier(fold: Fold, event: NeedRecorded, at: datetime) -> None:
    """Keep a dossier and its items."""
    await fold.execute_one(
        SQL["insert_dossier"], event.request_id, event.round, event.officer_id, event.checklist_version, at
    )
    ids = [item.item_id for item in event.items]
    kinds = [str(item.kind) for item in event.items]
    await fold.execute(SQL["insert_items"], ids, kinds, event.request_id, event.round, at)


async def update_items_submitted(fold: Fold, event: DossierSubmitted, at: datetime) -> None:
    """Move items to the desk. Raises RowCountError unless all of them are the request's."""
    touched = await fold.execute(SQL["update_items_submitted"], event.request_id, event.items, at)
    if touched != len(event.items):
        raise RowCountError(touched)


async def find_dossier(tx: Tx, request_id: UUID, round_number: int) -> Dossier | None:
    """The dossier of a round; None until its need is recorded."""
    row = await tx.fetchrow(SQL["find_dossier"], request_id, round_number)
    return Dossier(**row) if row else None


async def find_item_state(tx: Tx, item_id: UUID) -> ItemState | None:
    """How far an item is, up to the officer's hands, or that it was rejected."""
    state = await tx.fetchval(SQL["find_item_state"], item_id)
    return ItemState(state) if state else None


async def list_items(tx: Tx, request_id: UUID, round_number: int) -> Sequence[Item]:
    """The items of a dossier, in the order in which they were recorded."""
    return [as_item(row) for row in await tx.fetch(SQL["list_items"], request_id, round_number)]


async def find_item_request(tx: Tx, item_id: UUID) -> UUID | None:
    """The request of an item."""
    request_id: UUID | None = await tx.fetchval(SQL["find_item_request"], item_id)
    return request_id


async def find_item_place(tx: Tx, item_id: UUID) -> tuple[UUID, int] | None:
    """The request of an item, and the round."""
    row = await tx.fetchrow(SQL["find_item_place"], item_id)
    return (row["request_id"], row["round"]) if row else None


async def list_revised_rows(tx: Tx, request_id: UUID, round_number: int) -> Sequence[RevisedRow]:
    """What the latest revision of each item of a round asked for again."""
    rows = await tx.fetch(SQL["list_revised_rows"], request_id, round_number)
    return [RevisedRow(row["item_id"], row["row_code"], row["reason"], row["requested_at"]) for row in rows]
