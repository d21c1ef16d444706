"""Working time, the states of an assignment, the differences of a register."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from halo_dispatch.domain.assignments import Assignment, State
from halo_dispatch.domain.clocks import CLOSES, OPENS, accept_by, add_working_time, visit_can_be_at
from halo_dispatch.domain.items import ItemRow, ItemState, all_ended, all_rejected
from halo_dispatch.domain.register import Officer, compare_officers
from halo_dispatch.errors import AssignmentHeldError, NotAwaitedError, NotHolderError, NotOfferedError
from halo_service.local_time import WIB
from halo_service.workdays import is_working_day
from hypothesis import given
from hypothesis import strategies as st

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001 - bounds
AMOUNTS = st.timedeltas(timedelta(microseconds=1), timedelta(hours=60))


def working_time(start: datetime, end: datetime) -> timedelta:
    """How much working time lies between two moments, day by day."""
    total, day = timedelta(), start.astimezone(WIB).date()
    while day <= end.astimezone(WIB).date():
        if is_working_day(day):
            begin = max(start, datetime.combine(day, OPENS, WIB))
            total += max(min(end, datetime.combine(day, CLOSES, WIB)) - begin, timedelta())
        day += timedelta(days=1)
    return total


class TestAddWorkingTime:
    @pytest.mark.parametrize(
        ("start", "expected"),
        [
            (datetime(2026, 3, 17, 9, 30, tzinfo=WIB), datetime(2026, 3, 17, 11, 30, tzinfo=WIB)),
            (datetime(2026, 3, 17, 14, 0, tzinfo=WIB), datetime(2026, 3, 17, 16, 0, tzinfo=WIB)),
            (datetime(2026, 3, 17, 15, 0, tzinfo=WIB), datetime(2026, 3, 25, 9, 0, tzinfo=WIB)),
            (datetime(2026, 3, 16, 22, 0, tzinfo=UTC), datetime(2026, 3, 17, 10, 0, tzinfo=WIB)),
            (datetime(2026, 7, 10, 17, 0, tzinfo=WIB), datetime(2026, 7, 13, 10, 0, tzinfo=WIB)),
        ],
    )
    def test_two_hours(self, start: datetime, expected: datetime) -> None:
        """An offer's two hours pass within working time only."""
        assert accept_by(start) == expected

    @given(MOMENTS, AMOUNTS)
    def test_ends_in_working_time(self, start: datetime, amount: timedelta) -> None:
        """The result is a moment of a working day, after it opens and not after it closes."""
        end = add_working_time(start, amount)

        assert is_working_day(end.date())
        assert time(8) < end.time() <= time(16)

    @given(MOMENTS, AMOUNTS)
    def test_exact_amount(self, start: datetime, amount: timedelta) -> None:
        """Exactly the asked amount of working time lies between start and result."""
        assert working_time(start, add_working_time(start, amount)) == amount

    @given(MOMENTS, MOMENTS, AMOUNTS)
    def test_monotone_in_start(self, one: datetime, other: datetime, amount: timedelta) -> None:
        """Who starts later is never due earlier."""
        early, late = sorted((one, other))

        assert add_working_time(early, amount) <= add_working_time(late, amount)

    @given(MOMENTS, AMOUNTS, AMOUNTS)
    def test_additive(self, start: datetime, first: timedelta, second: timedelta) -> None:
        """Two amounts after each other are their sum, so that a clock may be paused and go on."""
        assert add_working_time(add_working_time(start, first), second) == add_working_time(start, first + second)

    @pytest.mark.parametrize("amount", [timedelta(), timedelta(hours=-1)])
    def test_amount_must_be_positive(self, amount: timedelta) -> None:
        """Nothing or less than nothing is no amount of working time."""
        with pytest.raises(ValueError, match="positive"):
            add_working_time(datetime(2026, 3, 17, tzinfo=UTC), amount)

    def test_moment_needs_its_zone(self) -> None:
        """A moment without a time zone is refused rather than guessed."""
        with pytest.raises(ValueError, match="time zone"):
            add_working_time(datetime(2026, 3, 17), timedelta(hours=1))  # noqa: DTZ001 - what is tested


