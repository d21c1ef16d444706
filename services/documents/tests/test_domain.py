from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from halo_documents.domain import places
from halo_documents.domain.checklists import Checklist, Checklists, load_checklists
from halo_documents.domain.dossiers import Item, ItemState
from halo_documents.domain.papers import Announcement, MediaType, PaperState, judge
from halo_documents.errors import PaperNotClearedError, WrongStateError
from halo_events.contract.documents import Purpose, QuarantineReason
from halo_events.contract.values import DocumentKind
from pydantic import ValidationError

TITLE = {"id": "Kartu", "en": "Card"}
ROW = {"row": "kk", "title": TITLE, "mandatory": True}


def checklist(version: str, valid_from: date, **kinds: object) -> Checklist:
    """A checklist in which every kind asks for one paper, unless `kinds` says otherwise."""
    rows = {kind.value: [ROW] for kind in DocumentKind} | kinds
    return Checklist.model_validate(
        {
            "version": version,
            "valid_from": valid_from,
            "source": "a test",
            "to_be_confirmed_by_dinas": True,
            "kinds": rows,
        }
    )


class TestChecklist:
    @pytest.mark.parametrize(
        ("rows", "fault"),
        [
            ([ROW, ROW], "a row occurs twice"),
            ([{**ROW, "alternatives": ["f_9"]}], "an alternative of kk is no optional row"),
            ([{**ROW, "alternatives": ["b"]}, {**ROW, "row": "b"}], "an alternative of kk is no optional row"),
            ([{**ROW, "mandatory": False, "alternatives": ["kk"]}], "kk is optional and needs no alternative"),
        ],
    )
    def test_faulty_rows(self, rows: list[object], fault: str) -> None:
        """Rows that contradict each other stop the start, and the error names kind and row."""
        with pytest.raises(ValidationError, match=f"checklist v1, ktp_el: {fault}"):
            checklist("v1", date(2026, 1, 1), ktp_el=rows)

    def test_kind_missing(self) -> None:
        """A version that forgot a kind stops the start."""
        faulty = checklist("v1", date(2026, 1, 1)).model_dump()
        del faulty["kinds"][DocumentKind.KIA]

        with pytest.raises(ValidationError, match="lacks kia"):
            Checklist.model_validate(faulty)


class TestChecklists:
    def test_valid_at(self) -> None:
        """The version in force is the latest that has begun, by the city's own midnight."""
        old, new = checklist("old", date(2026, 1, 1)), checklist("new", date(2026, 7, 1))
        versions = Checklists([old, new])
        midnight_in_bekasi = datetime(2026, 6, 30, 17, 0, tzinfo=UTC)

        assert versions.valid_at(midnight_in_bekasi - timedelta(seconds=1)) is old
        assert versions.valid_at(midnight_in_bekasi) is new
        assert versions.version("old") is old

    def test_before_the_first(self) -> None:
        """Before the first version nothing is in force, and nobody guesses."""
        with pytest.raises(LookupError):
            Checklists([checklist("v1", date(2026, 1, 1))]).valid_at(datetime(2025, 12, 31, 12, tzinfo=UTC))

    @pytest.mark.parametrize("second", [("v1", date(2026, 7, 1)), ("v2", date(2026, 1, 1))])
    def test_ambiguous(self, second: tuple[str, date]) -> None:
        """Two versions of one name or one first day stop the start."""
        with pytest.raises(ValueError, match="names and first days of their own"):
            Checklists([checklist("v1", date(2026, 1, 1)), checklist(*second)])


