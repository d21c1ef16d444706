"""HTTP bodies."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from halo_notify.domain.messages import Message, MessageState


class MessageView(BaseModel):
    """One message of the log. Neither address nor text: who needs them asks the resident."""

    model_config = ConfigDict(frozen=True, from_attributes=True, hide_input_in_errors=True)

    message_id: UUID
    request_id: UUID
    round: int
    cause_type: str
    cause_id: str
    recipient: str
    recipient_id: UUID | None
    channel: str
    template: str
    language: str
    state: MessageState
    reason: str | None
    queued_at: datetime
    settled_at: datetime | None

    @classmethod
    def of(cls, message: Message) -> Self:
        """The view of a message."""
        return cls.model_validate(message)
