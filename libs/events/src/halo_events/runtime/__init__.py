"""The runtime: effects happen once, in order, over Kafka and PostgreSQL."""

from halo_events.runtime.consumer import Consumer
from halo_events.runtime.database import Database
from halo_events.runtime.failure import describe, is_infrastructure
from halo_events.runtime.handlers import (
    Boundary,
    Fault,
    Handler,
    Handlers,
    Rejection,
    boundary,
    on,
    on_batch,
    project,
    project_batch,
)
from halo_events.runtime.health import Health
from halo_events.runtime.migrate import migrate
from halo_events.runtime.relay import Relay
from halo_events.runtime.statements import load_statements
from halo_events.runtime.transaction import Fold, RowCountError, Tx

__all__ = [
    "Boundary",
    "Consumer",
    "Database",
    "Fault",
    "Fold",
    "Handler",
    "Handlers",
    "Health",
    "Rejection",
    "Relay",
    "RowCountError",
    "Tx",
    "boundary",
    "describe",
    "is_infrastructure",
    "load_statements",
    "migrate",
    "on",
    "on_batch",
    "project",
    "project_batch",
]
