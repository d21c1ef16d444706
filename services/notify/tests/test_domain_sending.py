from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from halo_events.contract.notify import (
    FailureReason,
    MessageChannel,
    MessageFailed,
    MessageSent,
    MessageUnknown,
    Recipient,
    UnknownReason,
)
from halo_events.contract.values import Language
from halo_notify.domain import sending
from halo_notify.domain.messages import message_id
from halo_notify.domain.people import Address, Addressee, choose_address, readable_language, spoken_number
from halo_notify.domain.rule import MAIL_FIRST, SMS_FIRST
from halo_notify.domain.sending import Leased, Outcome, Verdict
from halo_service.process import DRAIN

NOON = datetime(2026, 8, 10, 5, 0, tzinfo=UTC)
MOBILE = "+6281234567890"
LANDLINE = "+622188888888"


class TestAddresses:
    @pytest.mark.parametrize(
        ("phone", "email", "channels", "chosen"),
        [
            (MOBILE, "a@b.test", SMS_FIRST, Address(MessageChannel.SMS, MOBILE)),
            (MOBILE, "a@b.test", MAIL_FIRST, Address(MessageChannel.EMAIL, "a@b.test")),
            (MOBILE, None, MAIL_FIRST, Address(MessageChannel.SMS, MOBILE)),
            (LANDLINE, "a@b.test", SMS_FIRST, Address(MessageChannel.EMAIL, "a@b.test")),
            (LANDLINE, None, SMS_FIRST, None),
            ("+6512345678", None, SMS_FIRST, None),
            ("+62999", None, SMS_FIRST, None),
            (LANDLINE, "s\u00e9@b.test", SMS_FIRST, None),
            (None, None, MAIL_FIRST, None),
        ],
    )
    def test_choice(
        self, phone: str | None, email: str | None, channels: tuple[MessageChannel, ...], chosen: Address | None
    ) -> None:
        """The first channel that reaches the person: SMS only to Indonesian mobiles, e-mail only in ASCII."""
        assert choose_address(Addressee(None, phone, email, Language.INDONESIAN), channels) == chosen

    def test_spoken_number(self) -> None:
        """Numbers are shown as people dial them; what is no number stays."""
        assert spoken_number(MOBILE) == "0812-3456-7890"
        assert spoken_number("+6512345678") == "+6512345678"
        assert spoken_number("+") == "+"

    def test_language(self) -> None:
        """A language without templates is answered in Indonesian."""
        assert [readable_language(word) for word in ("id", "en", "su")] == ["id", "en", "id"]


class TestMessageId:
    def test_same_cause(self) -> None:
        """The same cause, recipient and template make the same message; another of them another."""
        one = message_id("e-1", Recipient.RESIDENT, "request_received")

        assert one == message_id("e-1", Recipient.RESIDENT, "request_received")
        assert one != message_id("e-2", Recipient.RESIDENT, "request_received")
        assert one != message_id("e-1", Recipient.OFFICER, "request_received")


def leased(attempts: int = 0, first_tried_at: datetime | None = None) -> Leased:
    """A message on its way."""
    return Leased(uuid4(), uuid4(), 2, attempts, first_tried_at)


class TestNextTry:
    @pytest.mark.parametrize("verdict", [Verdict.ACCEPTED, Verdict.REFUSED, Verdict.LOST])
    def test_settled(self, verdict: Verdict) -> None:
        """What was taken, refused or perhaps taken is never sent again."""
        assert sending.next_try(leased(), Outcome(verdict), NOON) is None

    def test_away(self) -> None:
        """The first attempts that sent nothing are repeated soon."""
        assert sending.next_try(leased(), Outcome(Verdict.AWAY), NOON) == NOON + timedelta(seconds=5)

    def test_retry_after(self) -> None:
        """A gateway that asks for a longer pause gets it."""
        outcome = Outcome(Verdict.AWAY, timedelta(minutes=3))

        assert sending.next_try(leased(), outcome, NOON) == NOON + timedelta(minutes=3)

    def test_not_tried(self) -> None:
        """What was not tried is due at once, however late it is."""
        old = leased(9, NOON - timedelta(days=1))

        assert sending.next_try(old, Outcome(Verdict.NOT_TRIED), NOON) == NOON

    def test_an_hour(self) -> None:
        """Trying ends after an hour, in a bounded number of attempts."""
        now, attempts = NOON, 0
        while due_at := sending.next_try(leased(attempts, NOON), Outcome(Verdict.AWAY), now):
            now, attempts = due_at, attempts + 1

        assert now - NOON <= sending.TRY_FOR
        assert attempts < 15

    def test_late_first_attempt(self) -> None:
        """The hour begins with the first attempt, not with the queue: a message that waited long is tried again too."""
        assert sending.next_try(leased(0, None), Outcome(Verdict.AWAY), NOON + timedelta(days=1)) is not None


class TestSettled:
    @pytest.mark.parametrize(
        ("verdict", "kind", "reason"),
        [
            (Verdict.ACCEPTED, MessageSent, None),
            (Verdict.REFUSED, MessageFailed, FailureReason.REFUSED_BY_GATEWAY),
            (Verdict.AWAY, MessageFailed, FailureReason.GATEWAY_AWAY),
            (Verdict.LOST, MessageUnknown, UnknownReason.ANSWER_LOST),
        ],
    )
    def test_fact(self, verdict: Verdict, kind: type, reason: str | None) -> None:
        """Each verdict leaves its fact, of the message's own round."""
        event: Any = sending.settled(leased(), verdict, NOON)

        assert type(event) is kind
        assert getattr(event, "reason", None) == reason
        assert event.round == 2

    def test_not_tried(self) -> None:
        """What was not tried leaves no fact."""
        with pytest.raises(ValueError, match="not tried"):
            sending.settled(leased(), Verdict.NOT_TRIED, NOON)

    def test_times(self) -> None:
        """A lease outlasts the last call of its batch and its settling; a stopping process waits for both."""
        assert timedelta(seconds=DRAIN) > sending.START_WITHIN + sending.CALL_WITHIN
        assert sending.START_WITHIN + sending.CALL_WITHIN < sending.SETTLE_WITHIN < sending.LEASE
