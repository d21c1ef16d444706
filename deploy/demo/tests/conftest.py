"""One request's whole life as facts, made by hand."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final
from uuid import UUID

import pytest
from halo_demo.facts import Fact, Topics
from halo_events.contract import dispatch, documents, intake, notify
from halo_events.contract.event import SYSTEM, Event
from halo_events.contract.values import Bilingual, Channel, DocumentKind, Resident
from halo_events.envelope import Envelope

BEGIN: Final = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
REQUEST: Final = UUID(int=1)
OFFICER: Final = UUID(int=2)
COORDINATOR: Final = UUID(int=3)
ITEM: Final = UUID(int=4)
PAPER: Final = UUID(int=5)
PHOTO: Final = UUID(int=6)
HANDOVER: Final = UUID(int=7)
DELIVERY: Final = UUID(int=8)
VISIT: Final = UUID(int=9)
MESSAGE: Final = UUID(int=10)
KELURAHAN: Final = "32.75.09.1006"
SHA256: Final = "ab" * 32
FILED: Final = "11111111-1111-4111-8111-111111111111"


def tell(events: Sequence[Event]) -> Topics:
    """Record events one second apart, each caused by e-OPen's record."""
    numbers = count(1)
    return Topics(tuple(_fact(event, next(numbers)) for event in events))


def _fact(event: Event, number: int) -> Fact:
    envelope = Envelope(
        id=f"event-{number}",
        source=f"/halopamor/{event.topic.owner}",
        type=event.type,
        time=BEGIN + timedelta(seconds=number),
        subject=event.key,
        sequence=f"{number:020d}",
        causation_id=FILED,
    )
    return Fact(envelope, event, partition=0, offset=number)


def whole_life() -> list[Event]:
    """List what happens to a request for one KTP-el from its arrival to its end."""
    return [*_register(), *_assigning(), *_collecting(), *_printing(), *_delivering()]


def _about() -> dict[str, object]:
    return {"occurred_at": BEGIN, "actor": SYSTEM, "request_id": REQUEST}


def _register() -> Iterator[Event]:
    for officer_id, role in ((OFFICER, "satgas_pamor"), (COORDINATOR, "coordinator")):
        yield dispatch.OfficerRegistered.model_validate(
            {
                "occurred_at": BEGIN,
                "actor": SYSTEM,
                "officer_id": officer_id,
                "role": role,
                "kelurahan_code": KELURAHAN,
                "rws": ("007",) if role == "satgas_pamor" else (),
                "on_duty": True,
                "person": {"name": "Petugas Contoh", "phone": "+628881000001"},
            }
        )


def _assigning() -> Iterator[Event]:
    resident = Resident(name="Contoh Melati", nik="3275990101900001", phone="+628882000001", address="Jl. Contoh 1")
    yield intake.RequestReceived(
        **_about(),
        tracking_no="HP26-AAAA-AAA-A",
        channel=Channel.EOPEN,
        source_ref="EO-1",
        documents=(DocumentKind.KTP_EL,),
        kelurahan_code=KELURAHAN,
        rw="007",
        resident=resident,
    )
    yield dispatch.AssignmentAwaited(
        **_about(), kelurahan_code=KELURAHAN, reason=dispatch.AwaitReason.UNKNOWN_RW, coordinator_id=COORDINATOR
    )
    offer = {"officer_id": OFFICER, "level": dispatch.Level.KELURAHAN, "due_at": BEGIN + timedelta(hours=2)}
    yield dispatch.AssignmentOffered(**_about(), **offer, reason=dispatch.OfferReason.CHOSEN_BY_COORDINATOR)
    yield dispatch.AssignmentDeclined(**_about(), officer_id=OFFICER, reason=dispatch.DeclineReason.ILL)
    yield dispatch.AssignmentOffered(**_about(), **offer, reason=dispatch.OfferReason.CHOSEN_BY_COORDINATOR)
    yield dispatch.AssignmentAccepted(**_about(), officer_id=OFFICER)


