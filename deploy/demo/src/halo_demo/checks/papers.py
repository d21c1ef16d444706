"""The bucket against the topics: every object is a known paper with the hash that was told, and the other way round."""

import hashlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

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
    """List what is wrong. An object is a paper's when the last part of its name is the paper's id."""
    told = {str(event.paper_id): event.sha256 for _, event in topics.of(documents.PaperUploaded)}
    stored = {name.rpartition("/")[2].partition(".")[0]: sha256 for name, sha256 in hashes.items()}
    return list(_differences(told, stored)) + list(_unchecked(topics))


def _differences(told: Mapping[str, str], stored: Mapping[str, str]) -> Iterator[str]:
    yield from (f"paper {each}: told of, and not in the bucket" for each in sorted(told.keys() - stored.keys()))
    yield from (
        f"object {each}: in the bucket, and no topic tells of it" for each in sorted(stored.keys() - told.keys())
    )
    for each in sorted(told.keys() & stored.keys()):
        if told[each] != stored[each]:
            yield f"paper {each}: its bytes have another hash than was told"


def _unchecked(topics: Topics) -> Iterator[str]:
    cleared = {event.paper_id for _, event in topics.of(documents.PaperCleared)}
    shut = {event.paper_id for _, event in topics.of(documents.PaperQuarantined)}
    for _, event in topics.of(documents.PaperUploaded):
        if (event.paper_id in cleared) == (event.paper_id in shut):
            yield f"paper {event.paper_id}: must be either cleared or quarantined"
