"""HTTP, one module per step of the dossier."""

from typing import Final

from halo_documents.api import desk, handover, need, papers

ROUTERS: Final = (need.router, papers.router, desk.router, handover.router)
"""The routes of documents."""
