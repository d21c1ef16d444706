"""What can go wrong with an event, apart from the infrastructure."""


class EventError(Exception):
    """An event or a record is not what it should be. The message never holds what the record held."""


class EnvelopeError(EventError):
    """A record is no CloudEvent: `attribute` names the part that is missing or malformed.

    `record_id` is the record's id where that much can be read, so that an answer can name the record.
    """

    def __init__(self, attribute: str, problem: str) -> None:
        super().__init__(f"{attribute}: {problem}")
        self.attribute = attribute
        self.record_id: str | None = None


class EventTooLargeError(EventError):
    """Data and headers of an event exceed what the outbox takes."""


class NotYetError(EventError):
    """A handler misses the cause of its event: the record is held until its siblings bring the cause.

    Between topics Kafka gives no order, so this is no fault. `missing` says what is awaited, without personal data.
    """

    def __init__(self, missing: str) -> None:
        super().__init__(f"not yet: {missing}")
        self.missing = missing
