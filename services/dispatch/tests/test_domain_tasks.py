"""What an officer has to do next, and what his pages call it."""

from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

import pytest
from halo_dispatch.domain.items import ItemRow, ItemState
from halo_dispatch.domain.lists import AssignmentRow, RequestRow, ResidentRow, Standing, VisitRow
from halo_dispatch.domain.tasks import Step, Task
from halo_dispatch.pages import words
from halo_events.contract.dispatch import DeclineReason, DeliveryFailure, MissReason
from halo_events.contract.values import DocumentKind, Relation, TargetGroup
from hypothesis import given
from hypothesis import strategies as st

ID = UUID(int=1)
NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
REQUEST = RequestRow(
    request_id=ID, tracking_no="HP", kelurahan_code="32.75.09.1006", rw="001", rt=None, documents=("kia",),
    target_group=None, household_size=None, language="id",
    resident=ResidentRow("Warga Contoh", "+628881234567", "Jalan Contoh 1", None),
)  # fmt: skip
AHEAD, MADE, MISSED = VisitRow(ID, NOW, None, None), VisitRow(ID, NOW, NOW, None), VisitRow(ID, NOW, None, NOW)
NEEDED, WITH_OFFICER, AT_KELURAHAN = ItemState.NEEDED, ItemState.WITH_OFFICER, ItemState.AT_KELURAHAN
DELIVERED, REJECTED = ItemState.DELIVERED, ItemState.REJECTED
STATES = st.lists(st.sampled_from(ItemState), max_size=4)
VISITS = st.sampled_from([None, AHEAD, MADE, MISSED])


def task(
    *states: ItemState,
    visit: VisitRow | None = None,
    offered: bool = False,
    cancel: bool = False,
    due: bool = True,
    misses: int = 1,
) -> Task:
    """A task whose documents are so far."""
    items = tuple(ItemRow(ID, 1, UUID(int=place), DocumentKind.KIA, state, 0) for place, state in enumerate(states))
    state, due_at = ("offered", NOW if due else None) if offered else ("accepted", None)
    row = AssignmentRow(REQUEST, Standing(1, misses, cancel, latest_missed=visit is MISSED), state, due_at, NOW, visit)
    return Task(row, items, "Jatirasa")


class TestStep:
    @pytest.mark.parametrize(
        ("shown", "step"),
        [
            (task(offered=True), Step.ANSWER),
            (task(), Step.PLAN_VISIT),
            (task(visit=AHEAD), Step.VISIT),
            (task(visit=MISSED), Step.PLAN_VISIT),
            (task(visit=MISSED, misses=2), Step.AWAIT_CALL),
            (task(visit=MADE), Step.RECORD_NEED),
            (task(NEEDED, visit=MADE), Step.BRING_PAPERS),
            (task(NEEDED, visit=AHEAD), Step.VISIT),
            (task(NEEDED, WITH_OFFICER, visit=AHEAD), Step.DELIVER),
            (task(DELIVERED, NEEDED, visit=MADE), Step.BRING_PAPERS),
            (task(DELIVERED, AT_KELURAHAN, REJECTED, visit=MADE), Step.AWAIT_RESIDENT),
            (task(AT_KELURAHAN, NEEDED, visit=MADE), Step.BRING_PAPERS),
            (task(WITH_OFFICER, visit=MADE, cancel=True), Step.GIVE_BACK),
        ],
    )
    def test_step(self, shown: Task, step: Step) -> None:
        """It follows from the answer, the visit, and how far the documents are."""
        assert shown.step == step

    @given(states=STATES, visit=VISITS, offered=st.booleans(), cancel=st.booleans())
    def test_possible(self, states: list[ItemState], visit: VisitRow | None, *, offered: bool, cancel: bool) -> None:
        """Whatever the state, the page has the form for the step."""
        shown = task(*states, visit=visit, offered=offered, cancel=cancel)

        possible = {
            Step.ANSWER: shown.is_offered,
            Step.VISIT: shown.visit_ahead is not None,
            Step.DELIVER: bool(shown.with_officer),
            Step.AWAIT_RESIDENT: bool(shown.in_hand),
            Step.GIVE_BACK: cancel,
        }
        assert possible.get(shown.step, not shown.is_offered)

    def test_number(self) -> None:
        """Documents of the same kind are told apart by their numbers; the only one of its kind has none."""
        twins, only = task(NEEDED, NEEDED), task(NEEDED)

        assert [twins.number(item) for item in twins.items] == [1, 2]
        assert only.number(only.items[0]) is None

    def test_overdue(self) -> None:
        """An offer is overdue after its time, and what is held never is."""
        late = NOW.replace(hour=4)

        assert [task(offered=True).is_overdue(moment) for moment in (NOW, late)] == [False, True]
        assert not task(offered=True, due=False).is_overdue(late)
        assert not task().is_overdue(late)


@pytest.mark.parametrize(
    ("known", "codes"),
    [
        (words.STEPS, Step),
        (words.ITEM_STATES, ItemState),
        (words.DECLINE_REASONS, DeclineReason),
        (words.MISS_REASONS, MissReason),
        (words.FAILURES, DeliveryFailure),
        (words.RELATIONS, Relation),
        (words.TARGET_GROUPS, TargetGroup),
    ],
)
def test_words(known: words.Words, codes: type[StrEnum]) -> None:
    """Every code has its words in both languages, which differ."""
    assert set(known) == set(codes)
    assert all(indonesian and english and indonesian != english for indonesian, english in known.values())
