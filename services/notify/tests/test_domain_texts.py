import re
from datetime import UTC, datetime
from importlib import resources
from typing import Any

import pytest
from halo_events.contract.dispatch import (
    AssignmentAwaited,
    AssignmentRetained,
    AwaitReason,
    DeliveryCompleted,
    DeliveryFailed,
    DeliveryFailure,
    DeliveryReturned,
    MissReason,
    RetainReason,
    VisitMissed,
)
from halo_events.contract.documents import (
    DossierSubmitted,
    HandoverCompleted,
    HoldReason,
    ProcessingHeld,
    RejectionReason,
    VerificationRejected,
)
from halo_events.contract.event import Code, Text
from halo_events.contract.intake import RequestReopened
from halo_events.contract.notify import Recipient
from halo_events.contract.values import DocumentKind, Language
from halo_notify.domain.rule import Rule
from halo_notify.domain.rules import RULES
from halo_notify.domain.texts import (
    GSM_7,
    MAX_SEGMENTS,
    Facts,
    render_mail,
    render_sms,
    segments,
)
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

NOON = datetime(2026, 8, 10, 5, 0, tzinfo=UTC)
LONGEST_NUMBER = "A" * 100


def facts_of(rule: Rule[Any], **values: Any) -> Facts:
    """The facts that a row of the table gives its templates, and no more."""
    known: dict[str, Any] = {"tracking_no": "HP-26-000123-4", "rw": "007"}
    if rule.names_officer:
        known |= {"officer_name": "Sari Contoh", "officer_phone": "0812-3456-7890"}
    if rule.when:
        known["when"] = NOON
    if rule.reason:
        known["reason"] = "unknown_rw"
    if rule.documents or rule.delivered:
        known["documents"] = 10
    if rule.rows:
        known["rows"] = 10
    if rule.item:
        known["kind"] = "kia"
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
NAMING = [rule for rule in RULES if rule.names_officer and rule.recipient is Recipient.RESIDENT]
COUNTING = [rule for rule in RULES if rule.documents]
OF_ITEM = [rule for rule in RULES if rule.item]
WHOLE = re.compile(r"[Yy]our documents|[Yy]our papers are|[Tt]he documents|[Ss]emua|[Ss]eluruh|\ball\b", re.ASCII)
"""Words that say more than one step of some documents does."""
EXPLAINING = [rule for rule in RULES if rule.reason]
AWAITED = [rule for rule in EXPLAINING if rule.event is AssignmentAwaited]
REASONS: dict[type[Any], type[Any]] = {
    AssignmentAwaited: AwaitReason,
    VisitMissed: MissReason,
    ProcessingHeld: HoldReason,
    VerificationRejected: RejectionReason,
    DeliveryFailed: DeliveryFailure,
    AssignmentRetained: RetainReason,
}
"""The reasons that the contract knows, of each event whose reason is told."""
PARTS = ("await_reason", "miss_reason", "hold_reason", "rejection_reason", "failure_reason", "document_name")
LANGUAGES = pytest.mark.parametrize("language", list(Language))


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
    def test_paragraphs(self, rule: Rule[Any], language: Language) -> None:
        """An e-mail has a greeting, what it says, and a close, with a blank line between; with and without a number."""
        numbers = ("0812-3456-7890", None) if rule in NAMING else ("0812-3456-7890",)
        for number in numbers:
            facts = facts_of(rule, **({"officer_phone": number} if rule.names_officer else {}))
            greeting, text, close = render_mail(rule.template, language, facts).body.split("\n\n")

            assert greeting.endswith(",")
            assert "\n" not in greeting
            assert not re.search(r"[.,;?][A-Za-z]|  |\n ", text)
            assert close.splitlines()[-1].startswith("HALO PAMOR, ")

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
        } | {f"{part}.{language}.txt" for part in PARTS for language in Language}

        assert {file.name for file in (resources.files("halo_notify") / "templates").iterdir()} == expected

    @pytest.mark.parametrize("rule", EXPLAINING, ids=lambda rule: rule.template)
    @LANGUAGES
    def test_reasons(self, language: Language, rule: Rule[Any]) -> None:
        """Every reason has words, also one that a newer writer knows."""
        for reason in [*REASONS[rule.event], "new_reason"]:
            facts = facts_of(rule, reason=reason, **({"kind": "kartu_keluarga"} if rule.item else {}))
            body = render_sms(rule.template, language, facts).body

            assert not re.search(r": [.,]|: $|  | [.,]|\w_\w", body)
            assert set(body) <= GSM_7
            assert segments(body) <= 2

    @pytest.mark.parametrize(
        "rule", [rule for rule in EXPLAINING if rule not in AWAITED], ids=lambda rule: rule.template
    )
    @LANGUAGES
    def test_own_words(self, language: Language, rule: Rule[Any]) -> None:
        """The resident reads another text for each reason, but for those that say no more than that there is one."""
        reasons = [*REASONS[rule.event], "new_reason"]
        told = {reason: render_sms(rule.template, language, facts_of(rule, reason=reason)).body for reason in reasons}

        assert len(set(told.values())) == len([reason for reason in told if reason != "other"])

    @pytest.mark.parametrize("rule", OF_ITEM, ids=lambda rule: rule.template)
    @LANGUAGES
    def test_document_names(self, language: Language, rule: Rule[Any]) -> None:
        """A step of one document says which, in mail and SMS; of a kind that is not known, that it is one."""
        kinds = [*DocumentKind, "new_kind", None]
        for render in (render_sms, render_mail):
            bodies = [render(rule.template, language, facts_of(rule, kind=kind)).body for kind in kinds]

            assert len(set(bodies)) == len(DocumentKind) + 1
            assert not [body for body in bodies if re.search(r"None|\w_\w", body)]
            assert re.search(r"satu dokumen|one document", bodies[-1])

    @pytest.mark.parametrize("rule", AWAITED, ids=lambda rule: rule.template)
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
        assert {rule.event for rule in COUNTING} == {
            DossierSubmitted,
            HandoverCompleted,
            DeliveryCompleted,
            DeliveryFailed,
            DeliveryReturned,
            RequestReopened,
        }

    @pytest.mark.parametrize("count", [0, 1, 3])
    @LANGUAGES
    def test_too_late(self, language: Language, count: int) -> None:
        """Whose cancelling came too late reads how many documents were delivered, and no number where none was."""
        facts = Facts(tracking_no="X", rw="007", documents=count, reason="delivered")
        for text in (
            render_sms("assignment_retained", language, facts),
            render_mail("assignment_retained", language, facts),
        ):
            assert re.findall(r"(\d) do[ck]u", text.body) == ([str(count)] if count else [])
            assert not WHOLE.search(text.body)

    @LANGUAGES
    def test_delivered_where(self, language: Language) -> None:
        """A delivery says no place: what the kelurahan kept is fetched there."""
        facts = Facts(tracking_no="X", rw="007", documents=1, officer_name="Sari Contoh", officer_phone="0812")
        for render in (render_sms, render_mail):
            assert not re.search(r"rumah|house|door", render("delivery_completed", language, facts).body)

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
        values = {"officer_name": name} if rule.names_officer else {}
        body = render_sms(rule.template, language, facts_of(rule, tracking_no=number, **values)).body

        assert set(body) <= GSM_7
        assert segments(body) <= MAX_SEGMENTS
        assert number in body

    @ROWS
    @LANGUAGES
    def test_longest(self, rule: Rule[Any], language: Language) -> None:
        """The longest name and number fit, also a name that grows in the SMS alphabet; both numbers stay whole."""
        ligatures = "\ufb03" * 200
        values = {"officer_name": ligatures, "officer_phone": "+" + "9" * 15} if rule.names_officer else {}
        body = render_sms(rule.template, language, facts_of(rule, tracking_no=LONGEST_NUMBER, **values)).body

        assert segments(body) <= MAX_SEGMENTS
        assert LONGEST_NUMBER in body
        assert not rule.names_officer or rule.recipient is not Recipient.RESIDENT or "9" * 15 in body

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
