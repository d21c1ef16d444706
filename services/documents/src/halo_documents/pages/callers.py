"""Who sees a page, and what the routes ask the service for."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from halo_service.http import provided
from halo_service.signin import Caller, Role, allow

from halo_documents.domain.checklists import Checklists
from halo_documents.domain.papers import Limits
from halo_documents.gateways.store import PaperStore


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where pages of other services are; None where nobody said it. `dispatch` has the officer's tasks."""

    dispatch: str | None = None


OfficerDep = Annotated[Caller, Depends(allow(Role.OFFICER))]
OperatorDep = Annotated[Caller, Depends(allow(Role.OPERATOR))]
ReaderDep = Annotated[Caller, Depends(allow(Role.OPERATOR, Role.OFFICER))]
"""Who is both reads as an operator, who may read more."""

ChecklistsDep = Annotated[Checklists, Depends(provided(Checklists))]
LimitsDep = Annotated[Limits, Depends(provided(Limits))]
NeighboursDep = Annotated[Neighbours, Depends(provided(Neighbours))]
StoreDep = Annotated[PaperStore, Depends(provided(PaperStore))]
