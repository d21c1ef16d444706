import re
from datetime import UTC, datetime
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest
from halo_events.contract.dispatch import DeliveryCompleted
from halo_events.contract.documents import DossierSubmitted, HandoverCompleted
from halo_events.contract.event import Code, Text
from halo_events.contract.notify import Recipient
from halo_events.contract.values import Language
from halo_notify.domain.rules import RULES, Rule, rules_for
from halo_notify.domain.texts import (
    GSM_7,
    MAX_SEGMENTS,
    Facts,
    clean_name,
    render_mail,
    render_sms,
    segments,
    sms_name,
    spoken_time,
)
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

if TYPE_CHECKING:
    from conftest import Story

NOON = datetime(2026, 8, 10, 5, 0, tzinfo=UTC)
LONGEST_NUMBER = "A" * 100


def facts_of(rule: Rule[Any], **values: Any) -> Facts:
    """The facts that a row of the table gives its templates, and no more."""
    known: dict[str, Any] = {"tracking_no": "HP-26-000123-4", "rw": "007"}
    if rule.officer:
        known |= {"officer_name": "Sari Contoh", "officer_phone": "0812-3456-7890"}
    if rule.when:
        known["when"] = NOON
    if rule.reason:
        known["reason"] = "unknown_rw"
    if rule.items:
        known["documents"] = 10
    return Facts(**(known | values))


def is_legal(adapter: TypeAdapter[str], text: str) -> bool:
    """Whether the contract takes a text."""
    try:
        return adapter.validate_python(text) == text
    except ValidationError:
        return False


NAMES = st.text(min_size=1, max_size=200).filter(lambda text: is_legal(TypeAdapter(Text), text))
NUMBERS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.:/-]{0,99}", fullmatch=True)
ROWS = pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.template}-{rule.recipient}")
NAMING = [rule for rule in RULES if rule.officer and rule.recipient is Recipient.RESIDENT]
COUNTING = [rule for rule in RULES if rule.items]
WHOLE = re.compile(r"[Yy]our documents|[Yy]our papers are|[Tt]he documents|[Ss]emua|[Ss]eluruh|\ball\b", re.ASCII)
"""Words that say more than one step of some documents does."""
EXPLAINING = [rule for rule in RULES if rule.reason]
LANGUAGES = pytest.mark.parametrize("language", list(Language))


class TestRules:
    def test_identity_of_a_row(self) -> None:
        """No two rows make one message."""
        keys = [(rule.event, rule.recipient, rule.template) for rule in RULES]

        assert len(set(keys)) == len(keys)

    def test_offer_to_another(self, story: "Story") -> None:
        """An officer is told of an offer."""
        assert [rule.template for rule in rules_for(story.offered())] == ["assignment_offered"]

    def test_offer_of_his_own_request(self, story: "Story") -> None:
        """An officer who entered a request himself is not asked to take it."""
        assert rules_for(story.offered("entered_by_officer")) == ()

    def test_event_of_nobody(self, story: "Story") -> None:
        """Of most events nobody is told."""
        assert rules_for(story.left()) == ()


class TestTemplates:
    @ROWS
    @LANGUAGES
    def test_renders(self, rule: Rule[Any], language: Language) -> None:
        """Each message can be written in each language and for each channel, from the facts its row gives."""
        facts = facts_of(rule)
        sms, mail = render_sms(rule.template, language, facts), render_mail(rule.template, language, facts)

        assert "HP-26-000123-4" in sms.body
        assert mail.subject
        assert "HP-26-000123-4" in mail.subject
        assert "\n" not in mail.subject
        assert not re.search(r"[{}]", sms.body + mail.body + mail.subject)

    @ROWS
    @LANGUAGES
    def test_alphabet(self, rule: Rule[Any], language: Language) -> None:
        """An ordinary SMS is in the GSM 7-bit alphabet and takes two segments at most."""
        body = render_sms(rule.template, language, facts_of(rule)).body

        assert set(body) <= GSM_7
        assert segments(body) <= 2
        assert "\n" not in body

    def test_no_stray_files(self) -> None:
        """Every template belongs to a row of the table, or is a part of one that does."""
        expected = {
            f"{rule.template}.{language}.{kind}.txt"
            for rule in RULES
            for language in Language
            for kind in ("sms", "mail")
        } | {f"await_reason.{language}.txt" for language in Language}

        assert {file.name for file in (resources.files("halo_notify") / "templates").iterdir()} == expected

    @pytest.mark.parametrize("reason", ["unknown_rw", "no_officer", "all_declined", "officer_left", "new_reason"])
    @pytest.mark.parametrize("rule", EXPLAINING, ids=lambda rule: rule.template)
    @LANGUAGES
    def test_reasons(self, reason: str, language: Language, rule: Rule[Any]) -> None:
        """Every reason of an awaited request has words, also one that a newer writer knows."""
        body = render_sms(rule.template, language, facts_of(rule, reason=reason)).body

        assert ": ." not in body
        assert set(body) <= GSM_7
        assert segments(body) <= 2

    @pytest.mark.parametrize("rule", EXPLAINING, ids=lambda rule: rule.template)
    @LANGUAGES
    def test_officer_left(self, rule: Rule[Any], language: Language) -> None:
        """Whose officer left is told so, and the coordinator as well; nobody else is."""
        texts = [
            render(rule.template, language, facts_of(rule, reason=reason)).body
            for reason in ("officer_left", "no_officer")
            for render in (render_sms, render_mail)
        ]

        told = [bool(re.search(r"tidak bertugas lagi|no longer serves|its officer left", text)) for text in texts]
        assert told == [True, True, False, False]

    def test_missing_fact(self) -> None:
        """A template never shows a hole where a fact misses."""
        with pytest.raises(Exception, match="officer_name"):
            render_sms("visit_scheduled", Language.ENGLISH, Facts(tracking_no="X", rw="001", when=NOON))

    @pytest.mark.parametrize("rule", COUNTING, ids=lambda rule: rule.template)
    @pytest.mark.parametrize(
        ("language", "count", "words"),
        [
            (Language.INDONESIAN, 1, "1 dokumen"),
            (Language.INDONESIAN, 3, "3 dokumen"),
            (Language.ENGLISH, 1, "1 document "),
            (Language.ENGLISH, 3, "3 documents"),
        ],
    )
    def test_some_documents(self, rule: Rule[Any], language: Language, count: int, words: str) -> None:
        """A step that may concern some of a request's documents says how many, and never that it is all of them."""
        facts = facts_of(rule, documents=count)
        sms, mail = render_sms(rule.template, language, facts), render_mail(rule.template, language, facts)

        for text in (sms.body, mail.body, mail.subject or ""):
            assert words in re.sub(r"\W", " ", text)
            assert not WHOLE.search(text)

    def test_counting_rows(self) -> None:
        """The steps that items take one by one are told with their count."""
        assert {rule.event for rule in COUNTING} == {DossierSubmitted, HandoverCompleted, DeliveryCompleted}

    @pytest.mark.parametrize("rule", NAMING, ids=lambda rule: rule.template)
    @LANGUAGES
    def test_officer_who_left(self, rule: Rule[Any], language: Language) -> None:
        """Where the officer left, the resident is sent to the kelurahan, and gets no number and no promise of him."""
        facts = facts_of(rule, officer_phone=None)
        sms, mail = render_sms(rule.template, language, facts), render_mail(rule.template, language, facts)

        for text in (sms.body, mail.body):
            assert "kelurahan" in text
            assert "None" not in text
            assert not re.search(r"\b(telepon|phone|service number|akan|datang|comes|will)\b", text)


