"""Fetched batches in which aiokafka can't unpack some record, made such that it can.

One record with a header name that is not UTF-8 spoils its whole batch for aiokafka 0.14, and so do stray bytes after
compressed records; the broker takes both. The layout is that of record batch v2, as Kafka's documentation has it.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from aiokafka.codec import gzip_decode, lz4_decode, snappy_decode, zstd_decode
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBase, DefaultRecordBatch
from aiokafka.record.util import decode_varint, encode_varint

_HEADER: Final = DefaultRecordBase.HEADER_STRUCT
_LENGTH_AT, _LENGTH_END = 8, 12
"""Where a batch tells its length, which counts what follows."""
_BASE_OFFSET, _ATTRIBUTES, _COUNT = 0, 5, 12
_CODEC: Final = 0x07
_DECODE: Final = (bytes, gzip_decode, snappy_decode, lz4_decode, zstd_decode)


class Mended(NamedTuple):
    """Batches with an empty record in the place of each unreadable one, and the offsets of these."""

    batches: bytes
    broken: frozenset[int]


def mend(raw: bytes) -> Mended:
    """Replace the unreadable records among fetched batches; where there are none, the bytes stay what they are.

    Raises CorruptRecordException for a batch whose checksum is wrong: that is damage on the way, and nobody's writing.
    """
    batches: list[bytes] = []
    broken: set[int] = set()
    start = 0
    while len(raw) - start >= _HEADER.size:
        end = start + _LENGTH_END + int.from_bytes(raw[start + _LENGTH_AT : start + _LENGTH_END])
        if end > len(raw):
            break
        batch = raw[start:end]
        if not DefaultRecordBatch(batch).validate_crc():
            raise CorruptRecordException
        batches.append(batch if _readable(batch) else _mend_batch(batch, broken))
        start = end
    return Mended(b"".join((*batches, raw[start:])), frozenset(broken))


def _mend_batch(batch: bytes, broken: set[int]) -> bytes:
    header: Sequence[int] = _HEADER.unpack_from(batch)
    records = []
    for delta, record in _split(batch, header):
        if _readable(_pack(header, [record])):
            records.append(record)
        else:
            records.append(_empty(delta))
            broken.add(header[_BASE_OFFSET] + delta)
    return _pack(header, records)


def _split(batch: bytes, header: Sequence[int]) -> list[tuple[int, bytes]]:
    """The records of a batch, each with its distance from the base offset; without their bytes where that fails."""
    records: list[tuple[int, bytes]] = []
    start = 0
    try:
        body = _DECODE[header[_ATTRIBUTES] & _CODEC](batch[_HEADER.size :])
        for _ in range(header[_COUNT]):
            length, begin = decode_varint(body, start)
            _, after_time = decode_varint(body, begin + 1)
            delta, _ = decode_varint(body, after_time)
            records.append((delta, body[start : begin + length]))
            start = begin + length
    except Exception:  # noqa: BLE001 - codecs raise all sorts, and have said all with it
        return [(delta, b"") for delta in range(header[_COUNT])]
    return records


def _readable(batch: bytes) -> bool:
    try:
        list(DefaultRecordBatch(batch))
    except Exception:  # noqa: BLE001 - the checksum is right: whatever this raises is what was written
        return False
    return True


def _empty(delta: int) -> bytes:
    """A record without key, value and headers, at its batch's first timestamp."""
    record, length = bytearray(2), bytearray()
    encode_varint(delta, record.append)
    record += b"\x01\x01\x00"
    encode_varint(len(record), length.append)
    return bytes(length + record)


def _pack(header: Sequence[int], records: Sequence[bytes]) -> bytes:
    """An uncompressed batch of these records, like its original in all else. Its checksum is not set."""
    body = b"".join(records)
    fields = list(header)
    fields[1] = _HEADER.size - _LENGTH_END + len(body)
    fields[_ATTRIBUTES] &= ~_CODEC
    fields[_COUNT] = len(records)
    packed: bytes = _HEADER.pack(*fields)
    return packed + body
