import inspect
import re

import pytest
from halo_events.contract.intake import PublicStatus
from halo_intake.domain import filing, phone
from halo_intake.domain.filing import Fault
from halo_intake.domain.sentences import NEXT_STEPS, OTHER, REASONS, next_step, reasons, sentence
from halo_intake.usecases import cancelling, reopening
from halo_service import nik

INDONESIAN = re.compile(r"\b(ini|lagi|harus|tidak|yang|dengan|Anda|sudah|Pakai|Tulis|Pilih|Periksa|Lihat|ditulis)\b")


class TestSentence:
    @pytest.mark.parametrize("code", sorted(REASONS))
    def test_both_languages(self, code: str) -> None:
        """Every reason is told in both languages, in whole sentences, and differently."""
        text = sentence(Fault(code))
        assert text.id != text.en
        assert text.id.endswith(".")
        assert text.en.endswith(".")
        assert INDONESIAN.search(text.id)
        assert not INDONESIAN.search(text.en)

    def test_unknown_code(self) -> None:
        """A code that nobody foresaw still gets a sentence."""
        assert sentence(Fault("date_in_verse")) == REASONS[OTHER]

    def test_every_own_code(self) -> None:
        """Each code that our own rules give out has its sentence."""
        sources = [inspect.getsource(module) for module in (filing, nik, phone, cancelling, reopening)]
        codes = {code for text in sources for code in re.findall(r'(?:Error|_fault|_number|Fault)\("([a-z_]+)"', text)}
        assert len(codes) > 10
        assert codes <= REASONS.keys()
        assert {"request_unknown", "document_not_filed"} <= codes


class TestReasons:
    def test_field_is_bounded(self) -> None:
        """A path that a record's sender made long is cut."""
        (reason,) = reasons([Fault("missing", "x" * 500)])
        assert len(reason.field or "") == 200

    def test_no_field(self) -> None:
        """A fault of the record as a whole names no field."""
        assert [reason.field for reason in reasons([Fault("broken_json"), Fault("other", "")])] == [None, None]


class TestNextStep:
    @pytest.mark.parametrize("status", PublicStatus)
    def test_both_languages(self, status: PublicStatus) -> None:
        """Every public status says what comes next, in both languages."""
        assert next_step(status).id != next_step(status).en

    def test_no_leftovers(self) -> None:
        """The table holds nothing that is never told."""
        assert NEXT_STEPS.keys() == {status.value for status in PublicStatus}
