"""The register's files: CSV as the city keeps it, wholly checked before anything is done."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Generic, Self, TypeVar
from uuid import UUID

from halo_events.contract.dispatch import OfficerRole
from halo_events.contract.event import Text
from halo_events.contract.values import KelurahanCode, RwNumber
from halo_service.field_messages import describe_field
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    EmailStr,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from halo_dispatch.domain.register import Kelurahan, Officer, Register, Rw

if TYPE_CHECKING:
    from _csv import Reader as _Lines

SIZE_LIMIT: Final = 8 * 1024 * 1024
"""Bytes of one file."""

ROW_LIMIT: Final = 20_000
"""Rows of one file."""

_RW: Final = re.compile(r"[0-9]{3}")


class RegisterFilesError(Exception):
    """The files can't be loaded. `faults` names each fault by file and line, and shows no cell with personal data."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(f"{len(faults)} faults in the register's files")
        self.faults = tuple(faults)


def _numbers(cell: str) -> tuple[str, ...]:
    numbers = tuple(sorted(cell.split()))
    if len(set(numbers)) != len(numbers):
        raise PydanticCustomError("repeated", "An RW stands here twice.", {"message_id": "Satu RW tertulis dua kali."})
    return numbers


def _true_or_false(cell: str) -> bool:
    if cell not in {"true", "false"}:
        raise PydanticCustomError(
            "true_or_false", "This must be true or false.", {"message_id": "Isi dengan true atau false."}
        )
    return cell == "true"