class TestLoadChecklists:
    @pytest.mark.parametrize(
        ("kind", "mandatory"),
        [
            (DocumentKind.KTP_EL, {"kk"}),
            (DocumentKind.KARTU_KELUARGA, {"f_1_02", "marriage_proof"}),
            (DocumentKind.KIA, {"akta_kelahiran", "kk", "parents_ktp_el"}),
            (DocumentKind.AKTA_KELAHIRAN, {"f_2_01", "birth_letter", "marriage_proof", "kk"}),
            (DocumentKind.AKTA_KEMATIAN, {"f_2_01", "death_letter", "kk", "deceased_ktp_el"}),
        ],
    )
    def test_common_core(self, kind: DocumentKind, mandatory: set[str]) -> None:
        """What ships asks for the common core, and says that the Dinas is to confirm it."""
        shipped = load_checklists().valid_at(datetime(2026, 11, 1, tzinfo=UTC))

        assert {row.row for row in shipped.missing(kind, frozenset())} == mandatory
        assert shipped.to_be_confirmed_by_dinas

    def test_alternative(self) -> None:
        """A statement on own responsibility stands for the birth letter."""
        shipped = load_checklists().valid_at(datetime(2026, 11, 1, tzinfo=UTC))
        missing = shipped.missing(DocumentKind.AKTA_KELAHIRAN, {"f_2_01", "kk", "f_2_03", "f_2_04"})

        assert missing == ()


class TestJudge:
    @pytest.mark.parametrize(
        ("size", "media_type", "reason"),
        [
            (1000, "image/jpeg", None),
            (1000, "image/gif", QuarantineReason.TYPE_NOT_ALLOWED),
            (1000, "image/png", QuarantineReason.TYPE_MISMATCH),
            (999, "image/jpeg", QuarantineReason.SIZE_MISMATCH),
        ],
    )
    def test_judge(self, size: int, media_type: str, reason: QuarantineReason | None) -> None:
        """A file must be of an allowed type, and as it was announced."""
        announced = Announcement(Purpose.DELIVERY_PROOF, MediaType.JPEG, 1000)

        assert judge(announced, size, media_type) is reason

    def test_size_left_open(self) -> None:
        """Where nobody could say how long the file is, any length will do; its type is held to."""
        announced = Announcement(Purpose.DELIVERY_PROOF, MediaType.JPEG, None)

        assert judge(announced, 7, "image/jpeg") is None
        assert judge(announced, 7, "image/png") is QuarantineReason.TYPE_MISMATCH


class TestItem:
    def test_was_collected_by(self) -> None:
        """Who recorded the need and who holds the request both count as collectors; nobody else does."""
        collector, holder = uuid4(), uuid4()
        item = Item(
            item_id=uuid4(),
            request_id=uuid4(),
            round=1,
            kind=DocumentKind.KIA,
            state=ItemState.SUBMITTED,
            state_at=datetime(2026, 11, 1, tzinfo=UTC),
            collector_id=collector,
            holder_id=holder,
        )

        assert item.was_collected_by(str(collector))
        assert item.was_collected_by(str(holder))
        assert not item.was_collected_by("operator-1")
        assert not item.was_collected_by(None)


class TestWrongStateError:
    @pytest.mark.parametrize("state", list(ItemState))
    def test_both_languages(self, state: ItemState) -> None:
        """Every state can be told, in Indonesian and in English."""
        problem = WrongStateError(state, ItemState.SUBMITTED).problem()

        assert problem.detail.split("this one is ")[1] not in problem.detail_id


class TestPaperNotClearedError:
    @pytest.mark.parametrize("state", list(PaperState))
    def test_both_languages(self, state: PaperState) -> None:
        """Every state can be told, in Indonesian and in English."""
        problem = PaperNotClearedError(state).problem()

        assert state in problem.detail
        assert state not in problem.detail_id


class TestKelurahan:
    def test_same_as_the_projects_data(self) -> None:
        """The packaged copy says what the project's own file says."""
        ours = Path(places.__file__).with_name("bekasi_kelurahan.csv")
        theirs = Path(__file__).parents[3] / "data" / "bekasi_kelurahan.csv"
        if not theirs.exists():
            pytest.skip("the project's data is not here")
        assert ours.read_bytes() == theirs.read_bytes()

    def test_names(self) -> None:
        """A kelurahan is called by its name, one that is not known by its code."""
        assert places.kelurahan_name("32.75.09.1006") == "Jatisari"
        assert places.kelurahan_name("32.75.99.1001") == "32.75.99.1001"
        assert len(places.KELURAHAN) == 56
