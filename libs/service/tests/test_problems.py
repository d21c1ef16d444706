import json
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from halo_service.field_messages import describe_fields, field_path
from halo_service.problems import BusinessError, FieldProblem, status_problem
from halo_service.signin import Role
from halo_service.testing import Client
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError


class TestAnswers:
    async def test_business_error(self, officer: Client) -> None:
        """A refusal is told in both languages, with its code and its values."""
        answer = await officer.create("/v1/letters", {"title": "taken"})

        assert answer.status_code == 409
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json() == {
            "type": "urn:halopamor:problem:letter-taken",
            "title": "Conflict",
            "status": 409,
            "code": "letter-taken",
            "detail": "Sari holds this letter already.",
            "detail_id": "Surat ini sudah dipegang Sari.",
            "errors": [],
        }

    async def test_not_yet(self, officer: Client) -> None:
        """A call that is too early may be tried again in a second."""
        answer = await officer.create("/v1/letters", {"title": "early"})

        assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (409, "not-yet", "1")

    async def test_fields(self, officer: Client) -> None:
        """Every field that is wrong is told, and none of what it held."""
        answer = await officer.create("/v1/letters", {"title": "3275990101900001 is too long", "copies": 9, "x": "y"})

        assert answer.status_code == 422
        assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [
            ("title", "string_too_long"),
            ("copies", "less_than_equal"),
            ("x", "extra_forbidden"),
        ]
        assert answer.json()["errors"][0]["message_id"] == "Paling banyak 20 karakter."
        assert "327599" not in answer.text

    async def test_query(self, officer: Client) -> None:
        """A wrong query parameter is told with its place."""
        answer = await officer.get("/v1/letters", params={"limit": 1000})

        assert answer.json()["errors"][0]["field"] == "query.limit"

    @pytest.mark.parametrize("body", [b"{", b'{"title": "\\ud800"}', b"[" * 100_000, b'"', b"\xff\xfe", b""])
    async def test_broken_body(self, officer: Client, body: bytes) -> None:
        """A body that is no good JSON is the caller's fault, told as a problem."""
        headers = {"content-type": "application/json", "idempotency-key": "k"}
        answer = await officer.post("/v1/letters", content=body, headers=headers)

        assert answer.status_code in {400, 422}
        assert answer.headers["content-type"] == "application/problem+json"

    async def test_unforeseen(self, officer: Client) -> None:
        """A fault of the service is told without its text."""
        answer = await officer.create("/v1/letters", {"title": "broken"})

        assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")
        assert "327599" not in answer.text

    @pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/v1/stamp", 405)])
    async def test_http_error(self, offline: Client, path: str, status: int) -> None:
        """What HTTP itself refuses is a problem too."""
        answer = await offline.post(path)

        assert answer.status_code == answer.json()["status"] == status
        assert answer.json()["detail_id"]

    async def test_too_large(self, officer: Client) -> None:
        """A body over 256 KiB is refused, also one that does not tell its length."""

        async def parts() -> Any:
            for _ in range(300):
                yield b" " * 1024

        answer = await officer.post("/v1/letters", content=parts(), headers={"content-type": "application/json"})

        assert (answer.status_code, answer.json()["code"]) == (413, "too-large")

    @pytest.mark.parametrize("path", ["/v1/letters/%00", "/v1/letters?cursor=%00"])
    async def test_nul(self, offline: Client, path: str) -> None:
        """A path or a query with a NUL, which no database can hold, is refused."""
        answer = await offline.get(path)

        assert answer.status_code == 400

    async def test_no_store(self, offline: Client) -> None:
        """Nobody on the way keeps an answer."""
        answer = await offline.get("/v1/stamp")

        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


