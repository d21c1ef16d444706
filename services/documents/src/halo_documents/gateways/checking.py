"""Checks papers: reads them from the store, looks at them, keeps what is in order."""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

from halo_events.contract.documents import QuarantineReason

from halo_documents.domain.papers import (
    ATTEMPTS,
    CHECK_LIMIT,
    CHECKS,
    Claim,
    Finding,
    Limits,
    Setback,
    Upload,
    UploadProblem,
    judge,
)
from halo_documents.gateways import inspection, scanner
from halo_documents.gateways.scanner import Scanner, ScannerAwayError
from halo_documents.gateways.store import (
    THREADS,
    Content,
    ObjectMissingError,
    ObjectTooLargeError,
    PaperStore,
    StoreAwayError,
)


class OverranError(Exception):
    """A check took so long that another worker may have the paper by now: nothing may be written any more."""


@dataclass(slots=True)
class Checked:
    """What became of a batch: findings, setbacks, errors of single papers.

    `untried` papers were not begun: the time was up, or the store or the scanner was `away`.
    """

    findings: list[Finding] = field(default_factory=list)
    setbacks: list[Setback] = field(default_factory=list)
    untried: list[Claim] = field(default_factory=list)
    away: StoreAwayError | ScannerAwayError | None = None
    errors: list[BaseException] = field(default_factory=list)

    def add(self, result: Finding | Setback) -> None:
        """Put a result where it belongs."""
        if isinstance(result, Finding):
            self.findings.append(result)
        else:
            self.setbacks.append(result)


class Checker:
    """Checks several papers at a time, in threads of its own: reading, opening and scanning files block.

    Without a scanner papers are not scanned.
    """

    def __init__(
        self, store: PaperStore, limits: Limits, limit: timedelta = CHECK_LIMIT, *, clamd: Scanner | None = None
    ) -> None:
        self._store = store
        self._clamd = clamd
        self._checks = CHECKS if clamd is None else (*CHECKS, scanner.CHECK)
        self._limits = limits
        self._seconds = limit.total_seconds()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="papers")

    def close(self) -> None:
        """Let the threads end; what they still do is dropped, and tried again by the next process."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def check_all(self, claims: Sequence[Claim]) -> Checked:
        """Check a batch within the limit.

        Once the store or the scanner is found away the rest is not tried. What is under way at the end is left to its
        lease.
        """
        checked = Checked(untried=list(claims))
        deadline = time.monotonic() + self._seconds
        slots = asyncio.Semaphore(THREADS)
        tasks = [asyncio.create_task(self._check_one(claim, checked, slots, deadline)) for claim in claims]
        try:
            done, _ = await asyncio.wait(tasks, timeout=self._seconds)
        finally:
            for task in tasks:
                task.cancel()
        checked.errors += [error for task in done if (error := task.exception())]
        return checked

    async def drop(self, uploads: Sequence[Upload]) -> None:
        """Remove what was uploaded, after it was kept. Raises StoreAwayError."""
        await asyncio.get_running_loop().run_in_executor(self._pool, self._store.drop, uploads)

    async def discard(self, uploads: Sequence[Upload]) -> None:
        """Remove what was kept of papers that were not cleared after all. Raises StoreAwayError."""
        await asyncio.get_running_loop().run_in_executor(self._pool, self._store.discard, uploads)

    async def _check_one(self, claim: Claim, checked: Checked, slots: asyncio.Semaphore, deadline: float) -> None:
        async with slots:
            if checked.away is not None:
                return
            checked.untried.remove(claim)
            try:
                checked.add(await self._try(claim, deadline))
            except (StoreAwayError, ScannerAwayError) as error:
                checked.away = error
                checked.untried.append(claim)

    async def _try(self, claim: Claim, deadline: float) -> Finding | Setback:
        if claim.attempts > ATTEMPTS:
            return Setback(claim, UploadProblem.NOT_CHECKABLE)
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._check, claim, deadline)

    def _check(self, claim: Claim, deadline: float) -> Finding | Setback:
        """One paper, in a thread. Raises StoreAwayError, ScannerAwayError, OverranError."""
        upload = claim.upload
        try:
            content = self._store.fetch(upload, self._limits.paper_bytes)
        except ObjectMissingError:
            return Setback(claim, UploadProblem.NOT_FOUND)
        except ObjectTooLargeError:
            return Setback(claim, UploadProblem.TOO_LARGE)
        if not content.data:
            return Setback(claim, UploadProblem.EMPTY)
        media_type = inspection.sniff(content.data)
        reason = self._look_through(upload, content, media_type)
        if reason is None:
            if time.monotonic() > deadline:
                raise OverranError
            self._store.keep(upload, content)
        return Finding(claim, content.sha256, len(content.data), media_type, reason, self._checks)

    def _look_through(self, upload: Upload, content: Content, media_type: str) -> QuarantineReason | None:
        """Why nobody may open a paper. The scanner is asked about what would be cleared, and about nothing else."""
        reason = judge(upload.announced, len(content.data), media_type)
        if reason is None and not inspection.opens(media_type, content.data):
            reason = QuarantineReason.UNREADABLE
        if reason is None and self._clamd is not None:
            reason = self._clamd.scan(content.data)
        return reason
