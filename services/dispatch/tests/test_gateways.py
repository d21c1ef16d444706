"""The register's files are checked wholly before anything is done."""

from pathlib import Path
from uuid import UUID

import pytest
from halo_dispatch import gateways
from halo_dispatch.domain.register import Kelurahan, Officer, Rw
from halo_dispatch.gateways import RegisterFilesError, read_register

KELURAHAN = "kecamatan_code,kecamatan,kelurahan_code,kelurahan,postal_code\n"
RWS = "kelurahan_code,rw,source\n"
OFFICERS = "officer_id,role,kelurahan_code,rws,on_duty,name,phone,email\n"
JATIRASA = "32.75.09,Jatiasih,32.75.09.1006,Jatirasa,17424\n"
OFFICER_ID = "11111111-1111-4111-8111-111111111111"
OFFICER = f"{OFFICER_ID},satgas_pamor,32.75.09.1006,002 001,true,Petugas Contoh,+628881000001,\n"
RW_ROWS = "32.75.09.1006,001,synthetic\n32.75.09.1006,002,official: perwal\n"


class Files:
    """Three files in a folder: good ones, unless a test says otherwise."""

    def __init__(self, folder: Path) -> None:
        self.kelurahan = folder / "kelurahan.csv"
        self.rws = folder / "rw.csv"
        self.officers = folder / "officers.csv"
        self.write(KELURAHAN + JATIRASA, RWS + RW_ROWS, OFFICERS + OFFICER)

    def write(self, *texts: str | None) -> None:
        """Write kelurahan, RW, officers; None leaves a file as it is."""
        for path, text in zip((self.kelurahan, self.rws, self.officers), texts, strict=True):
            if text is not None:
                path.write_bytes(text.encode("utf-8", "surrogateescape"))

    def faults(self) -> list[str]:
        """What is wrong with the files."""
        with pytest.raises(RegisterFilesError) as caught:
            read_register(self.kelurahan, self.rws, self.officers)
        return list(caught.value.faults)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Good files."""
    return Files(tmp_path)


class TestReadRegister:
    def test_good_files(self, files: Files) -> None:
        """Good files become a register; the RW of an officer are sorted, an empty cell is no e-mail address."""
        register = read_register(files.kelurahan, files.rws, files.officers)

        assert register.kelurahan == [Kelurahan("32.75.09.1006", "Jatirasa", "32.75.09", "Jatiasih", "17424")]
        assert [rw.source for rw in register.rws] == ["synthetic", "official: perwal"]
        assert register.rws[0] == Rw("32.75.09.1006", "001", "synthetic")
        (officer,) = register.officers
        assert officer == Officer(
            officer_id=UUID(OFFICER_ID),
            role="satgas_pamor",
            kelurahan_code="32.75.09.1006",
            rws=("001", "002"),
            on_duty=True,
            name="Petugas Contoh",
            phone="+628881000001",
            email=None,
        )

    def test_other_editors(self, files: Files) -> None:
        """A byte-order mark, CRLF and a blank line at the end are no faults."""
        files.write("\ufeff" + (KELURAHAN + JATIRASA + "\n").replace("\n", "\r\n"), None, None)

        assert len(read_register(files.kelurahan, files.rws, files.officers).kelurahan) == 1

    def test_every_fault_at_once(self, files: Files) -> None:
        """All faults of all files are named, by file and line."""
        files.write(
            KELURAHAN + JATIRASA + "32.75.08,Pondokgede,32.75.09.1001,Jatimekar,1742\n",
            RWS + RW_ROWS + "32.75.09.1006,001,synthetic\n32.75.09.9999,7,\n",
            OFFICERS
            + OFFICER
            + OFFICER.replace("001", "003")
            + "x,boss,32.75.09.1006,001 001,yes,,0812,nobody\n"
            + "too,few\n",
        )

        assert files.faults() == [
            "kelurahan.csv:3: postal_code: This does not have the right form.",
            "rw.csv:4: rw: the same as in line 2.",
            "rw.csv:5: kelurahan_code: kelurahan.csv has no such kelurahan.",
            "rw.csv:5: rw: This does not have the right form.",
            "rw.csv:5: source: At least 1 characters.",
            "officers.csv:3: officer_id: the same as in line 2.",
            "officers.csv:3: rws: rw.csv has no RW 003 in this kelurahan.",
            "officers.csv:4: email: This is not valid.",
            "officers.csv:4: name: At least 1 characters.",
            "officers.csv:4: officer_id: This must be a UUID.",
            "officers.csv:4: on_duty: This must be true or false.",
            "officers.csv:4: phone: This does not have the right form.",
            "officers.csv:4: role: Choose one of: 'satgas_pamor' or 'coordinator'.",
            "officers.csv:4: rws: An RW stands here twice.",
            "officers.csv:5: row: it has 2 cells instead of 8.",
        ]

    def test_kelurahan_outside_its_kecamatan(self, files: Files) -> None:
        """The code of a kelurahan begins with that of its kecamatan."""
        files.write(KELURAHAN + JATIRASA.replace("32.75.09,", "32.75.08,"), None, None)

        (fault,) = files.faults()
        assert fault.startswith("kelurahan.csv:2: kelurahan_code: ")

    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            ("", "officers.csv:1: file: the first line must be officer_id,"),
            (OFFICERS.replace("rws", "rw") + OFFICER, "officers.csv:1: file: the first line must be officer_id,"),
            (OFFICERS, "officers.csv:1: file: it holds no rows."),
            (OFFICERS + OFFICER + 'a,"b" c\n', "officers.csv:3: file: this is not CSV"),
            (OFFICERS + OFFICER + "\udcff\n", "officers.csv:3: file: this is not UTF-8"),
            (OFFICERS + OFFICER.replace("Contoh", "Con\0toh"), "officers.csv:2: name: This text holds a NUL"),
            (OFFICERS + OFFICER.replace("001", "٠٠١"), "officers.csv:2: rws: "),  # noqa: RUF001 - other digits
        ],
        ids=["empty", "header", "no rows", "quotes", "encoding", "NUL", "digits"],
    )
    def test_unreadable(self, files: Files, text: str, fault: str) -> None:
        """A file that can't be read says where and why; no empty register is ever loaded."""
        files.write(None, None, text)

        assert any(found.startswith(fault) for found in files.faults())

    def test_missing_file(self, files: Files) -> None:
        """A missing file brings no faults of other files with it."""
        files.rws.unlink()

        assert files.faults() == ["rw.csv:1: file: it can't be read (No such file or directory)."]

    def test_limits(self, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
        """Rows and bytes of a file are limited."""
        monkeypatch.setattr(gateways, "ROW_LIMIT", 1)
        assert files.faults()[0] == "rw.csv:3: file: it has more than 1 rows."

        monkeypatch.setattr(gateways, "SIZE_LIMIT", 10)
        assert files.faults()[0] == "kelurahan.csv:1: file: it is larger than 10 bytes."

    def test_no_personal_data_in_faults(self, files: Files) -> None:
        """A fault names the column and never shows whose phone it is."""
        files.write(None, None, OFFICERS + OFFICER.replace("+628881000001", "0888-1000-001"))

        assert files.faults() == ["officers.csv:2: phone: This does not have the right form."]