class TestVisitCanBeAt:
    @pytest.mark.parametrize(
        ("ahead", "expected"),
        [
            (timedelta(), False),
            (timedelta(seconds=-1), False),
            (timedelta(seconds=1), True),
            (timedelta(days=30), True),
            (timedelta(days=30, seconds=1), False),
        ],
    )
    def test_window(self, ahead: timedelta, expected: bool) -> None:  # noqa: FBT001 - a table of cases
        """A visit lies ahead, by 30 days at most."""
        now = datetime(2026, 3, 17, 9, tzinfo=UTC)

        assert visit_can_be_at(now + ahead, now) is expected


def an_assignment(state: State, officer_id: UUID | None) -> Assignment:
    """An open assignment."""
    return Assignment(uuid4(), 1, state, officer_id, closed=False, cancelled=False, cancel_pending=False)


class TestAssignment:
    def test_holder(self) -> None:
        """Only who accepted holds a request; who is asked does not."""
        officer_id = uuid4()

        an_assignment(State.ACCEPTED, officer_id).must_be_held_by(officer_id)
        for other in (an_assignment(State.ACCEPTED, uuid4()), an_assignment(State.OFFERED, officer_id)):
            with pytest.raises(NotHolderError):
                other.must_be_held_by(officer_id)

    def test_declinable(self) -> None:
        """Who is asked may decline; who accepted or isn't asked may not."""
        officer_id = uuid4()

        an_assignment(State.OFFERED, officer_id).must_be_declinable_by(officer_id)
        with pytest.raises(AssignmentHeldError):
            an_assignment(State.ACCEPTED, officer_id).must_be_declinable_by(officer_id)
        with pytest.raises(NotOfferedError):
            an_assignment(State.OFFERED, uuid4()).must_be_declinable_by(officer_id)

    @pytest.mark.parametrize("state", [State.OFFERED, State.DECLINED, State.ACCEPTED])
    def test_only_what_waits_is_in_the_queue(self, state: State) -> None:
        """A coordinator offers only what waits in the queue."""
        an_assignment(State.AWAITED, None).must_be_awaited()
        with pytest.raises(NotAwaitedError):
            an_assignment(state, uuid4()).must_be_awaited()


class TestAllEnded:
    @pytest.mark.parametrize(
        ("states", "expected"),
        [
            ((), False),
            (("delivered",), True),
            (("delivered", "rejected"), True),
            (("rejected", "rejected"), True),
            (("delivered", "needed"), False),
            (("delivered", "with_officer"), False),
            (("delivered", "at_kelurahan"), False),
        ],
    )
    def test_round(self, states: tuple[str, ...], expected: bool) -> None:  # noqa: FBT001 - a table of cases
        """Nothing is left to bring of what was needed; documents of other rounds don't count."""
        rows = [ItemRow(UUID(int=1), 2, uuid4(), "kia", ItemState(state), 0) for state in states]
        earlier = ItemRow(UUID(int=1), 1, uuid4(), "kia", ItemState.REJECTED, 0)

        assert all_ended([earlier, *rows], 2) is expected
        assert all_rejected([earlier, *rows], 2) is (set(states) == {"rejected"})


def an_officer(number: int, phone: str = "+628881000001") -> Officer:
    """An officer of the register."""
    return Officer(UUID(int=number), "satgas_pamor", "32.75.09.1006", ("001",), True, "Petugas Contoh", phone, None)


class TestCompareOfficers:
    def test_differences(self) -> None:
        """New ones are registered, other ones changed, missing ones left; equal ones appear nowhere."""
        known = {UUID(int=number): an_officer(number) for number in (1, 2, 3)}

        found = compare_officers(known, [an_officer(4), an_officer(2, "+628881000002"), an_officer(1)])

        assert found.registered == (an_officer(4),)
        assert found.changed == (an_officer(2, "+628881000002"),)
        assert found.left == (UUID(int=3),)
