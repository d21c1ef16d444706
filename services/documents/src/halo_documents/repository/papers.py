"""Papers, as the topic tells of them and as they are under way."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from halo_events.contract.documents import PaperCleared, PaperQuarantined, PaperUploaded, Purpose
from halo_events.runtime import Fold, Tx

from halo_documents.domain.papers import Announcement, Claim, MediaType, Paper, PaperState, Setback, Tally, Upload
from halo_documents.repository import SQL


async def insert_paper(fold: Fold, event: PaperUploaded, at: datetime) -> None:
    """Keep a paper that was read."""
    await fold.execute_one(
        SQL["insert_paper"],
        event.paper_id,
        event.request_id,
        event.round,
        str(event.purpose),
        event.item_id,
        event.row,
        event.sha256,
        event.size,
        event.media_type,
        at,
    )


async def update_paper_cleared(fold: Fold, event: PaperCleared, at: datetime) -> None:
    """Keep that a paper may be opened."""
    await fold.execute_one(SQL["update_paper_checked"], event.paper_id, PaperState.CLEARED, None, at)


async def update_paper_quarantined(fold: Fold, event: PaperQuarantined, at: datetime) -> None:
    """Keep that nobody may open a paper, and why."""
    await fold.execute_one(SQL["update_paper_checked"], event.paper_id, PaperState.QUARANTINED, str(event.reason), at)


async def count_papers(tx: Tx, request_id: UUID, round_number: int, purpose: Purpose) -> Tally:
    """How many papers a round has for a purpose: those that were read, and those announced and not forgotten."""
    row = await tx.fetchrow(SQL["count_papers"], request_id, round_number, str(purpose))
    return Tally(**row) if row else Tally(0, 0)


async def insert_upload(tx: Tx, upload: Upload) -> None:
    """Keep a paper that is to come."""
    said = upload.announced
    await tx.execute_one(
        SQL["insert_upload"],
        upload.paper_id,
        upload.request_id,
        upload.round,
        said.purpose,
        said.item_id,
        said.row,
        said.media_type,
        said.size,
        upload.officer_id,
        tx.now,
        upload.expires_at,
    )


async def find_upload(tx: Tx, paper_id: UUID) -> tuple[Upload, str] | None:
    """An upload and its state; None where there was none, or it was forgotten."""
    row = await tx.fetchrow(SQL["find_upload"], paper_id)
    return (_upload(row), row["state"]) if row else None


async def lock_upload(tx: Tx, paper_id: UUID) -> str | None:
    """State of an upload, which now waits for this transaction; None where it was forgotten."""
    state: str | None = await tx.fetchval(SQL["lock_upload"], paper_id)
    return state


async def update_uploads_withdrawn(tx: Tx, request_id: UUID, round_number: int, items: Sequence[UUID]) -> None:
    """Let what is still awaited for these items lapse."""
    await tx.execute(SQL["update_uploads_withdrawn"], items, request_id, round_number)


async def update_upload_stored(tx: Tx, paper_id: UUID) -> None:
    """Let the workers have an awaited upload. Raises RowCountError where it is not awaited."""
    await tx.execute_one(SQL["update_upload_stored"], paper_id, tx.now)


async def claim_uploads(tx: Tx, lease_until: datetime, limit: int) -> Sequence[Claim]:
    """Lease the oldest stored uploads that nobody else has."""
    return [_claim(row) for row in await tx.fetch(SQL["claim_uploads"], tx.now, lease_until, limit)]


async def update_uploads_released(tx: Tx, claims: Sequence[Claim]) -> None:
    """Give leases back before their end, without counting a try."""
    await tx.execute(SQL["update_uploads_released"], *_leases(claims), tx.now)


async def update_uploads_checked(tx: Tx, claims: Sequence[Claim]) -> frozenset[UUID]:
    """End uploads whose leases still hold; their papers."""
    rows = await tx.fetch(SQL["update_uploads_checked"], *_leases(claims))
    return frozenset(row["paper_id"] for row in rows)


async def update_uploads_awaited(tx: Tx, setbacks: Sequence[Setback]) -> None:
    """Await uploads again whose leases still hold, and keep why."""
    leases = _leases([setback.claim for setback in setbacks])
    await tx.execute(SQL["update_uploads_awaited"], *leases, [setback.problem for setback in setbacks])


async def update_uploads_expired(tx: Tx, limit: int) -> int:
    """Mark awaited uploads whose forms have lapsed, the oldest first; how many."""
    return await tx.execute(SQL["update_uploads_expired"], tx.now, limit)


async def delete_uploads_cleared(tx: Tx, before: datetime, limit: int) -> int:
    """Delete uploads that were announced before a moment and whose papers were cleared; how many."""
    return await tx.execute(SQL["delete_uploads_cleared"], before, limit)


async def list_uploads_uncleared(tx: Tx, before: datetime, limit: int) -> Sequence[Upload]:
    """Uploads that were announced before a moment and lapsed or were quarantined, the oldest first."""
    return [_upload(row) for row in await tx.fetch(SQL["list_uploads_uncleared"], before, limit)]


async def delete_uploads(tx: Tx, uploads: Sequence[Upload]) -> None:
    """Delete uploads that have come to their end. Those that are gone already are no error."""
    await tx.execute(SQL["delete_uploads"], [upload.paper_id for upload in uploads])


async def find_paper(tx: Tx, paper_id: UUID) -> Paper | None:
    """A paper as a reader sees it."""
    row = await tx.fetchrow(SQL["find_paper"], paper_id)
    return _paper(row) if row else None


async def list_papers(tx: Tx, request_id: UUID, round_number: int) -> Sequence[Paper]:
    """The papers of a round, the oldest first."""
    return [_paper(row) for row in await tx.fetch(SQL["list_papers"], request_id, round_number)]


async def list_cleared_rows(tx: Tx, request_id: UUID, round_number: int) -> Mapping[UUID, frozenset[str]]:
    """The rows of each item for which a cleared paper lies in the dossier."""
    return _by_item(await tx.fetch(SQL["list_cleared_rows"], request_id, round_number))


async def list_stored_rows(tx: Tx, request_id: UUID, round_number: int) -> Mapping[UUID, frozenset[str]]:
    """The rows of each item for which a paper waits for its check."""
    return _by_item(await tx.fetch(SQL["list_stored_rows"], request_id, round_number))


def _by_item(rows: Sequence[Any]) -> Mapping[UUID, frozenset[str]]:
    found: defaultdict[UUID, set[str]] = defaultdict(set)
    for row in rows:
        found[row["item_id"]].add(row["row_code"])
    return {item_id: frozenset(codes) for item_id, codes in found.items()}


def _leases(claims: Sequence[Claim]) -> tuple[list[UUID], list[datetime]]:
    return [claim.upload.paper_id for claim in claims], [claim.lease_until for claim in claims]


def _claim(row: Any) -> Claim:  # noqa: ANN401 - asyncpg's record maps names to anything
    return Claim(_upload(row), row["stored_at"], row["due_at"], row["attempts"])


def _upload(row: Any) -> Upload:  # noqa: ANN401 - asyncpg's record maps names to anything
    announced = Announcement(
        purpose=Purpose(row["purpose"]),
        media_type=MediaType(row["media_type"]),
        size=row["size"],
        item_id=row["item_id"],
        row=row["row_code"],
    )
    return Upload(
        paper_id=row["paper_id"],
        request_id=row["request_id"],
        round=row["round"],
        announced=announced,
        officer_id=row["officer_id"],
        expires_at=row["expires_at"],
    )


def _paper(row: Any) -> Paper:  # noqa: ANN401 - asyncpg's record maps names to anything
    return Paper(
        paper_id=row["paper_id"],
        request_id=row["request_id"],
        purpose=row["purpose"],
        item_id=row["item_id"],
        row=row["row_code"],
        media_type=row["media_type"],
        size=row["size"],
        state=_SHOWN.get(row["state"]) or PaperState(row["state"]),
        reason=row["reason"],
        sha256=row["sha256"],
        superseded_at=row["superseded_at"],
    )


_SHOWN = {"uploaded": PaperState.STORED, "checked": PaperState.STORED}
"""States in which a paper's check has not been told yet: to a reader it is stored."""
