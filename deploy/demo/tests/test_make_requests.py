import json
from collections import Counter
from typing import Any

import phonenumbers
import pytest
from halo_demo.faults import FAULTS
from halo_demo.make_requests import Line, make_lines, write
from halo_demo.paths import DATA


@pytest.fixture(scope="module")
def lines() -> list[Line]:
    """The whole file, made anew."""
    return make_lines()


def firsts(lines: list[Line]) -> dict[int, dict[str, Any]]:
    """Return the first expectation of each request."""
    found: dict[int, dict[str, Any]] = {}
    for line in lines:
        found.setdefault(line.expectation["n"], line.expectation)
    return found


class TestFile:
    def test_is_what_the_generator_makes(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        """The committed files are those that the committed generator writes."""
        folder = tmp_path_factory.mktemp("data")
        write(folder)

        for name in ("requests.jsonl", "expectations.jsonl"):
            assert (folder / name).read_text() == (DATA / name).read_text(), "run `python -m halo_demo.make_requests`"

    def test_two_hundred_requests_of_which_a_tenth_is_bad(self, lines: list[Line]) -> None:
        """A tenth is bad, so that every refusal is seen."""
        outcomes = Counter(row["outcome"] for row in firsts(lines).values())

        assert outcomes == {"delivered": 180, "refused": 20}

    def test_every_kind_of_fault_at_least_twice(self, lines: list[Line]) -> None:
        """Each reason that intake must give is asked for twice or more, but for the unknown document."""
        codes = Counter(
            (FAULTS[row["fault"]].code.partition("_")[0], row["reason"]["field"])
            for row in firsts(lines).values()
            if row["outcome"] == "refused"
        )

        assert {kind for kind, count in codes.items() if count < 2} == {("document", "documents.0")}

    def test_all_kelurahan_and_kinds_and_one_in_five_with_several(self, lines: list[Line]) -> None:
        """Good requests come from all 56 kelurahan and ask for all five kinds."""
        good = [row for row in firsts(lines).values() if row["outcome"] == "delivered"]

        assert len({row["kelurahan_code"] for row in good}) == 56
        assert len({kind for row in good for kind in row["documents"]}) == 5
        assert 0.15 < sum(len(row["documents"]) > 1 for row in good) / len(good) < 0.25

    def test_repeats(self, lines: list[Line]) -> None:
        """Some are filed again under a new ce_id, some are sent again as they are, some corrected after a refusal."""
        outcomes = Counter(line.expectation["outcome"] for line in lines)
        corrected = outcomes["delivered"] - 180

        assert (outcomes["repeated"], outcomes["dropped"], corrected) == (6, 4, 2)


class TestResidents:
    def test_are_plainly_synthetic(self, lines: list[Line]) -> None:
        """Names say Contoh, and every NIK begins with a kecamatan that does not exist."""
        for line in lines:
            if line.expectation["outcome"] == "refused":
                continue
            data = json.loads(line.record["value"])
            resident = data.get("data", data)["resident"]

            assert resident["name"].startswith("Contoh ")
            assert resident.get("nik", "327599").startswith("327599")

    def test_phones_are_valid_mobiles(self, lines: list[Line]) -> None:
        """However they are written."""
        for line in lines:
            if line.expectation["outcome"] == "delivered" and "structured" not in line.expectation:
                number = phonenumbers.parse(json.loads(line.record["value"])["resident"]["phone"], "ID")

                assert phonenumbers.is_valid_number(number)
