import csv
import json
from pathlib import Path

import phonenumbers
from halo_demo.paths import RW_FILE
from halo_demo.register import COLUMNS, make_register, write_people, write_register


class TestMakeRegister:
    def test_one_officer_per_rw_and_one_coordinator_per_kelurahan(self) -> None:
        """1,018 RW and 56 kelurahan."""
        register = make_register(RW_FILE, seed=1)

        assert (len(register.officers), len(register.coordinators)) == (1018, 56)

    def test_every_kelurahan_has_somebody_on_duty(self) -> None:
        """The coordinator always finds an officer."""
        register = make_register(RW_FILE, seed=1)

        assert all(len(register.on_duty(code)) > 1 for code in register.coordinators)

    def test_a_seed_gives_the_same_people(self) -> None:
        """Another seed gives others."""
        assert make_register(RW_FILE, seed=1) == make_register(RW_FILE, seed=1)
        assert make_register(RW_FILE, seed=1) != make_register(RW_FILE, seed=2)


class TestWriteRegister:
    def test_phones_are_valid_mobiles(self, tmp_path: Path) -> None:
        """The file has the columns that the register's loader reads, and service numbers that exist in form."""
        write_register(make_register(RW_FILE, seed=1), tmp_path / "officers.csv")

        with (tmp_path / "officers.csv").open() as file:
            rows = list(csv.DictReader(file))
        assert tuple(rows[0]) == COLUMNS
        assert all(phonenumbers.is_valid_number(phonenumbers.parse(row["phone"])) for row in rows)


class TestWritePeople:
    def test_everybody_of_the_register(self, tmp_path: Path) -> None:
        """The sign-in page offers the whole register and the service point, by the subjects that the services know."""
        register = make_register(RW_FILE, seed=1)
        write_people(register, tmp_path / "people.json")

        people = {each["sub"]: each for each in json.loads((tmp_path / "people.json").read_text())}
        assert len(people) == 1018 + 56 + 2
        assert {str(officer_id) for officer_id in register.officers} <= set(people)
        assert {role for each in people.values() for role in each["roles"]} == {
            "officer", "coordinator", "operator", "clerk",
        }  # fmt: skip
