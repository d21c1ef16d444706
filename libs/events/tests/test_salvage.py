"""Records that aiokafka can't unpack: each is answered once or stops its partition, and nothing beside it is lost."""

import asyncio
import json
import struct
from collections.abc import Awaitable, Callable, Sequence
from itertools import count
from typing import Any

import pytest
import structlog
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.codec import gzip_encode, lz4_encode, snappy_encode, zstd_encode
from aiokafka.errors import CorruptRecordException, NotLeaderForPartitionError
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.default_records import DefaultRecordBase, DefaultRecordBatch, _DefaultRecordBatchBuilderPy
from aiokafka.record.util import calc_crc32c
from halo_events.contract.event import Text
from halo_events.runtime import Fold, Handlers, Rejection, Tx, boundary, on, project
from halo_events.runtime import consumer as consumer_module
from halo_events.runtime.administration import apply_topics
from halo_events.runtime.mending import mend
from halo_events.testing import eventually
from halo_events.topics import Topic
from hypothesis import given
from hypothesis import strategies as st

Start = Callable[..., Awaitable[asyncio.Event]]
Record = tuple[bytes, list[tuple[str, bytes]]]
ENCODE: tuple[Callable[[bytes], bytes], ...] = (bytes, gzip_encode, snappy_encode, lz4_encode, zstd_encode)
CODECS = range(len(ENCODE))
PARTITIONS = 7


class RawName(str):
    """A header name of any bytes: aiokafka's builder in Python asks it for them."""

    __slots__ = ()

    def encode(self, *_: str) -> bytes:
        """Bytes that are not UTF-8."""
        return b"x-\xff\xfe"


BAD: Record = (b"{}", [(RawName("x"), b"1")])


def batch(records: Sequence[Record], codec: int = 0, stray: bytes = b"") -> bytes:
    """A record batch as another producer may write it."""
    builder = _DefaultRecordBatchBuilderPy(2, 0, 0, -1, -1, -1, 1 << 24)
    for number, (value, headers) in enumerate(records):
        builder.append(number, 1_700_000_000_000 + number, b"k", value, headers)
    layout = DefaultRecordBase.HEADER_STRUCT
    built = bytes(builder.build())
    body = ENCODE[codec](built[layout.size :]) + stray
    header = list(layout.unpack_from(built))
    header[1], header[5] = layout.size - 12 + len(body), codec
    whole = bytearray(layout.pack(*header) + body)
    checksum = calc_crc32c(whole[DefaultRecordBase.ATTRIBUTES_OFFSET :])
    struct.pack_into(">I", whole, DefaultRecordBase.CRC_OFFSET, checksum)
    return bytes(whole)


async def write(kafka: str, topic: str, partition: int, *batches: bytes) -> None:
    """Write batches as they are."""
    client = AIOKafkaClient(bootstrap_servers=kafka)
    try:
        await client.bootstrap()
        await client.set_topics([topic])
        leader = client.cluster.leader_for_partition(TopicPartition(topic, partition))
        for whole in batches:

            async def taken(whole: bytes = whole) -> bool:
                answer = await client.send(leader, ProduceRequest(None, -1, 10_000, [(topic, [(partition, whole)])]))
                code = answer.topics[0][1][0][1]
                assert code in {0, NotLeaderForPartitionError.errno}, "the broker refuses the batch"
                return bool(code == 0)

            await eventually(taken)  # a new partition has no leader yet
    finally:
        await client.close()


@pytest.fixture
async def outside(world: Any) -> Any:
    """A boundary topic with one kind of event, and a table of answers."""

    class Filed(world.Effect):  # type: ignore[misc] # the class is made by the fixture
        type = "test.filed.v1"
        topic = Topic(f"{world.effects.name}.filed", "outside", "request_id", partitions=PARTITIONS, boundary=True)
        name: Text

    await apply_topics(world.kafka, [Filed.topic])
    await world.rows("CREATE TABLE answers (part int, place bigint, code text, field text)")
    return Filed


@pytest.fixture
def handlers(world: Any, outside: Any) -> Handlers:
    """Keeps a row per valid record and a row per rejected one, of which nothing may be known but its place."""

    async def on_filed(tx: Tx, event: Any) -> None:
        await tx.execute("INSERT INTO results (request_id, number) VALUES ($1, $2)", event.request_id, event.number)

    async def on_rejected(tx: Tx, rejection: Rejection) -> None:
        assert (rejection.envelope, rejection.data, rejection.record_id) == (None, None, None)
        (fault,) = rejection.faults
        place = (rejection.partition, rejection.offset)
        await tx.execute("INSERT INTO answers VALUES ($1, $2, $3, $4)", *place, fault.code, fault.field)

    answers = boundary(outside.topic, accepts=(on(outside, on_filed),), on_rejected=on_rejected)
    return Handlers(world.service, boundaries=(answers,))


