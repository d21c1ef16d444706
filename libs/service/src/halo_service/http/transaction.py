"""The transaction of a request: it commits before the answer leaves."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from halo_events.runtime import Database, Tx

from halo_service.signin import Caller, admit


async def transaction(request: Request, _caller: Annotated[Caller, Depends(admit)]) -> AsyncIterator[Tx]:
    """Open the request's transaction, once the caller was let in; an error rolls it back, a failed commit is raised."""
    database: Database = request.app.state.database
    async with database.transaction() as tx:
        yield tx


TxDep = Annotated[Tx, Depends(transaction, scope="function")]
"""The request's transaction. With the scope "function" the commit comes before the answer, so that no caller is told
of something that failed."""
