import io
import socket
import struct
import uuid
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import UnknownTopicOrPartitionError
from halo_local.clamd import EICAR
from halo_local.stack import Endpoints, start_stack
from minio import Minio
from minio.datatypes import PostPolicy
from minio.versioningconfig import VersioningConfig

pytestmark = pytest.mark.filterwarnings("default::DeprecationWarning")


class TestKafka:
    async def test_carries_a_record(self, kafka: str) -> None:
        """What is produced is consumed, by a group with offsets of its own."""
        topic = f"test.{uuid.uuid4()}"
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
        await admin.start()
        await admin.create_topics([NewTopic(topic, num_partitions=12, replication_factor=1)])
        await admin.close()
        async with AIOKafkaProducer(bootstrap_servers=kafka, enable_idempotence=True) as producer:
            await producer.send_and_wait(topic, b"value", key=b"key")

        group = AIOKafkaConsumer(topic, bootstrap_servers=kafka, group_id=topic, auto_offset_reset="earliest")
        async with group as consumer:
            record = await consumer.getone()

        assert (record.key, record.value) == (b"key", b"value")

    async def test_makes_no_topic_by_itself(self, kafka: str) -> None:
        """A topic that nobody declared stays unknown."""
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
        await admin.start()
        try:
            [described] = await admin.describe_topics(["test.undeclared"])
        finally:
            await admin.close()

        assert described["error_code"] == UnknownTopicOrPartitionError.errno


class TestPostgres:
    async def test_takes_a_table(self, postgres: Endpoints) -> None:
        """The administrator makes a database and a table in it."""
        name = f"test_{uuid.uuid4().hex}"
        connection = await asyncpg.connect(postgres.postgres)
        await connection.execute(f'CREATE DATABASE "{name}"')
        await connection.close()
        inside = await asyncpg.connect(postgres.postgres.removesuffix("/postgres") + f"/{name}")
        try:
            await inside.execute("CREATE TABLE things (thing_id uuid PRIMARY KEY)")
            await inside.execute("INSERT INTO things VALUES (gen_random_uuid())")
            assert await inside.fetchval("SELECT count(*) FROM things") == 1
        finally:
            await inside.close()

    async def test_keeps_no_flushes_in_tests(self, postgres: Endpoints) -> None:
        """A stack that need not be durable doesn't wait for the disk."""
        connection = await asyncpg.connect(postgres.postgres)
        try:
            assert await connection.fetchval("SHOW fsync") == "off"
        finally:
            await connection.close()

    async def test_wants_the_password(self, postgres: Endpoints) -> None:
        """A connection with another password is refused."""
        address = postgres.postgres.split("@")[1]

        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(f"postgresql://postgres:guess@{address}")


class TestMinio:
    def test_takes_a_presigned_post_within_its_limit(self, minio: Endpoints) -> None:
        """A form signed for at most ten bytes lets ten in and keeps eleven out."""
        client = _client(minio)
        bucket = f"test-{uuid.uuid4()}"
        client.make_bucket(bucket)

        assert _post(client, minio, bucket, b"0123456789").status_code == httpx.codes.NO_CONTENT
        assert _post(client, minio, bucket, b"0123456789a").status_code == httpx.codes.BAD_REQUEST
        assert client.stat_object(bucket, "paper").size == 10

    def test_keeps_versions_and_locks(self, minio: Endpoints) -> None:
        """A bucket with object lock keeps what is overwritten."""
        client = _client(minio)
        bucket = f"test-{uuid.uuid4()}"
        client.make_bucket(bucket, object_lock=True)
        client.set_bucket_versioning(bucket, VersioningConfig("Enabled"))
        for content in (b"first", b"second"):
            client.put_object(bucket, "paper", io.BytesIO(content), len(content))

        assert len(list(client.list_objects(bucket, include_version=True))) == 2


class TestClamd:
    @pytest.mark.parametrize(
        ("content", "answer"),
        [(b"a clean paper", b"stream: OK\0"), (b"..." + EICAR, b"stream: Eicar.UNOFFICIAL FOUND\0")],
    )
    def test_finds_the_test_file(self, content: bytes, answer: bytes) -> None:
        """The scanner finds what all scanners find for a test, and nothing in a clean file."""
        with start_stack(parts=frozenset({"clamd"})) as endpoints:
            if not endpoints.clamd:
                pytest.skip("the stack has no scanner here: apt-get install clamav-daemon")
            host, _, port = endpoints.clamd.partition(":")
            with socket.create_connection((host, int(port)), timeout=10) as connection:
                connection.sendall(b"zINSTREAM\0" + struct.pack(">I", len(content)) + content + struct.pack(">I", 0))
                assert connection.recv(200) == answer


def _client(endpoints: Endpoints) -> Minio:
    return Minio(
        endpoints.minio,
        access_key=endpoints.minio_access_key,
        secret_key=endpoints.minio_secret_key,
        secure=False,
        region="us-east-1",
    )


def _post(client: Minio, endpoints: Endpoints, bucket: str, content: bytes) -> httpx.Response:
    policy = PostPolicy(bucket, datetime.now(UTC) + timedelta(minutes=1))
    policy.add_equals_condition("key", "paper")
    policy.add_content_length_range_condition(1, 10)
    fields = client.presigned_post_policy(policy) | {"key": "paper"}
    return httpx.post(f"http://{endpoints.minio}/{bucket}", data=fields, files={"file": content})
