"""HTML, one module per step: the officer's papers, the operator's desk."""

from typing import Final

from halo_documents.pages import desk, officer, steps, uploads

ROUTERS: Final = (officer.router, uploads.router, desk.router, steps.router)
"""The pages of documents."""
