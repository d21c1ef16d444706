"""Pages of a list: a cursor holds the sort values of the last row, so that rows that come or go move no page."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Final, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict

from halo_service.problems import BusinessError

LIMIT: Final = 200
"""Most rows of one page."""

_DEFAULT: Final = 50
_CURSOR_LIMIT: Final = 512

T = TypeVar("T")


class CursorNotValidError(BusinessError):
    """The cursor is none that this service gave."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "cursor-not-valid"
    message = (
        "Penanda halaman tidak sah. Mulai lagi dari halaman pertama.",
        "The cursor is not valid. Begin again without one.",
    )


@dataclass(frozen=True, slots=True)
class Paging:
    """Which page is asked for: `limit` rows after the row with the sort values `after` (None: from the start)."""

    limit: int
    after: tuple[str, ...] | None = None

    def position(self, width: int) -> tuple[str, ...] | None:
        """The sort values after which the page begins. Raises CursorNotValidError unless there are `width`."""
        if self.after is not None and len(self.after) != width:
            raise CursorNotValidError
        return self.after

    def time_and_id(self) -> tuple[datetime, UUID] | None:
        """The position of a list that is sorted by a time and an id. Raises CursorNotValidError."""
        position = self.position(2)
        if position is None:
            return None
        try:
            return datetime.fromisoformat(position[0]).astimezone(UTC), UUID(position[1])
        except (ValueError, OverflowError):
            raise CursorNotValidError from None


class Page(BaseModel, Generic[T]):
    """Rows of a list, and the cursor of the page after them (null: this is the last)."""

    model_config = ConfigDict(hide_input_in_errors=True)

    items: list[T]
    next_cursor: str | None


async def _paging(
    cursor: Annotated[str | None, Query(max_length=_CURSOR_LIMIT, description="next_cursor of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=LIMIT, description="rows of a page")] = _DEFAULT,
) -> Paging:
    return Paging(limit, _decode(cursor) if cursor else None)


PagingDep = Annotated[Paging, Depends(_paging)]
"""The query parameters `cursor` and `limit`."""


def page_of(
    found: Sequence[T], paging: Paging, position: Callable[[T], Sequence[str | int | datetime | UUID]]
) -> Page[T]:
    """A page of the rows found. Query `paging.limit + 1` rows: the one too many says that there is a next page.

    `position` gives a row's sort values. They travel in the URL: ids, times and numbers, never personal data.
    """
    rows = list(found[: paging.limit])
    more = len(found) > paging.limit
    return Page(items=rows, next_cursor=_encode(position(rows[-1])) if more else None)


def _encode(values: Sequence[str | int | datetime | UUID]) -> str:
    texts = [value.isoformat() if isinstance(value, datetime) else str(value) for value in values]
    return base64.urlsafe_b64encode(json.dumps(texts, separators=(",", ":")).encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[str, ...]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        raise CursorNotValidError from None
    if not isinstance(values, list) or not all(isinstance(value, str) and value.isprintable() for value in values):
        raise CursorNotValidError
    return tuple(values)