class Outsider:
    """Writes to the boundary topic; its valid records are numbered from 0 on."""

    def __init__(self, world: Any, topic: Topic) -> None:
        self._world, self.topic = world, topic.name
        self._numbers = count()

    def good(self) -> Record:
        """The next valid record."""
        number = next(self._numbers)
        facts = json.loads(self._world.effect(self._world.key(0), number).model_dump_json()) | {"name": "x" * 50}
        texts = {"specversion": "1.0", "id": str(number), "source": "/outside", "type": "test.filed.v1"}
        return json.dumps(facts).encode(), [(f"ce_{name}", text.encode()) for name, text in texts.items()]

    def batch(self, shape: str, codec: int = 0) -> bytes:
        """A batch of this shape: + is a good record, - a bad one."""
        return batch([self.good() if sign == "+" else BAD for sign in shape], codec)

    async def write(self, partition: int, *batches: bytes) -> None:
        """Write batches to a partition."""
        await write(self._world.kafka, self.topic, partition, *batches)


@pytest.fixture
def outsider(world: Any, outside: Any) -> Outsider:
    """Who writes to the boundary topic."""
    return Outsider(world, outside.topic)


async def settled(world: Any, effects: int, answers: Sequence[tuple[int, int]]) -> None:
    """Wait until all is handled: each good record has taken effect once, and each bad one has one answer."""

    async def done() -> bool:
        found = await world.rows("SELECT (SELECT count(*) FROM results) + (SELECT count(*) FROM answers)")
        return bool(found[0][0] >= effects + len(answers))

    await eventually(done, 30)
    assert await world.rows("SELECT number FROM results ORDER BY 1") == [(number,) for number in range(effects)]
    expected = [(*place, "envelope", "headers") for place in sorted(answers)]
    assert await world.rows("SELECT * FROM answers ORDER BY part, place") == expected


@pytest.mark.parametrize("codec", CODECS)
async def test_amid_good_ones(world: Any, handlers: Handlers, outsider: Outsider, running: Start, codec: int) -> None:
    """Wherever in its batch a bad record is, it is answered once, and those around it take effect once, in order."""
    layout = {0: ["+++++-+++++", "++"], 1: ["-+++", "++", "+++-"], 2: ["++--+-", "--", "-", "+"]}
    layout |= {partition: ["+++"] for partition in range(3, PARTITIONS)}  # polled along with the others, most likely
    for partition, shapes in layout.items():
        await outsider.write(partition, *(outsider.batch(shape, codec) for shape in shapes))
    consumer = world.consumer(handlers)
    await running(consumer)

    wholes = ["".join(shapes) for shapes in layout.values()]
    bad = [(partition, n) for partition, whole in enumerate(wholes) for n, sign in enumerate(whole) if sign == "-"]
    await settled(world, "".join(wholes).count("+"), bad)
    assert consumer.health.ready
    order, first = [number for (number,) in await world.rows("SELECT number FROM results ORDER BY ctid")], 0
    for whole in wholes:
        last = first + whole.count("+")
        assert [number for number in order if first <= number < last] == list(range(first, last))
        first = last


@pytest.mark.parametrize("codec", [1, 3])
async def test_stray_bytes(world: Any, handlers: Handlers, outsider: Outsider, running: Start, codec: int) -> None:
    """Of a compressed batch that ends in stray bytes no record can be read: each is answered."""
    others = outsider.batch("++"), outsider.batch("+-+")
    spoilt = batch([(b"{}", [])] * 4, codec, stray=b"stray bytes")
    await outsider.write(1, others[0], spoilt, others[1])
    await running(world.consumer(handlers))

    await settled(world, 4, [*((1, place) for place in range(2, 6)), (1, 7)])


async def test_restarts(world: Any, handlers: Handlers, outsider: Outsider, running: Start) -> None:
    """Members that come and go in the middle of large spoilt batches lose nothing and do nothing twice."""
    shape = ("+" * 40 + "-") * 40
    for partition in range(3):
        await outsider.write(partition, outsider.batch(shape, 4))
    for share in (1, 3, 5):
        stop = await running(world.consumer(handlers))

        async def some(least: int = share * 100) -> bool:
            return (await world.rows("SELECT count(*) FROM results"))[0][0] >= least

        await eventually(some)
        stop.set()
    await running(world.consumer(handlers), world.consumer(handlers))

    bad = [(partition, n) for partition in range(3) for n, sign in enumerate(shape) if sign == "-"]
    await settled(world, shape.count("+") * 3, bad)


