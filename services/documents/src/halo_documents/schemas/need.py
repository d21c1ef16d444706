"""Bodies of the need and of a submit."""

from typing import Annotated, Final
from uuid import UUID

from halo_events.contract.event import Round
from halo_events.contract.values import Bilingual, DocumentKind
from pydantic import ConfigDict, Field, JsonValue

from halo_documents.schemas.body import Body


class Wanted(Body):
    """One document that is needed."""

    kind: DocumentKind


class Need(Body):
    """What is needed, as found out at the house. Two children need two items of one kind.

    `round` is the one that the officer means, as his list at dispatch shows it; without it the one known here.
    """

    items: Annotated[tuple[Wanted, ...], Field(min_length=1, max_length=10)]
    round: Round | None = None


class RecordedItem(Body):
    """An item of the dossier."""

    item_id: UUID
    kind: DocumentKind


class NeedAnswer(Body):
    """The dossier that was opened."""

    items: tuple[RecordedItem, ...]
    checklist_version: str


class NamedRow(Body):
    """A row of an item's checklist."""

    row: str
    title: Bilingual


class WaitingItem(Body):
    """An item that stays with the officer.

    `missing` are the mandatory rows for which no cleared paper lies in the dossier; `checking` are the rows, mandatory
    or not, of which a paper is being checked: the item waits for that answer too.
    """

    item_id: UUID
    kind: DocumentKind
    missing: tuple[NamedRow, ...]
    checking: tuple[NamedRow, ...]


_IN_PARTS: Final[dict[str, JsonValue]] = {
    "items": ["0b6d3c1e-4f5e-4a53-9a57-2b1f6f0c3275"],
    "waiting": [
        {
            "item_id": "7c2f9a04-1d3b-4b8e-8c55-90d1c4a7e611",
            "kind": "kia",
            "missing": [{"row": "kk", "title": {"id": "Kartu Keluarga (KK)", "en": "Family card (KK)"}}],
            "checking": [],
        }
    ],
}


class SubmitAnswer(Body):
    """The items that went to the desk, and those that wait for papers or checks and are submitted later."""

    model_config = ConfigDict(json_schema_extra={"examples": [_IN_PARTS]})

    items: tuple[UUID, ...]
    waiting: tuple[WaitingItem, ...]
