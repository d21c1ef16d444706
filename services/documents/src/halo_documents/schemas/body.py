"""What all bodies have in common."""

from datetime import datetime

from halo_events.contract.values import Bilingual
from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """A body: unknown fields of a request are refused, so that no typing error goes unseen."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class ReasonView(Body):
    """A reason: its word, a sentence in both languages, and since when."""

    reason: str
    words: Bilingual
    since: datetime
