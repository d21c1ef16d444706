"""What documents says of items and papers."""

from typing import Final

from halo_events.contract.documents import (
    HandoverCompleted,
    NeedRecorded,
    PaperCleared,
    PaperQuarantined,
    PaperUploaded,
    VerificationRejected,
)
from halo_events.runtime import Fold, Tx, on, project

from halo_dispatch.repository import requests
from halo_dispatch.usecases.cancel import retain_if_ended


async def apply_need_recorded(fold: Fold, event: NeedRecorded) -> None:
    """These documents are to be delivered."""
    items = [(item.item_id, str(item.kind)) for item in event.items]
    await requests.insert_items(fold, event.request_id, event.round, items, fold.envelope.time)


async def apply_verification_rejected(fold: Fold, event: VerificationRejected) -> None:
    """This document is awaited no more."""
    await requests.update_item_rejected(fold, event.item_id, fold.envelope.time)


async def apply_handover_completed(fold: Fold, event: HandoverCompleted) -> None:
    """The officer has these documents in hand."""
    handover = requests.Handover(event.handover_id, event.request_id, event.officer_id, event.items)
    await requests.upsert_handed_items(fold, handover, fold.envelope.time)


async def apply_paper_uploaded(fold: Fold, event: PaperUploaded) -> None:
    """A paper's hash is known; it may become a proof of delivery."""
    await requests.upsert_paper_uploaded(
        fold,
        paper_id=event.paper_id,
        request_id=event.request_id,
        round_=event.round,
        purpose=event.purpose,
        sha256=event.sha256,
        at=fold.envelope.time,
    )


async def apply_paper_cleared(fold: Fold, event: PaperCleared) -> None:
    """A paper passed its checks."""
    await requests.upsert_paper_cleared(fold, event.paper_id, event.request_id, fold.envelope.time)


async def apply_paper_quarantined(fold: Fold, event: PaperQuarantined) -> None:
    """A paper failed its checks."""
    await requests.upsert_paper_quarantined(fold, event.paper_id, event.request_id, fold.envelope.time)


async def on_verification_rejected(tx: Tx, event: VerificationRejected) -> None:
    """With the last document that was left over it is too late to cancel."""
    await retain_if_ended(tx, event.request_id)


PROJECTIONS: Final = (
    project(NeedRecorded, apply_need_recorded),
    project(VerificationRejected, apply_verification_rejected),
    project(HandoverCompleted, apply_handover_completed),
    project(PaperUploaded, apply_paper_uploaded),
    project(PaperCleared, apply_paper_cleared),
    project(PaperQuarantined, apply_paper_quarantined),
)

DECISIONS: Final = (on(VerificationRejected, on_verification_rejected),)
