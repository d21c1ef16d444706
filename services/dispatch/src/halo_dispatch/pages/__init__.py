"""HTML for officers on their phones: the list of tasks, one task, and the forms of its steps."""

from typing import Final

from halo_dispatch.pages import answer, delivery, tasks, visit
from halo_dispatch.pages.links import DocumentsPages

__all__ = ["ROUTERS", "DocumentsPages"]

ROUTERS: Final = (tasks.router, answer.router, visit.router, delivery.router)
"""The pages of dispatch."""
