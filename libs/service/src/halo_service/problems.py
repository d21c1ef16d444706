"""What is told to a caller when something is wrong: business errors and problem+json (RFC 9457).

Free of HTTP frameworks, so that `errors.py` of a service, and with it the use cases, may import it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with one field: its dotted path, a code, and a sentence in English and in Indonesian."""

    field: str
    code: str
    message: str
    message_id: str


class BusinessError(Exception):
    """A rule of the business refuses what a caller asked for.

    Subclasses set `status`, `code` (kebab-case) and `message` (Indonesian, English). The sentences may hold
    `{names}`, filled from the keyword arguments: `TakenError(holder="Budi")`. The values reach the caller and no
    log. `fields` tells what is wrong field by field.
    """

    status: ClassVar[int] = HTTPStatus.CONFLICT
    code: ClassVar[str]
    message: ClassVar[tuple[str, str]]
    headers: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *, fields: Sequence[FieldProblem] = (), **values: str | int) -> None:
        super().__init__(self.code)
        self.fields = tuple(fields)
        self.values = values

    def problem(self) -> "Problem":
        """The answer's body."""
        indonesian, english = (text.format_map(self.values) for text in self.message)
        return Problem.of(self.status, self.code, (indonesian, english), self.fields)


class FieldError(BaseModel):
    """One field that is wrong."""

    model_config = ConfigDict(hide_input_in_errors=True)

    field: str
    code: str
    message: str
    message_id: str


class Problem(BaseModel):
    """Why a call was refused, in English (`detail`) and in Indonesian (`detail_id`)."""

    model_config = ConfigDict(hide_input_in_errors=True)

    type: str
    title: str
    status: int
    code: str
    detail: str
    detail_id: str
    errors: list[FieldError] = []

    @classmethod
    def of(cls, status: int, code: str, message: tuple[str, str], fields: Sequence[FieldProblem] = ()) -> "Problem":
        """A problem of this status and code; `message` is (Indonesian, English)."""
        return cls(
            type=f"urn:halopamor:problem:{code}",
            title=HTTPStatus(status).phrase,
            status=status,
            code=code,
            detail=message[1],
            detail_id=message[0],
            errors=[FieldError(**asdict(field)) for field in fields],
        )


STATUS_MESSAGES: Mapping[int, tuple[str, tuple[str, str]]] = {
    400: ("bad-request", ("Permintaan tidak dapat dibaca.", "The request cannot be read.")),
    401: ("not-signed-in", ("Silakan masuk terlebih dahulu.", "Sign in first.")),
    403: ("not-allowed", ("Anda tidak berhak melakukan ini.", "You may not do this.")),
    404: ("not-found", ("Tidak ditemukan.", "Nothing is here.")),
    405: ("method-not-allowed", ("Cara ini tidak tersedia di sini.", "This method is not offered here.")),
    413: ("too-large", ("Isi permintaan terlalu besar.", "The request's body is too large.")),
    415: ("media-type-not-supported", ("Kirim isi sebagai JSON.", "Send the body as JSON.")),
    422: ("not-valid", ("Ada isian yang belum benar.", "Some fields are not right.")),
    500: (
        "internal-error",
        ("Terjadi kesalahan pada layanan. Silakan coba lagi nanti.", "The service failed. Try again later."),
    ),
    503: (
        "not-available",
        ("Layanan sedang tidak tersedia. Silakan coba lagi.", "The service is not available now. Try again."),
    ),
}
"""Code and sentences (Indonesian, English) of the refusals that HTTP itself knows."""


def status_problem(status: int, fields: Sequence[FieldProblem] = ()) -> Problem:
    """The problem of a bare HTTP status, without a business error behind it."""
    code, message = (
        STATUS_MESSAGES.get(status) or STATUS_MESSAGES[500 if status >= HTTPStatus.INTERNAL_SERVER_ERROR else 400]
    )
    return Problem.of(status, code, message, fields)


NOT_YET: tuple[str, tuple[str, str]] = (
    "not-yet",
    (
        "Langkah sebelumnya belum tercatat di layanan ini. Silakan coba lagi sebentar lagi.",
        "A step before this one is not known here yet. Try again in a moment.",
    ),
)
"""Code and sentences for a call that came before the fact it builds on."""
