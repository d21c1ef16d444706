"""The service point: verify, issue, print, item by item and strictly in this order."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from halo_events.contract import documents
from halo_events.contract.event import Actor
from halo_events.runtime import Tx
from halo_service.nik import holds_personal_number

from halo_documents.domain.dossiers import CARDS, Item, ItemState
from halo_documents.errors import (
    BlankSerialMissingError,
    BlankSerialTakenError,
    IssueNumberTakenError,
    ItemHeldError,
    PersonalNumberError,
)
from halo_documents.repository import desk
from halo_documents.usecases import access

_FROM_THE_START: Final = (datetime(1, 1, 1, tzinfo=UTC), UUID(int=0))


async def list_desk(
    tx: Tx, state: ItemState, after: tuple[datetime, UUID] | None, limit: int, kelurahan_code: str | None = None
) -> Sequence[Item]:
    """Items that wait in a state of the desk, of one kelurahan or of all, those that wait longest first."""
    return await desk.list_desk(tx, state, after or _FROM_THE_START, limit, kelurahan_code)


async def count_desk(tx: Tx, kelurahan_code: str | None = None) -> Mapping[str, int]:
    """How many items wait in each state of the desk."""
    return await desk.count_desk(tx, kelurahan_code)


async def verify_item(tx: Tx, item_id: UUID, actor: Actor) -> ItemState:
    """Find an item's papers in order. Raises as `take_open_item`."""
    item = await take_open_item(tx, item_id, actor, ItemState.SUBMITTED)
    await tx.emit(
        documents.VerificationPassed(
            occurred_at=tx.now, request_id=item.request_id, round=item.round, actor=actor, item_id=item_id
        )
    )
    return ItemState.VERIFIED


async def issue_item(tx: Tx, item_id: UUID, issue_number: str, actor: Actor) -> ItemState:
    """Give an item its number. Raises as `verify_item`, IssueNumberTakenError and PersonalNumberError."""
    item = await take_open_item(tx, item_id, actor, ItemState.VERIFIED)
    if holds_personal_number(issue_number):
        raise PersonalNumberError
    if await desk.has_issue_number(tx, item, issue_number):
        raise IssueNumberTakenError
    await tx.emit(
        documents.DocumentIssued(
            occurred_at=tx.now,
            request_id=item.request_id,
            round=item.round,
            actor=actor,
            item_id=item_id,
            issue_number=issue_number,
        )
    )
    return ItemState.ISSUED


async def print_item(tx: Tx, item_id: UUID, blank_serial: str | None, actor: Actor) -> ItemState:
    """Print an item, cards on a numbered blank.

    Raises as `verify_item`, BlankSerialMissingError, BlankSerialTakenError and PersonalNumberError.
    """
    item = await take_open_item(tx, item_id, actor, ItemState.ISSUED)
    if blank_serial is None and item.kind in CARDS:
        raise BlankSerialMissingError
    if blank_serial is not None and holds_personal_number(blank_serial):
        raise PersonalNumberError
    if blank_serial is not None and await desk.has_blank_serial(tx, item, blank_serial):
        raise BlankSerialTakenError
    await tx.emit(
        documents.DocumentPrinted(
            occurred_at=tx.now,
            request_id=item.request_id,
            round=item.round,
            actor=actor,
            item_id=item_id,
            print_count=item.print_count + 1,
            blank_serial=blank_serial,
        )
    )
    return ItemState.PRINTED


async def take_open_item(tx: Tx, item_id: UUID, actor: Actor, expected: ItemState) -> Item:
    """The item for the next step, which is not on hold. Raises as `access.take_item`, and ItemHeldError."""
    item = await access.take_item(tx, item_id, actor, expected)
    if item.held_reason is not None:
        raise ItemHeldError
    return item
