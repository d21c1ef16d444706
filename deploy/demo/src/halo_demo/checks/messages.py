"""The receiver's own log against the topics: nobody was told the same thing twice, and what is called sent was."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from halo_events.contract import notify

from halo_demo.facts import Topics


def read_log(path: Path) -> list[dict[str, Any]]:
    """Read the receiver's log."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def check_messages(log: list[dict[str, Any]], topics: Topics) -> list[str]:
    """List what is wrong."""
    accepted = Counter(line["message_id"] for line in log if line["outcome"] == "accepted")
    queued = {str(event.message_id) for _, event in topics.of(notify.MessageQueued)}
    sent = {str(event.message_id) for _, event in topics.of(notify.MessageSent)}
    failed = {str(event.message_id) for _, event in topics.of(notify.MessageFailed)}
    unknown = {str(event.message_id) for _, event in topics.of(notify.MessageUnknown)}
    differences = [f"message {each}: accepted {count} times" for each, count in accepted.items() if count > 1]
    differences += [f"message {each}: called sent, never accepted" for each in sorted(sent - accepted.keys())]
    differences += [f"message {each}: accepted, never queued" for each in sorted(accepted.keys() - queued)]
    differences += [f"message {each}: called failed, yet accepted" for each in sorted(failed & accepted.keys())]
    differences += [f"message {each}: nothing became of it" for each in sorted(queued - sent - failed - unknown)]
    malformed = {line["message_id"] for line in log if line["outcome"] == "malformed"}
    return differences + [f"message {each}: the gateway could not read it" for each in sorted(malformed)]
