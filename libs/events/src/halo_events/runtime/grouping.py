"""In which order the events of one poll are handled, and which of them may be handled together."""

from collections.abc import Iterable, Mapping, Sequence

from halo_events.runtime.incoming import Incoming, Slot


def merge(records: Mapping[Slot, Sequence[Incoming]]) -> list[Incoming]:
    """One sequence out of many partitions: each keeps its order, and among them the earlier record comes first.

    Order by time is no promise (Kafka gives none between topics); it spares most waiting for causes. The running
    maximum keeps a partition's order where clocks went backwards.
    """
    timed: list[tuple[int, int, Incoming]] = []
    for sequence in records.values():
        latest = 0
        for incoming in sequence:
            latest = max(latest, incoming.timestamp)
            timed.append((latest, len(timed), incoming))
    timed.sort(key=lambda entry: entry[:2])
    return [incoming for _, _, incoming in timed]


def group(events: Iterable[Incoming]) -> list[list[Incoming]]:
    """Cut events into groups of one type with at most one event per key; no event passes an earlier one of its key.

    The n-th event of a key goes into the n-th round; a round has a group per type. So the number of groups is bounded
    by types times the most events of one key.
    """
    seen: dict[str, int] = {}
    groups: dict[tuple[int, str], list[Incoming]] = {}
    for incoming in events:
        rank = seen.get(incoming.key, 0)
        seen[incoming.key] = rank + 1
        kind = incoming.event.type if incoming.event else ""
        groups.setdefault((rank, kind), []).append(incoming)
    return [groups[key] for key in sorted(groups, key=lambda key: key[0])]
