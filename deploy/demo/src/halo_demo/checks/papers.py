"""The bucket against the topics: every object is a known paper with the hash that was told, and the other way round.

What an officer uploads lies under `incoming/`; what was cleared lies under `papers/`. The names end in request and
paper.
"""

import hashlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from uuid import UUID

from halo_events.contract import documents
from minio import Minio

from halo_demo.facts import Topics

READERS: Final = 4


def read_hashes(store: Minio, bucket: str) -> dict[str, str]:
    """Read the whole bucket: the hash of each object by its name."""
    names = [str(found.object_name) for found in store.list_objects(bucket, recursive=True)]

    def read(name: str) -> str:
        answer = store.get_object(bucket, name)
        try:
            return hashlib.sha256(answer.read()).hexdigest()
        finally:
            answer.close()
            answer.release_conn()

    with ThreadPoolExecutor(READERS) as pool:
        return dict(zip(names, pool.map(read, names), strict=True))


def check_papers(hashes: Mapping[str, str], topics: Topics) -> list[str]:
    """List what is wrong."""
    told = {event.paper_id: event for _, event in topics.of(documents.PaperUploaded)}
    cleared = {event.paper_id for _, event in topics.of(documents.PaperCleared)}
    shut = {event.paper_id for _, event in topics.of(documents.PaperQuarantined)}
    differences = [
        f"paper {each}: must be either cleared or quarantined"
        for each in sorted(told)
        if (each in cleared) == (each in shut)
    ]
    for event in told.values():
        folder = "papers" if event.paper_id in cleared else "incoming"
        found = hashes.get(f"{folder}/{event.request_id}/{event.paper_id}")
        if found != event.sha256:
            differences.append(f"paper {event.paper_id}: {_miss(found)}")
    return differences + list(_unknown(hashes, told, cleared))


def _miss(found: str | None) -> str:
    return "not in the bucket" if found is None else "its bytes have another hash than was told"


def _unknown(
    hashes: Mapping[str, str], told: Mapping[UUID, documents.PaperUploaded], cleared: set[UUID]
) -> Iterator[str]:
    """Objects that no event tells of. A cleared paper's upload may stay behind where a service was killed."""
    known = {f"incoming/{event.request_id}/{event.paper_id}": event.sha256 for event in told.values()}
    known |= {f"papers/{event.request_id}/{each}": event.sha256 for each, event in told.items() if each in cleared}
    for name, sha256 in hashes.items():
        if known.get(name) != sha256:
            yield f"object {name}: {'no topic tells of it' if name not in known else 'has another hash than was told'}"