class TestBusinessError:
    def test_fields(self) -> None:
        """An error can tell what is wrong field by field."""

        class UnsuitableError(BusinessError):
            status = 422
            code = "unsuitable"
            message = ("Belum sesuai.", "Not suitable.")

        fault = FieldProblem("items.0.row", "missing", "This is required.", "Isian ini wajib ada.")
        problem = UnsuitableError(fields=[fault]).problem()

        assert problem.errors[0].field == "items.0.row"
        assert problem.title == "Unprocessable Entity"

    def test_text(self) -> None:
        """The text of an error is its code: values reach the caller and no log."""

        class HeldError(BusinessError):
            code = "held"
            message = ("Dipegang {holder}.", "Held by {holder}.")

        assert str(HeldError(holder="Sari")) == "held"

    @pytest.mark.parametrize("status", [402, 418, 502])
    def test_other_status(self, status: int) -> None:
        """A status without a sentence of its own gets a general one."""
        assert status_problem(status).status == status


def digits(text: str) -> str:
    """Refuse with a sentence in both languages."""
    if not text.isdigit():
        raise PydanticCustomError("nik_digits", "A NIK has 16 digits.", {"message_id": "NIK terdiri dari 16 angka."})
    return text


def inside_out(text: str) -> str:
    """Refuse with the input in the sentence, as one must not."""
    raise PydanticCustomError("bad", "{text} is bad", {"text": text})


class Form(BaseModel):
    """All kinds of fields."""

    model_config = ConfigDict(hide_input_in_errors=True)

    nik: Annotated[str, AfterValidator(digits)] = "1"
    loud: Annotated[str, AfterValidator(inside_out)] | None = None
    role: Role = Role.CLERK
    when: AwareDatetime | None = None
    id: UUID | None = None
    many: Annotated[list[int], Field(max_length=2)] = []
    extra: dict[str, int] = {}


def faults(**values: object) -> list[FieldProblem]:
    """What is wrong with a form."""
    with pytest.raises(ValidationError) as caught:
        Form(**values)
    return describe_fields(caught.value.errors())


class TestDescribeFields:
    def test_own_sentence(self) -> None:
        """A validator's own sentence is taken where it speaks both languages."""
        (fault,) = faults(nik="x")

        assert fault == FieldProblem("nik", "nik_digits", "A NIK has 16 digits.", "NIK terdiri dari 16 angka.")

    def test_sentence_with_input(self) -> None:
        """Any other sentence of a validator is replaced."""
        (fault,) = faults(loud="327599")

        assert fault.message == "This is not valid."

    def test_choice(self) -> None:
        """The choices are told."""
        (fault,) = faults(role="king")

        assert "'officer'" in fault.message_id

    @pytest.mark.parametrize(
        "values",
        [
            {"when": "2026-01-01T00:00:00"},
            {"id": "327599"},
            {"many": [1, 2, 3]},
            {"many": ["327599x"]},
            {"when": "327599x"},
        ],
    )
    def test_no_input(self, values: dict[str, object]) -> None:
        """No sentence holds what the field held, and both languages are there."""
        (fault,) = faults(**values)

        assert "327599" not in json.dumps([fault.message, fault.message_id])
        assert fault.message != "This is not valid."
        assert "?" not in fault.message

    def test_invented_name(self) -> None:
        """A field name that the caller made up is not repeated unless it is a plain word."""
        (fault,) = faults(extra={"Budi Santoso, Jl. Mawar": "x"})

        assert fault.field == "extra.?"

    def test_many(self) -> None:
        """At most 50 faults are told."""
        with pytest.raises(ValidationError) as caught:
            TypeAdapter(list[int]).validate_python(["x"] * 80)

        assert len(describe_fields(caught.value.errors())) == 50

    def test_whole_body(self) -> None:
        """A fault of the whole body has the path `body`."""
        assert field_path(("body",)) == "body"


def test_choices() -> None:
    """The choices of a field are told in each language, though pydantic lists them in English."""
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(Literal["a", "b"]).validate_python("c")
    (told,) = describe_fields(refused.value.errors())
    assert (told.message, told.message_id) == ("Choose one of: 'a' or 'b'.", "Pilih salah satu: 'a' atau 'b'.")