async def test_taken_back(world: Any, handlers: Handlers, outsider: Outsider, running: Start) -> None:
    """Between records of transactions, kept and taken back, only what is a record is answered."""
    producer = AIOKafkaProducer(bootstrap_servers=world.kafka, transactional_id=world.service)
    await producer.start()
    await outsider.write(0, outsider.batch("-"))  # 0
    for kept in (False, True):
        await producer.begin_transaction()
        value, headers = outsider.good() if kept else (b"{}", [])
        for _ in range(1 if kept else 3):  # 1 to 3, and the mark 4; 5, and the mark 6
            await producer.send_and_wait(outsider.topic, value, partition=0, headers=headers)
        await (producer.commit_transaction() if kept else producer.abort_transaction())
    await producer.stop()
    await outsider.write(0, outsider.batch("-+"))  # 7, 8
    await running(world.consumer(handlers))

    await settled(world, 2, [(0, 0), (0, 7)])


async def test_own_topic(world: Any, handlers: Handlers, outsider: Outsider, running: Start) -> None:
    """In a topic of our own a bad record stops its partition at its offset, loudly, and no other one."""

    async def fold(tx: Fold, event: Any) -> None:
        await tx.execute("INSERT INTO effects VALUES ($1, $2, $3)", event.request_id, event.number, tx.envelope.time)

    both = Handlers(world.service, projections=(project(world.Effect, fold),), boundaries=handlers.boundaries)
    consumer = world.consumer(both)
    await world.publish(*(world.effect(world.key(1), number) for number in range(3)))
    await write(world.kafka, world.effects.name, 1, batch([BAD]))
    await world.publish(world.effect(world.key(1), 3), world.effect(world.key(2), 4))
    await running(consumer)

    async def stopped() -> bool:
        why = consumer.health.troubles.get(f"{world.effects.name}/1", "")
        return why.startswith("stopped at offset 3: EnvelopeError")

    await eventually(stopped)
    await world.publish(world.effect(world.key(1), 5), world.effect(world.key(2), 6))
    await outsider.write(1, outsider.batch("+-+"))
    await settled(world, 2, [(1, 1)])

    async def others_flow() -> bool:
        return await world.rows("SELECT number FROM effects ORDER BY 1") == [(n,) for n in (0, 1, 2, 4, 6)]

    await eventually(others_flow)
    assert list(consumer.health.troubles) == [f"{world.effects.name}/1"]


async def test_session_is_renewed(
    world: Any, handlers: Handlers, outsider: Outsider, running: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Aiokafka no longer watches over a consumer whose poll raised: in time, it is followed by a new one."""
    monkeypatch.setattr(consumer_module, "_RENEW_AFTER", 0.0)
    with structlog.testing.capture_logs() as logs:
        await running(world.consumer(handlers))
        await outsider.write(0, outsider.batch("+-+"))

        async def assigned_again() -> bool:
            return sum(line["event"] == "partitions assigned" for line in logs) >= 2

        await eventually(assigned_again)
    await outsider.write(0, outsider.batch("+"))
    await settled(world, 3, [(0, 1)])


def test_damage_is_no_bad_record() -> None:
    """A batch that its checksum doesn't fit was spoilt on its way: that is to be read again, and not answered."""
    damaged = bytearray(batch([BAD]))
    damaged[-1] ^= 1

    with pytest.raises(CorruptRecordException):
        mend(bytes(damaged))


@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=9)), st.sampled_from(CODECS), st.integers(0, 70))
def test_mending(shapes: list[list[bool]], codec: int, cut: int) -> None:
    """Mending leaves good records and what was cut off as they are, and empties the bad ones at their places."""
    batches = [
        batch([(b"%d" % n, [("x", b"1")]) if fine else BAD for n, fine in enumerate(shape)], codec) for shape in shapes
    ]
    raw = b"".join(batches) + batch([BAD])[:cut]
    mended = mend(raw)

    assert (mended.batches == raw) is all(map(all, shapes))
    assert mended.broken == {n for shape in shapes for n, fine in enumerate(shape) if not fine}
    rest = mended.batches
    for shape in shapes:
        size = 12 + int.from_bytes(rest[8:12])
        values = [(item.offset, item.timestamp, item.value) for item in DefaultRecordBatch(rest[:size])]
        assert [value for _, _, value in values] == [b"%d" % n if fine else None for n, fine in enumerate(shape)]
        assert [offset for offset, _, _ in values] == list(range(len(shape)))
        rest = rest[size:]
    assert rest == raw[len(raw) - cut :] if cut else not rest
