from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from halo_events.contract.event import Text
from halo_events.contract.values import DocumentKind
from halo_intake.domain.attempts import eopen_id_of, storable
from halo_intake.domain.filing import MOST_FAULTS, Fault, Filing, check_filing, distinct, filed_at
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

Make = Callable[..., dict[str, Any]]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=12) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)
FULL_WIDTH = "3275990101900001".translate({ord(digit): 0xFF10 + int(digit) for digit in "0123456789"})
FIELDS = sorted(Filing.model_fields)


def _taken(data: dict[str, Any]) -> Filing:
    found = check_filing(data)
    assert isinstance(found, Filing), found
    return found


def _faults(data: dict[str, Any]) -> set[tuple[str, str | None]]:
    found = check_filing(data)
    assert isinstance(found, tuple)
    return {(fault.code, fault.field) for fault in found}


class TestCheckFiling:
    def test_good(self, entry: Make) -> None:
        """Values are kept in one form each, however they were written."""
        filing = _taken(
            entry(kelurahan_code=" 32.75.09.1006 ", documents=["ktp_el", " kia "], resident={"email": "A@Contoh.ID"})
        )
        assert (filing.kelurahan_code, filing.rw, filing.rt) == ("32.75.09.1006", "007", "003")
        assert filing.documents == (DocumentKind.KTP_EL, DocumentKind.KIA)
        assert filing.contract_resident().phone == "+6281234567890"
        assert filing.contract_resident().email == "A@contoh.id"

    def test_long_numbers(self, entry: Make) -> None:
        """A reference of many digits that can't be a person's number is a reference like any other."""
        for reference in ("2026112409150001", "1764000000000000", "32759901019000010", "327599010190000"):
            assert _taken(entry(source_ref=reference)).source_ref == reference

    def test_unknown_rw(self, entry: Make) -> None:
        """Whether an RW exists is for dispatch to say."""
        assert _taken(entry(rw="999")).rw == "999"

    @pytest.mark.parametrize(
        ("changes", "fault"),
        [
            ({"source_ref": "3275990101900001"}, ("reference_personal", "source_ref")),
            ({"source_ref": "EO-3275990101900001"}, ("reference_personal", "source_ref")),
            ({"source_ref": "3275-9901-0190-0001"}, ("reference_personal", "source_ref")),
            ({"resident": {"name": None}}, ("missing", "resident.name")),
            ({"resident": {"name": "  "}}, ("string_too_short", "resident.name")),
            ({"resident": {"name": "A\0B"}}, ("text_not_storable", "resident.name")),
            ({"resident": {"name": "A\ud800B"}}, ("text_not_storable", "resident.name")),
            ({"resident": {"name": "x" * 201}}, ("string_too_long", "resident.name")),
            ({"resident": {"name": 7}}, ("string_type", "resident.name")),
            ({"resident": {"address": "x" * 2001}}, ("string_too_long", "resident.address")),
            ({"resident": {"nik": "12345"}}, ("nik_length", "resident.nik")),
            ({"resident": {"nik": "3275000101900001"}}, ("nik_region", "resident.nik")),
            ({"resident": {"nik": "3275993202900001"}}, ("nik_birth_date", "resident.nik")),
            ({"resident": {"nik": "3275990101900000"}}, ("nik_serial", "resident.nik")),
            ({"resident": {"nik": None}}, ("nik_required", "resident.nik")),
            ({"resident": {"kk": "1234"}}, ("kk_form", "resident.kk")),
            ({"resident": {"kk": FULL_WIDTH}}, ("kk_form", "resident.kk")),
            ({"resident": {"phone": "0888-12"}}, ("phone_invalid", "resident.phone")),
            ({"resident": {"phone": "+6561234567"}}, ("phone_foreign", "resident.phone")),
            ({"resident": {"email": "nobody"}}, ("email_form", "resident.email")),
            ({"resident": "Contoh"}, ("model_type", "resident")),
            ({"resident": None}, ("missing", "resident")),
            ({"kelurahan_code": "32.75.99.1001"}, ("kelurahan_unknown", "kelurahan_code")),
            ({"kelurahan_code": "Jatirasa"}, ("kelurahan_unknown", "kelurahan_code")),
            ({"rw": "RW 7"}, ("rw_form", "rw")),
            ({"rw": "000"}, ("rw_form", "rw")),
            ({"rt": "0007"}, ("rt_form", "rt")),
            ({"documents": ["surat_contoh"]}, ("document_unknown", "documents.0")),
            ({"documents": ["ktp_el", "kia", "ktp_el"]}, ("documents_repeated", "documents")),
            ({"documents": []}, ("documents_missing", "documents")),
            ({"documents": ["ktp_el"] * 11}, ("too_long", "documents")),
            ({"documents": "ktp_el"}, ("tuple_type", "documents")),
            ({"documents": None}, ("missing", "documents")),
            ({"channel": "pigeon"}, ("enum", "channel")),
            ({"source_ref": "a b"}, ("string_pattern_mismatch", "source_ref")),
            ({"on_behalf": {"relation": "parent", "authority": "might"}}, ("enum", "on_behalf.authority")),
        ],
    )
    def test_each_fault(self, entry: Make, changes: dict[str, Any], fault: tuple[str, str]) -> None:
        """Each fault is named by its code and field, and alone."""
        expected = {fault}
        if fault == ("missing", "documents") or fault[0] in {"tuple_type", "too_long", "documents_missing"}:
            expected |= _faults(entry(**changes)) & {("nik_required", "resident.nik")}
        assert _faults(entry(**changes)) == expected

    def test_all_faults_at_once(self, entry: Make) -> None:
        """Who mends a filing mends it once."""
        data = entry(
            rw="x",
            kelurahan_code="1",
            documents=["ktp_el", "ktp_el"],
            resident={"name": "\0", "nik": None, "phone": "1"},
        )
        assert _faults(data) == {
            ("text_not_storable", "resident.name"),
            ("nik_required", "resident.nik"),
            ("phone_invalid", "resident.phone"),
            ("kelurahan_unknown", "kelurahan_code"),
            ("rw_form", "rw"),
            ("documents_repeated", "documents"),
        }

    @pytest.mark.parametrize("documents", [["akta_kelahiran"], ["kartu_keluarga", "akta_kelahiran", "kia"]])
    def test_newborn(self, entry: Make, documents: list[str]) -> None:
        """A newborn has no NIK: with a birth certificate among the documents none is asked for."""
        assert _taken(entry(documents=documents, resident={"nik": None})).resident.nik is None

    @given(field=st.sampled_from(FIELDS), value=JSON)
    def test_any_value_in_any_field(self, entry: Make, field: str, value: object) -> None:
        """Whatever JSON stands in a field is taken or refused, and a refusal names that field or the NIK."""
        found = check_filing({**entry(), field: value})
        if not isinstance(found, Filing):
            assert {(fault.field or "").split(".")[0] for fault in found} <= {field, "resident"}

    @settings(max_examples=30)
    @given(st.dictionaries(st.sampled_from(FIELDS), JSON))
    def test_any_object(self, data: dict[str, Any]) -> None:
        """Any object has its faults named."""
        assert check_filing(data)


