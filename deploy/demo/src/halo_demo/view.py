"""What the person at the terminal sees while the demo runs: bars, or plain lines where there is no terminal."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

STAGES: Final[Mapping[str, str]] = {
    "request.received": "received",
    "assignment.accepted": "accepted by an officer",
    "visit.made": "visited",
    "need.recorded": "need recorded",
    "dossier.submitted": "papers submitted",
    "handover.completed": "printed, with the officer",
    "delivery.completed": "delivered",
    "request.closed": "closed",
}
"""The stages shown, by the event that reaches them."""
LINE_SECONDS: Final = 5.0
DRAW_SECONDS: Final = 0.25


@dataclass
class Phases:
    """How long each phase took, in seconds."""

    took: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        """Measure a phase."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.took[name] = time.monotonic() - began


def progress_of(counts: Mapping[str, int], expected: int) -> float:
    """Return how far all requests are together, from 0 to 1."""
    reached = sum(min(counts.get(name, 0), expected) for name in STAGES)
    return reached / (len(STAGES) * expected) if expected else 1.0


async def show(console: Console, counts: Mapping[str, int], expected: int) -> None:
    """Show the stages until cancelled."""
    await (_draw(console, counts, expected) if console.is_terminal else _print_lines(console, counts, expected))


async def _draw(console: Console, counts: Mapping[str, int], expected: int) -> None:
    columns = (TextColumn("{task.description:>26}"), BarColumn(40), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        tasks = {name: bars.add_task(title, total=expected) for name, title in STAGES.items()}
        while True:
            for name, task in tasks.items():
                bars.update(task, completed=min(counts.get(name, 0), expected))
            await asyncio.sleep(DRAW_SECONDS)


async def _print_lines(console: Console, counts: Mapping[str, int], expected: int) -> None:
    while True:
        await asyncio.sleep(LINE_SECONDS)
        reached = ", ".join(f"{title} {min(counts.get(name, 0), expected)}" for name, title in STAGES.items())
        console.print(f"of {expected}: {reached}", soft_wrap=True)
