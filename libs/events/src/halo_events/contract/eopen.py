"""What the e-OPen backend publishes on `eopen.request.v1`. Outsiders write it, so every record is answered."""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from halo_events import topics
from halo_events.contract.event import Code, Event, LongText, Part, Text
from halo_events.contract.intake import AnyCancelReason, CancelReason
from halo_events.contract.values import AnyLanguage, AnyTargetGroup, HouseholdSize, Language
from halo_events.topics import Topic


class EOpenResident(Part):
    """The resident as e-OPen knows him: as typed, checked by intake and not here."""

    name: Text
    nik: Text | None = None
    kk: Text | None = None
    phone: Text
    email: Text | None = None
    address: LongText
    note: LongText | None = None


class RequestFiled(Event):
    """A resident tapped HALO PAMOR in e-OPen."""

    type: ClassVar[str] = "id.go.bekasikota.eopen.request.filed.v1"
    topic: ClassVar[Topic] = topics.EOPEN_REQUESTS

    eopen_id: Code
    """e-OPen's own number of the request: filing the same number again returns the first request."""
    resident: EOpenResident
    kelurahan_code: Text
    rw: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}$")]
    rt: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}$")] | None = None
    documents: Annotated[tuple[Text, ...], Field(min_length=1, max_length=10)]
    target_group: AnyTargetGroup | None = None
    household_size: HouseholdSize | None = None
    language: AnyLanguage = Language.INDONESIAN

    @property
    def key(self) -> str:
        """e-OPen's number of the request."""
        return self.eopen_id


class RequestCancelAsked(Event):
    """A resident asked in e-OPen to cancel what he filed there."""

    type: ClassVar[str] = "id.go.bekasikota.eopen.request.cancel_asked.v1"
    topic: ClassVar[Topic] = topics.EOPEN_REQUESTS

    eopen_id: Code
    """e-OPen's own number of the request that is to be cancelled."""
    reason: AnyCancelReason = CancelReason.OTHER

    @property
    def key(self) -> str:
        """e-OPen's number of the request."""
        return self.eopen_id
