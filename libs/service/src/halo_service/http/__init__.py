"""What HTTP routes hold in their hands: the transaction, idempotency, pages of a list, a service's own resources."""

from halo_service.http.once import Once, OnceDep
from halo_service.http.paging import Page, Paging, PagingDep, page_of
from halo_service.http.resources import provided
from halo_service.http.transaction import TxDep, transaction

__all__ = ["Once", "OnceDep", "Page", "Paging", "PagingDep", "TxDep", "page_of", "provided", "transaction"]
