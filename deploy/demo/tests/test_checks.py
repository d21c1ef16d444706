from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import pytest
from halo_demo.checks.lives import check_lives
from halo_demo.checks.messages import TOLD, check_messages, check_told
from halo_demo.checks.papers import check_papers
from halo_demo.checks.requests import check_requests
from halo_demo.facts import Topics
from halo_demo.lives import Life
from halo_events.contract import dispatch, documents, intake, notify
from halo_events.contract.event import Event

Tell = Callable[[Sequence[Event]], Topics]

REQUEST: Final = "00000000-0000-0000-0000-000000000001"
MESSAGE: Final = "00000000-0000-0000-0000-00000000000a"
PAPERS: Final = {
    f"papers/{REQUEST}/00000000-0000-0000-0000-000000000005": "ab" * 32,
    f"papers/{REQUEST}/00000000-0000-0000-0000-000000000006": "ab" * 32,
}
FILED: Final = "11111111-1111-4111-8111-111111111111"
EXPECTED: Final = {
    "n": 1,
    "ref": "EO-1",
    "ce_id": FILED,
    "outcome": "delivered",
    "life": "straight",
    "documents": ["ktp_el"],
}


def answer(kind: str, **more: Any) -> dict[str, Any]:
    """Make an answer as e-OPen notes it down."""
    return {"kind": kind, "request_id": REQUEST, "source_ref": "EO-1", "causation_id": FILED, "reasons": []} | more


ANSWERS: Final = (answer("received"), answer("progressed"))
"""What a good record brings."""


def report(*answers: Mapping[str, Any]) -> dict[str, Any]:
    """Make e-OPen's report of one record."""
    return {"sent": [{"ref": "EO-1"}], "answers": list(answers), "followed": {"EO-1": ["delivered", "closed"]}}


def without(life: Sequence[Event], event_class: type[Event]) -> list[Event]:
    """Leave events of a class out."""
    return [event for event in life if not isinstance(event, event_class)]


class TestCheckLives:
    def test_as_meant(self, life: list[Event], tell: Tell) -> None:
        """Nothing speaks against a request that goes straight, as it was meant to."""
        assert check_lives([EXPECTED], tell(straight(life))) == []

    @pytest.mark.parametrize("meant", [Life.MISSED, Life.REJECTED, Life.HELD, Life.INFECTED])
    def test_another_way_than_meant(self, meant: Life, life: list[Event], tell: Tell) -> None:
        """A request that goes straight though something was to happen on its way is found."""
        against = check_lives([EXPECTED | {"life": meant}], tell(straight(life)))

        assert against == [f"EO-1: meant to be {meant}, and was not"]

    def test_a_detour_that_nobody_meant(self, topics: Topics) -> None:
        """What happens to a request though it was to go straight is found."""
        assert check_lives([EXPECTED], topics) == [
            "EO-1: declined, though not meant to be",
            "EO-1: returned, though not meant to be",
            "EO-1: revised, though not meant to be",
        ]


def straight(life: list[Event]) -> list[Event]:
    """Leave the detours of the whole life out."""
    for detour in (dispatch.AssignmentDeclined, dispatch.DeliveryReturned, documents.RevisionRequested):
        life = without(life, detour)
    return life


class TestCheckRequests:
    def test_delivered_once(self, topics: Topics) -> None:
        """Nothing speaks against a whole life."""
        assert check_requests([EXPECTED], report(*ANSWERS), topics) == []

    def test_answered_twice(self, topics: Topics) -> None:
        """A record that is sent again as it is, is not answered again."""
        against = check_requests([EXPECTED], report(*ANSWERS, answer("progressed")), topics)

        assert against == [f"record {FILED} (EO-1): 2 answers `progressed` beside `received` where one belongs"]

    def test_no_answer(self, topics: Topics) -> None:
        """Every record is answered."""
        assert check_requests([EXPECTED], report(), topics) == [
            f"record {FILED} (EO-1): 0 answers `received` where one belongs"
        ]

    def test_delivered_twice(self, life: list[Event], tell: Tell) -> None:
        """No document comes to the door twice."""
        again = next(event for event in life if isinstance(event, dispatch.DeliveryCompleted))

        against = check_requests([EXPECTED], report(*ANSWERS), tell([*life, again]))

        assert against == [
            f"EO-1 (request {REQUEST}): 2 of 1 documents delivered, closed 1 times",
            "item 00000000-0000-0000-0000-000000000004 was delivered 2 times",
        ]

    def test_never_closed(self, life: list[Event], tell: Tell) -> None:
        """A delivered request comes to its end."""
        against = check_requests([EXPECTED], report(*ANSWERS), tell(without(life, intake.RequestClosed)))

        assert against == [f"EO-1 (request {REQUEST}): 1 of 1 documents delivered, closed 0 times"]

    def test_refused_for_another_reason(self, tell: Tell) -> None:
        """The reason must be the expected one, in both languages."""
        wanted = EXPECTED | {"outcome": "refused", "reason": {"code": "nik_length", "field": "resident.nik"}}
        reasons = [{"code": "missing", "field": "rw", "message": {"id": "Wajib.", "en": ""}}]

        against = check_requests([wanted], report(answer("refused", reasons=reasons)), tell([]))

        assert against == [
            f"record {FILED} (EO-1): refused for [('missing', 'rw')], not for nik_length of resident.nik",
            f"record {FILED} (EO-1): a reason lacks its Indonesian or English words",
        ]

    def test_e_open_was_not_told(self, topics: Topics) -> None:
        """An outside backend needs nothing but request.progressed."""
        told = report(*ANSWERS) | {"followed": {"EO-1": ["received"]}}

        assert check_requests([EXPECTED], told, topics) == [
            "EO-1: e-OPen was told received, and not of its delivery and end"
        ]