class TestSmsLength:
    @given(name=NAMES, number=NUMBERS, rule=st.sampled_from(RULES), language=st.sampled_from(list(Language)))
    def test_any_name(self, name: str, number: str, rule: Rule[Any], language: Language) -> None:
        """No legal name makes an SMS too long, and what is shortened for it is the name alone."""
        values = {"officer_name": name} if rule.officer else {}
        body = render_sms(rule.template, language, facts_of(rule, tracking_no=number, **values)).body

        assert set(body) <= GSM_7
        assert segments(body) <= MAX_SEGMENTS
        assert number in body

    @ROWS
    @LANGUAGES
    def test_longest(self, rule: Rule[Any], language: Language) -> None:
        """The longest name and number fit, also a name that grows in the SMS alphabet; both numbers stay whole."""
        ligatures = "\ufb03" * 200
        values = {"officer_name": ligatures, "officer_phone": "+" + "9" * 15} if rule.officer else {}
        body = render_sms(rule.template, language, facts_of(rule, tracking_no=LONGEST_NUMBER, **values)).body

        assert segments(body) <= MAX_SEGMENTS
        assert LONGEST_NUMBER in body
        assert not rule.officer or rule.recipient is not Recipient.RESIDENT or "9" * 15 in body

    def test_short_name_stays(self) -> None:
        """A name that fits is left alone."""
        rule = next(rule for rule in RULES if rule.template == "assignment_accepted")

        assert "Sari Contoh" in render_sms(rule.template, Language.INDONESIAN, facts_of(rule)).body

    @pytest.mark.parametrize(("length", "count"), [(1, 1), (160, 1), (161, 2), (306, 2), (307, 3), (459, 3), (460, 4)])
    def test_segments(self, length: int, count: int) -> None:
        """A lone SMS holds 160 characters, each of several 153."""
        assert segments("x" * length) == count

    def test_code_is_the_contract(self) -> None:
        """The longest tracking number of these tests is the contract's."""
        assert is_legal(TypeAdapter(Code), LONGEST_NUMBER)
        assert not is_legal(TypeAdapter(Code), LONGEST_NUMBER + "A")


class TestNames:
    @given(NAMES)
    def test_one_line(self, name: str) -> None:
        """No name holds a line break or another control character, whatever the register says."""
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", clean_name(name))

    def test_header_injection(self) -> None:
        """A name cannot add a header to an e-mail."""
        assert clean_name("Sari\r\nBcc: x@y.test") == "Sari Bcc: x@y.test"

    @pytest.mark.parametrize(
        ("name", "sent"),
        [
            ("Nur \u2018Aini", "Nur 'Aini"),
            ("Bu\u1e0di \u0160anto", "Budi Santo"),
            ("Jos\u00e9", "Jos\u00e9"),
            ("\u738b\u5c0f\u660e", "petugas"),
            ("A [B] {C}", "A B C"),
        ],
    )
    def test_sms_name(self, name: str, sent: str) -> None:
        """Letters that an SMS cannot carry lose their accents, or go."""
        assert sms_name(name, Language.INDONESIAN) == sent


class TestTimes:
    def test_jakarta(self) -> None:
        """Times are told as in Bekasi, in the language of the message."""
        late = datetime(2026, 8, 9, 17, 5, tzinfo=UTC)

        assert spoken_time(late, Language.INDONESIAN) == "Senin 10 Agustus 2026 pukul 00.05 WIB"
        assert spoken_time(late, Language.ENGLISH) == "Monday 10 August 2026 at 00:05 WIB"