def _collecting() -> Iterator[Event]:
    yield dispatch.VisitScheduled(**_about(), visit_id=VISIT, officer_id=OFFICER, visit_at=BEGIN + timedelta(hours=3))
    yield dispatch.VisitMade(**_about(), visit_id=VISIT, officer_id=OFFICER)
    item = documents.Item(item_id=ITEM, kind=DocumentKind.KTP_EL)
    yield documents.NeedRecorded(**_about(), officer_id=OFFICER, items=(item,), checklist_version="2026-01")
    paper = {"sha256": SHA256, "size": 9, "media_type": "image/jpeg"}
    requirement = {"purpose": documents.Purpose.REQUIREMENT, "item_id": ITEM, "row": "kk"}
    yield documents.PaperUploaded(**_about(), **paper, **requirement, paper_id=PAPER)
    yield documents.PaperCleared(**_about(), paper_id=PAPER, checks=("type",))
    yield documents.DossierSubmitted(**_about(), items=(ITEM,))


def _printing() -> Iterator[Event]:
    again = documents.RevisionRow(row="kk", reason=documents.RevisionReason.UNREADABLE)
    yield documents.RevisionRequested(**_about(), item_id=ITEM, rows=(again,))
    yield documents.DossierSubmitted(**_about(), items=(ITEM,))
    yield documents.VerificationPassed(**_about(), item_id=ITEM)
    yield documents.DocumentIssued(**_about(), item_id=ITEM, issue_number="CONTOH-1")
    yield documents.DocumentPrinted(**_about(), item_id=ITEM, print_count=1, blank_serial="CONTOH-B-1")
    yield documents.HandoverCompleted(
        **_about(), handover_id=HANDOVER, items=(ITEM,), officer_id=OFFICER, operator_id="operator-1"
    )


def _delivering() -> Iterator[Event]:
    photo = {"sha256": SHA256, "size": 9, "media_type": "image/jpeg", "purpose": documents.Purpose.DELIVERY_PROOF}
    yield documents.PaperUploaded(**_about(), **photo, paper_id=PHOTO)
    yield documents.PaperCleared(**_about(), paper_id=PHOTO, checks=("type",))
    vain = {"officer_id": OFFICER, "items": (ITEM,)}
    yield dispatch.DeliveryFailed(**_about(), **vain, reason=dispatch.DeliveryFailure.NOBODY_HOME, tries=3)
    yield dispatch.DeliveryReturned(**_about(), **vain, kelurahan_code=KELURAHAN)
    yield dispatch.DeliveryCompleted(
        **_about(),
        delivery_id=DELIVERY,
        officer_id=OFFICER,
        items=(ITEM,),
        relation="self",
        receiver=dispatch.Receiver(name="Contoh Melati"),
        proof=dispatch.PhotoProof(paper_id=PHOTO, sha256=SHA256),
    )
    yield notify.MessageQueued(
        **_about(),
        message_id=MESSAGE,
        cause_type=dispatch.DeliveryCompleted.type,
        cause_id="event-1",
        recipient=notify.Recipient.RESIDENT,
        channel=notify.MessageChannel.SMS,
        template="delivery_completed",
        language="id",
    )
    yield notify.MessageSent(**_about(), message_id=MESSAGE)
    yield intake.RequestCancelRequested(**_about(), reason=intake.CancelReason.OTHER)
    yield dispatch.AssignmentRetained(**_about(), reason=dispatch.RetainReason.DELIVERED)
    yield intake.RequestClosed(**_about(), closed_by=intake.ClosedBy.TIMER)
    yield intake.RequestProgressed(
        **_about(),
        tracking_no="HP26-AAAA-AAA-A",
        channel=Channel.EOPEN,
        source_ref="EO-1",
        status=intake.PublicStatus.CLOSED,
        since=BEGIN,
        next=Bilingual(id="Selesai.", en="Done."),
    )


@pytest.fixture(name="tell")
def tell_fixture() -> Callable[[Sequence[Event]], Topics]:
    """Records events as the topics would tell them."""
    return tell


@pytest.fixture
def life() -> list[Event]:
    """The events of one whole life, for a test to change."""
    return whole_life()


@pytest.fixture
def topics(life: list[Event]) -> Topics:
    """The same, as the topics tell it."""
    return tell(life)