class _Row(BaseModel):
    """One row; the fields of the class are the columns of the file, in their order."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    key: ClassVar[tuple[str, ...]]


class _KelurahanRow(_Row):
    key = ("kelurahan_code",)

    kecamatan_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{2}\.[0-9]{2}\.[0-9]{2}$")]
    kecamatan: Text
    kelurahan_code: KelurahanCode
    kelurahan: Text
    postal_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]

    @model_validator(mode="after")
    def _lies_in_its_kecamatan(self) -> Self:
        if not self.kelurahan_code.startswith(f"{self.kecamatan_code}."):
            raise PydanticCustomError(
                "kecamatan",
                "The code of the kelurahan does not begin with that of its kecamatan.",
                {"message_id": "Kode kelurahan tidak diawali kode kecamatannya."},
            )
        return self


class _RwRow(_Row):
    key = ("kelurahan_code", "rw")

    kelurahan_code: KelurahanCode
    rw: RwNumber
    source: Text


class _OfficerRow(_Row):
    key = ("officer_id",)

    officer_id: UUID
    role: OfficerRole
    kelurahan_code: KelurahanCode
    rws: Annotated[tuple[RwNumber, ...], BeforeValidator(_numbers), Field(max_length=100)]
    on_duty: Annotated[bool, BeforeValidator(_true_or_false)]
    name: Text
    phone: Annotated[str, StringConstraints(pattern=r"^\+[0-9]{8,15}$")]
    email: Annotated[EmailStr | None, Field(max_length=254), BeforeValidator(lambda cell: cell or None)]


R = TypeVar("R", bound=_Row)


class _File(Generic[R]):
    """One file: its good rows and the cells of all rows by line, and its faults."""

    def __init__(self, path: Path, model: type[R]) -> None:
        self.name = path.name
        self.rows: dict[int, R] = {}
        self.cells: dict[int, Mapping[str, str]] = {}
        self.faults: list[tuple[int, str]] = []
        self._model = model
        text = self._text(path)
        if text is not None:
            self._read(csv.reader(io.StringIO(text, newline=""), strict=True))

    @property
    def keys(self) -> set[tuple[str, ...]]:
        """The keys of all rows, also of faulty ones, so that one fault doesn't bring others with it."""
        return {self._key(cells) for cells in self.cells.values()}

    def _key(self, cells: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(cells[name] for name in self._model.key)

    def fault(self, line: int, column: str, text: str) -> None:
        """Name a fault of a cell."""
        self.faults.append((line, f"{column}: {text}"))

    def _text(self, path: Path) -> str | None:
        try:
            with path.open("rb") as file:
                data = file.read(SIZE_LIMIT + 1)
        except OSError as error:
            self.fault(1, "file", f"it can't be read ({error.strerror}).")
            return None
        if len(data) > SIZE_LIMIT:
            self.fault(1, "file", f"it is larger than {SIZE_LIMIT} bytes.")
            return None
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            self.fault(data.count(b"\n", 0, error.start) + 1, "file", "this is not UTF-8. Save the file as UTF-8.")
            return None

    def _read(self, lines: "_Lines") -> None:
        columns = list(self._model.model_fields)
        try:
            if next(lines, None) != columns:
                self.fault(1, "file", f"the first line must be {','.join(columns)}")
                return
            self._read_rows(lines, columns)
        except csv.Error:
            self.fault(lines.line_num, "file", "this is not CSV: check the quotation marks.")
        if not self.cells and not self.faults:
            self.fault(1, "file", "it holds no rows.")

    def _read_rows(self, lines: "_Lines", columns: Sequence[str]) -> None:
        begun, first_of = lines.line_num, dict[tuple[str, ...], int]()
        for row in lines:
            line, begun = begun + 1, lines.line_num
            if len(self.cells) >= ROW_LIMIT:
                self.fault(line, "file", f"it has more than {ROW_LIMIT} rows.")
                return
            if not row:
                continue
            if len(row) != len(columns):
                self.fault(line, "row", f"it has {len(row)} cells instead of {len(columns)}.")
                continue
            cells = dict(zip(columns, row, strict=True))
            first = first_of.setdefault(self._key(cells), line)
            if first != line:
                self.fault(line, self._model.key[-1], f"the same as in line {first}.")
            self._read_row(line, cells)

    def _read_row(self, line: int, cells: Mapping[str, str]) -> None:
        self.cells[line] = cells
        try:
            self.rows[line] = self._model.model_validate(cells)
        except ValidationError as error:
            for fault in error.errors(include_url=False, include_input=False):
                column = str(fault["loc"][0]) if fault["loc"] else self._model.key[-1]
                self.fault(line, column, describe_field(fault).message)


def read_register(kelurahan: Path, rws: Path, officers: Path) -> Register:
    """Read the three files. Raises RegisterFilesError with every fault of all of them."""
    of_kelurahan = _File(kelurahan, _KelurahanRow)
    of_rws = _File(rws, _RwRow)
    of_officers = _File(officers, _OfficerRow)
    _check_kelurahan(of_rws, of_kelurahan)
    _check_kelurahan(of_officers, of_kelurahan)
    _check_rws(of_officers, of_rws)
    faults = [
        f"{file.name}:{line}: {text}"
        for file in (of_kelurahan, of_rws, of_officers)
        for line, text in sorted(file.faults)
    ]
    if faults:
        raise RegisterFilesError(faults)
    return Register(
        kelurahan=[_kelurahan(row) for row in of_kelurahan.rows.values()],
        rws=[Rw(row.kelurahan_code, row.rw, row.source) for row in of_rws.rows.values()],
        officers=[Officer(**row.model_dump()) for row in of_officers.rows.values()],
    )


def _check_kelurahan(file: _File[R], kelurahan: _File[_KelurahanRow]) -> None:
    known = kelurahan.keys
    for line, cells in file.cells.items():
        if known and (cells["kelurahan_code"],) not in known:
            file.fault(line, "kelurahan_code", f"{kelurahan.name} has no such kelurahan.")


def _check_rws(officers: _File[_OfficerRow], rws: _File[_RwRow]) -> None:
    known = rws.keys
    for line, cells in officers.cells.items():
        for number in cells["rws"].split():
            if known and _RW.fullmatch(number) and (cells["kelurahan_code"], number) not in known:
                officers.fault(line, "rws", f"{rws.name} has no RW {number} in this kelurahan.")


def _kelurahan(row: _KelurahanRow) -> Kelurahan:
    return Kelurahan(
        kelurahan_code=row.kelurahan_code,
        name=row.kelurahan,
        kecamatan_code=row.kecamatan_code,
        kecamatan=row.kecamatan,
        postal_code=row.postal_code,
    )
