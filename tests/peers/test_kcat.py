"""kcat, the ops team's everyday tool, reads what the services write."""

import json
import shutil
import subprocess
from typing import Any
from uuid import UUID

import pytest

KCAT = shutil.which("kcat")

pytestmark = pytest.mark.skipif(KCAT is None, reason="no kcat here")

FILED = {
    "occurred_at": "2026-11-24T09:15:00+07:00",
    "eopen_id": "KCAT-1",
    "resident": {
        "name": "Contoh Warga Kcat",
        "nik": "3275991708850001",
        "phone": "0812-3456-7890",
        "address": "Jl. Contoh No. 1",
    },
    "kelurahan_code": "32.75.09.1003",
    "rw": "005",
    "documents": ["ktp_el"],
}


def kcat(*arguments: str, given: str = "") -> str:
    """Run kcat and return what it prints."""
    done = subprocess.run([str(KCAT), *arguments], input=given, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


@pytest.mark.system
@pytest.mark.timeout(120)
def test_key_headers_value(broker: str) -> None:
    """A filing by kcat is answered by records whose key, headers and value kcat shows."""
    headers = {
        "ce_specversion": "1.0",
        "ce_id": "kcat-1",
        "ce_source": "/eopen/kcat",
        "ce_type": "id.go.bekasikota.eopen.request.filed.v1",
        "content-type": "application/json",
    }
    said = [part for name, value in headers.items() for part in ("-H", f"{name}={value}")]
    topic = ["-P", "-b", broker, "-X", "partitioner=murmur2_random", "-t", "eopen.request.v1", "-k", "KCAT-1"]
    kcat(*topic, *said, given=json.dumps(FILED))

    record = first_answer(broker)
    value = json.loads(record["payload"])
    shown = dict(zip(record["headers"][::2], record["headers"][1::2], strict=True))

    assert UUID(record["key"]) == UUID(value["request_id"])
    assert shown["ce_type"] == "id.go.bekasikota.halopamor.request.received.v1"
    assert shown["ce_causationid"] == "kcat-1"
    assert value["source_ref"] == "KCAT-1"


def first_answer(broker: str) -> dict[str, Any]:
    """Follow the topic from its beginning to the record that says that the filing was received."""
    command = [str(KCAT), "-C", "-b", broker, "-t", "halopamor.intake.request.v1", "-o", "beginning", "-J", "-q", "-u"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reading:
        assert reading.stdout is not None
        try:
            for line in reading.stdout:
                record: dict[str, Any] = json.loads(line)
                if "KCAT-1" in record["payload"] and "request.received" in str(record["headers"]):
                    return record
        finally:
            reading.terminate()
    raise AssertionError("kcat ended before the answer came")
