"""Fields of forms: what a browser sends, read into a model."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ValidationError

from halo_service.browser import KEY_FIELD, LANGUAGE_FIELD
from halo_service.field_messages import describe_fields
from halo_service.local_time import WIB
from halo_service.problems import STATUS_MESSAGES, BusinessError

M = TypeVar("M", bound=BaseModel)
Fields = Sequence[tuple[str, str]]


def _in_bekasi(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=WIB)


BekasiTime = Annotated[datetime, AfterValidator(_in_bekasi)]
"""A time from `<input type="datetime-local">`, which tells no zone: it is read on the clock of Bekasi."""


class InvalidFormError(BusinessError):
    """Fields of a form are not right; `fields` names each."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code, message = STATUS_MESSAGES[422]


def typed(fields: Fields) -> dict[str, list[str]]:
    """What was typed, by field: a form is shown again with it."""
    values: dict[str, list[str]] = {}
    for name, text in fields:
        if name not in {KEY_FIELD, LANGUAGE_FIELD}:
            values.setdefault(name, []).append(text)
    return values


def read_form(model: type[M], fields: Fields) -> M:
    """The form as a model. Raises InvalidFormError.

    A field that was left empty counts as not given; a repeated one (check boxes) is a list where the model wants one.
    """
    data: dict[str, Any] = {}
    for name, texts in typed(fields).items():
        known = model.model_fields.get(name)
        filled = [text for text in texts if text.strip()]
        if known is not None and _many(known.annotation):
            data[name] = filled
        elif filled:
            data[name] = filled[-1]
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise InvalidFormError(fields=describe_fields(error.errors())) from None


def _many(annotation: Any) -> bool:  # noqa: ANN401 - any annotation of a model
    if get_origin(annotation) in {list, tuple, set, frozenset}:
        return True
    return any(_many(part) for part in get_args(annotation) if part is not type(None)) if annotation else False