class TestDoubts:
    def test_unknown_province(self, entry: Make) -> None:
        """A NIK of no province is taken, with a doubt."""
        assert _taken(entry(resident={"nik": "9975990101900001"})).doubts == (
            Fault("nik_province_unknown", "resident.nik"),
        )

    def test_elsewhere(self, entry: Make) -> None:
        """A NIK first given in another city is as good as one of Bekasi."""
        assert _taken(entry(resident={"nik": "7371990101900001"})).doubts == ()


class TestDistinct:
    def test_first_of_a_field(self) -> None:
        """One fault a field, the first; none within a field that is at fault as a whole."""
        given_faults = [Fault("a", "x"), Fault("b", "x"), Fault("c", "x.y"), Fault("d", "xy"), Fault("e"), Fault("f")]
        assert distinct(given_faults) == (Fault("a", "x"), Fault("d", "xy"), Fault("e"))

    def test_bounded(self) -> None:
        """A sender who gets everything wrong is told enough."""
        assert len(distinct(Fault("a", str(n)) for n in range(1000))) == MOST_FAULTS


class TestFiledAt:
    NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)

    @pytest.mark.parametrize("age", [timedelta(0), timedelta(days=7), timedelta(days=399)])
    def test_believed(self, age: timedelta) -> None:
        """A device's clock is believed."""
        assert filed_at(self.NOW - age, self.NOW) == self.NOW - age

    @pytest.mark.parametrize(
        "stated",
        [
            NOW + timedelta(seconds=1),
            NOW - timedelta(days=401),
            datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
            datetime.max.replace(tzinfo=timezone(timedelta(hours=-14))),
        ],
    )
    def test_not_believed(self, stated: datetime) -> None:
        """A clock that is ahead, or years behind, is not: it would reach every store behind us."""
        assert filed_at(stated, self.NOW) == self.NOW


class TestEopenIdOf:
    @pytest.mark.parametrize(
        ("data", "found"),
        [
            ({"eopen_id": "EO-1"}, "EO-1"),
            ({"eopen_id": 17}, "17"),
            ({"data": {"eopen_id": "EO-1"}}, "EO-1"),
            ({"eopen_id": " A\0\ud800B "}, "A\ufffd\ufffdB"),
            ({"eopen_id": "x" * 300}, "x" * 200),
            ({"eopen_id": "  "}, None),
            ({"eopen_id": ["EO-1"]}, None),
            ({"eopen_id": True}, None),
            ({"data": "EO-1"}, None),
            ({}, None),
            (None, None),
        ],
    )
    def test_found(self, data: dict[str, Any] | None, found: str | None) -> None:
        """The number as it may be stored and sent, or none."""
        assert eopen_id_of(data) == found

    @given(st.text(st.characters(exclude_categories=[])))
    def test_storable(self, text: str) -> None:
        """Whatever the text, what is left may stand in an event as it is."""
        clean = storable(text)
        assert clean is None or TypeAdapter(Text).validate_python(clean) == clean
