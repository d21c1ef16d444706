"""Idempotency: a creating call that is sent twice has its effect once, and gets the same answer both times.

The key, a digest of the body and the answer are stored in the request's own transaction, so that key and effect
stand or fall together. A second call with the same key waits for the first one's commit.
"""

import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final, TypeVar

from fastapi import Depends, Header, Request
from halo_events.runtime import Tx, load_statements
from pydantic import BaseModel

from halo_service.browser import UnreadableFormError, form_key, is_page
from halo_service.callers import Caller, Role
from halo_service.http.transaction import TxDep
from halo_service.problems import BusinessError
from halo_service.signin import admit

_SQL: Final = load_statements(__package__)
_KEY: Final = re.compile(r"[!-~]{1,128}")
_ATTEMPTS: Final = 3

M = TypeVar("M", bound=BaseModel)


class KeyMissingError(BusinessError):
    """A creating call without a usable Idempotency-Key."""

    status = HTTPStatus.BAD_REQUEST
    code = "idempotency-key-missing"
    message = (
        "Sertakan header Idempotency-Key, 1 sampai 128 karakter ASCII, unik per pengiriman.",
        "Send the header Idempotency-Key: 1 to 128 printable ASCII characters, a new one for each new call.",
    )


class KeyReusedError(BusinessError):
    """The key was used before, with another body."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "idempotency-key-reused"
    message = (
        "Idempotency-Key ini sudah dipakai untuk isi yang lain.",
        "This Idempotency-Key was used for another body. Take a new key for a new call.",
    )


class FormWithoutKeyError(BusinessError):
    """A form without the hidden key that its page gave it."""

    status = HTTPStatus.BAD_REQUEST
    code = "form-key-missing"
    message = UnreadableFormError.message


class FormSentBeforeError(BusinessError):
    """The form was sent before, filled in otherwise: the first sending had its effect."""

    code = "form-sent-before"
    message = (
        "Formulir ini sudah dikirim dengan isian lain; kiriman pertama yang berlaku. Buka lagi untuk melihat hasilnya.",
        "This form was sent before with other content; that first sending counts. Open the page again to see it.",
    )


class AnsweredBeforeError(Exception):
    """Ends the route of a repeated call: the first call's answer is given again."""

    def __init__(self, status: int, answer: str) -> None:
        super().__init__("answered before")
        self.status = status
        self.answer = answer


@dataclass(frozen=True, slots=True)
class _Call:
    """What makes two calls the same: caller, method and path, key."""

    caller_id: str
    operation: str
    key: str


class Once:
    """The idempotency of one call. The route ends in `return await once.keep(tx, Model(...))`."""

    def __init__(self, call: _Call, status: int) -> None:
        self.kept = False
        self._call = call
        self._status = status

    async def keep(self, tx: Tx, answer: M) -> M:
        """Store the answer for repeats of this call, and return it."""
        text = answer.model_dump_json(by_alias=True)
        call = self._call
        await tx.execute_one(_SQL["update_answer"], call.caller_id, call.operation, call.key, self._status, text)
        self.kept = True
        return answer


async def _once(
    request: Request,
    caller: Annotated[Caller, Depends(admit)],
    tx: TxDep,
    idempotency_key: Annotated[str | None, Header(description="A new text for each new call")] = None,
) -> AsyncIterator[Once]:
    """Claim the key, or give the stored answer. A page's key is a hidden field of its form.

    Raises KeyMissingError, KeyReusedError, for forms FormWithoutKeyError, FormSentBeforeError; AnsweredBeforeError.
    """
    of_form = is_page(request)
    key = await form_key(request) if of_form else idempotency_key
    if key is None or not _KEY.fullmatch(key):
        raise FormWithoutKeyError if of_form else KeyMissingError
    if caller.acting_as is Role.PUBLIC:
        raise TypeError("idempotency needs a caller: the route is public")
    call = _Call(caller.id, f"{request.method} {request.url.path}", key)
    digest = hashlib.sha256(request.url.query.encode() + b"\0" + await request.body()).digest()
    await _claim(tx, call, digest, FormSentBeforeError if of_form else KeyReusedError)
    once = Once(call, getattr(request.scope["route"], "status_code", None) or HTTPStatus.OK)
    yield once
    if not once.kept:
        raise TypeError("the route did not keep its answer: end it in `return await once.keep(tx, ...)`")


async def _claim(tx: Tx, call: _Call, digest: bytes, reused: type[BusinessError]) -> None:
    """Insert the key, waiting for another transaction that holds it, or find what it was used for."""
    for _ in range(_ATTEMPTS):
        if await tx.execute(_SQL["insert_key"], call.caller_id, call.operation, call.key, digest, tx.now):
            return
        row = await tx.fetchrow(_SQL["find_answer"], call.caller_id, call.operation, call.key)
        if row is None:
            continue  # purged between the two statements
        if row["body_sha256"] != digest:
            raise reused
        raise AnsweredBeforeError(row["status"], row["answer"])
    raise TimeoutError


OnceDep = Annotated[Once, Depends(_once, scope="function")]
"""Makes the route's effect happen once per caller, path and Idempotency-Key."""