class TestCheckMessages:
    ACCEPTED: Final = ({"kind": "sms", "message_id": MESSAGE, "outcome": "accepted"},)

    def test_sent_once(self, topics: Topics) -> None:
        """Nothing speaks against a message that was accepted once."""
        assert check_messages([*self.ACCEPTED], topics) == []

    def test_accepted_twice(self, topics: Topics) -> None:
        """Nobody is told the same thing twice."""
        assert check_messages([*self.ACCEPTED, *self.ACCEPTED], topics) == [f"message {MESSAGE}: accepted 2 times"]

    def test_sent_and_never_accepted(self, topics: Topics) -> None:
        """What is called sent was sent."""
        assert check_messages([], topics) == [f"message {MESSAGE}: called sent, never accepted"]

    def test_left_lying(self, life: list[Event], tell: Tell) -> None:
        """Something becomes of each message."""
        against = check_messages([], tell(without(life, notify.MessageSent)))

        assert against == [f"message {MESSAGE}: nothing became of it"]

    def test_too_many_unknown(self, life: list[Event], tell: Tell) -> None:
        """Of few messages may the fate stay unknown, unless a service was killed."""
        sent = next(event for event in life if isinstance(event, notify.MessageSent))
        unknown = notify.MessageUnknown(**sent.model_dump(), reason=notify.UnknownReason.ANSWER_LOST)
        told = tell([*without(life, notify.MessageSent), unknown])

        assert check_messages([], told) == ["1 messages of unknown fate, 0 at most belong"]
        assert check_messages([], told, 1) == check_messages([], told, None) == []

    def test_not_told(self, topics: Topics) -> None:
        """A resident who was told of one step only is found, with each step that is missing."""
        missing = ["delivery_failed", "delivery_returned", "revision_requested", *sorted(TOLD - {"delivery_completed"})]

        assert list(check_told(topics)) == [
            f"request {REQUEST}: the resident was never told {step}" for step in missing
        ]

    def test_officer_not_told(self, life: list[Event], tell: Tell) -> None:
        """An officer who was not told of a revision is found, unless the request waited in the queue."""
        life = without(life, dispatch.AssignmentAwaited)
        told = notify.MessageQueued(
            **next(event for event in life if isinstance(event, notify.MessageQueued)).model_dump()
            | {"recipient": notify.Recipient.OFFICER, "template": "papers_asked_again"}
        )
        number = 1 + next(place for place, event in enumerate(life) if isinstance(event, documents.RevisionRequested))
        line = f"request {REQUEST}: its officer was never told papers_asked_again"

        assert line in check_told(tell(life))
        assert line not in check_told(tell([*life, told.model_copy(update={"cause_id": f"event-{number}"})]))


class TestCheckPapers:
    def test_all_known(self, topics: Topics) -> None:
        """Nothing speaks against a bucket that holds what was told."""
        assert check_papers(PAPERS, topics) == []

    @pytest.mark.parametrize("name", PAPERS)
    def test_other_bytes(self, topics: Topics, name: str) -> None:
        """The hash is that of the bytes."""
        against = check_papers(PAPERS | {name: "cd" * 32}, topics)

        assert against == [
            f"paper {name[-36:]}: its bytes have another hash than was told",
            f"object {name}: has another hash than was told",
        ]

    def test_lost(self, topics: Topics) -> None:
        """What was told lies in the bucket."""
        first = next(iter(PAPERS))
        left = {name: sha256 for name, sha256 in PAPERS.items() if name != first}

        assert check_papers(left, topics) == [f"paper {first[-36:]}: not in the bucket"]

    def test_unknown(self, topics: Topics) -> None:
        """What lies in the bucket was told."""
        assert check_papers(PAPERS | {"papers/x/y": "cd" * 32}, topics) == ["object papers/x/y: no topic tells of it"]

    def test_unchecked(self, life: list[Event], tell: Tell) -> None:
        """Each paper is cleared or quarantined."""
        against = check_papers(PAPERS, tell(without(life, documents.PaperCleared)))

        assert "paper 00000000-0000-0000-0000-000000000005: must be either cleared or quarantined" in against
