"""How far a request is, as its life has it: who serves it, where its documents are, and its public status."""

from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from lives.town import LifeError

DESK = ("needed", "submitted", "verified", "issued", "printed", "with_officer")
SHOWN = {"needed": "collecting", "verified": "processing", "issued": "processing"}
"""How the public status calls a place of the desk, where it calls it otherwise."""
ORDER = ("collecting", "submitted", "processing", "printed", "with_officer", "at_kelurahan")
CLIMB = ("received", "offered", "accepted", "visit_scheduled", "collecting")


@dataclass
class Item:
    """One document of a round."""

    item_id: UUID
    kind: str
    label: str
    place: str = "needed"
    held: bool = False
    rejected: bool = False
    kept: bool = False
    delivered: bool = False
    tries: int = 0
    rows: set[str] = field(default_factory=set)
    """Rows with a cleared paper that counts."""

    @property
    def in_hand(self) -> bool:
        """Whether it can be delivered."""
        return self.place == "with_officer" and not self.delivered

    @property
    def shown(self) -> str:
        """Its place in the words of the public status."""
        return "at_kelurahan" if self.kept else SHOWN.get(self.place, self.place)


@dataclass
class Sight:
    """One request.

    `round` is the one that intake opened, `wanted` what it is about, `served_round` the one that dispatch is in.
    """

    request_id: UUID | None = None
    tracking_no: str = ""
    documents: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()
    round: int = 1
    asks: int = 0
    answers: int = 0
    cancelled: bool = False
    closed: bool = False
    told: list[str] = field(default_factory=list)
    served_round: int = 1
    state: str = "none"
    officer: UUID | None = None
    visit: UUID | None = None
    visited: bool = False
    declined: set[UUID] = field(default_factory=set)
    left: set[UUID] = field(default_factory=set)
    climbed: defaultdict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    items: defaultdict[int, dict[UUID, Item]] = field(default_factory=lambda: defaultdict(dict))
    papers: dict[UUID, tuple[UUID | None, str | None, bool]] = field(default_factory=dict)
    cleared_photos: defaultdict[int, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    """Proofs of delivery that passed their checks, by round."""

    @property
    def present(self) -> list[Item]:
        """The items of the round that dispatch is in."""
        return list(self.items[self.served_round].values())

    @property
    def photos(self) -> list[UUID]:
        """The proofs that count in the round that dispatch is in."""
        return self.cleared_photos[self.served_round]

    @property
    def holder(self) -> UUID | None:
        """The officer who serves the request."""
        return self.officer if self.state == "accepted" else None

    @property
    def pending(self) -> bool:
        """Whether a wish to cancel waits for its answer."""
        return self.asks > self.answers

    @property
    def ended(self) -> bool:
        """Whether no item of intake's round is open."""
        items = self.items[self.round].values()
        return bool(items) and all(item.delivered or item.rejected for item in items)

    @property
    def under_way(self) -> bool:
        """Whether dispatch's round has a document to bring, or may get one."""
        return not self.present or any(not (item.delivered or item.rejected) for item in self.present)

    @property
    def status(self) -> str:
        """The public status that the lifecycle gives."""
        items = self.items[self.round].values()
        if self.cancelled:
            return "cancelled"
        if self.ended:
            delivered = any(item.delivered for item in items)
            return ("closed" if self.closed else "delivered") if delivered else "rejected"
        if not items:
            return max(self.climbed[self.round] | {"received"}, key=CLIMB.index)
        still_open = [item for item in items if not (item.delivered or item.rejected)]
        least = min((item.shown for item in still_open), key=ORDER.index)
        waits = any(item.held and item.shown == least for item in still_open)
        return "held" if waits else least

    def item(self, item_id: UUID) -> Item:
        """The item of this id. Raises LifeError for one that was never recorded."""
        for items in self.items.values():
            if item_id in items:
                return items[item_id]
        raise LifeError(f"nobody recorded item {item_id}")
