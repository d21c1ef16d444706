"""What dispatch does with facts: folds them into its tables, and decides what follows."""

from typing import Final

from halo_dispatch.handlers import assignments, documents, officers, requests, visits

PROJECTIONS: Final = (
    *requests.PROJECTIONS,
    *documents.PROJECTIONS,
    *assignments.PROJECTIONS,
    *visits.PROJECTIONS,
    *officers.PROJECTIONS,
)

DECISIONS: Final = (*requests.DECISIONS, *documents.DECISIONS)
