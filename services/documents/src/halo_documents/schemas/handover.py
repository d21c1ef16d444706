"""Bodies of handovers."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from halo_documents.schemas.body import Body


class NewHandover(Body):
    """Printed items to lay ready for the officer."""

    items: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=10)]

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        if len(set(self.items)) != len(self.items):
            raise PydanticCustomError(
                "item_twice", "Name each item once.", {"message_id": "Sebutkan setiap dokumen satu kali."}
            )
        return self


class HandoverAnswer(Body):
    """A handover that waits for the officer, that he confirmed, or that the desk withdrew."""

    handover_id: UUID
    items: tuple[UUID, ...]
