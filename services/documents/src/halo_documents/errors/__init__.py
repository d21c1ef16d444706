"""What documents refuses, with HTTP status and words in Indonesian and English; one module per step."""

from halo_documents.errors.access import (
    NoHolderError,
    NotHolderError,
    NotInRegisterError,
    RequestCancelledError,
    RequestUnknownError,
)
from halo_documents.errors.desk import (
    BlankSerialMissingError,
    BlankSerialTakenError,
    IssueNumberTakenError,
    ItemHeldError,
    ItemNotHeldError,
    OnlyPapersNeverCameError,
    OperatorIsCollectorError,
    PersonalNumberError,
    RowMetOtherwiseError,
    WrongStateError,
)
from halo_documents.errors.handover import (
    HandoverConfirmedError,
    HandoverOutdatedError,
    HandoverUnknownError,
    HandoverWithdrawnError,
    ItemInHandoverError,
)
from halo_documents.errors.need import (
    ItemUnknownError,
    NeedMissingError,
    NeedRecordedError,
    PapersBeingCheckedError,
    PapersMissingError,
)
from halo_documents.errors.papers import (
    PaperNotClearedError,
    PaperTooLargeError,
    PaperUnknownError,
    RowUnknownError,
    TooManyFailedPapersError,
    TooManyPapersError,
    UploadExpiredError,
)

__all__ = [
    "BlankSerialMissingError",
    "BlankSerialTakenError",
    "HandoverConfirmedError",
    "HandoverOutdatedError",
    "HandoverUnknownError",
    "HandoverWithdrawnError",
    "IssueNumberTakenError",
    "ItemHeldError",
    "ItemInHandoverError",
    "ItemNotHeldError",
    "ItemUnknownError",
    "NeedMissingError",
    "NeedRecordedError",
    "NoHolderError",
    "NotHolderError",
    "NotInRegisterError",
    "OnlyPapersNeverCameError",
    "OperatorIsCollectorError",
    "PaperNotClearedError",
    "PaperTooLargeError",
    "PaperUnknownError",
    "PapersBeingCheckedError",
    "PapersMissingError",
    "PersonalNumberError",
    "RequestCancelledError",
    "RequestUnknownError",
    "RowMetOtherwiseError",
    "RowUnknownError",
    "TooManyFailedPapersError",
    "TooManyPapersError",
    "UploadExpiredError",
    "WrongStateError",
]
