"""The integrity log of an attempt: events in a chain, so that none can be changed or taken out unseen.

The hash of an event is the SHA-256, in hex, of the UTF-8 of the JSON array

    [attempt, number, kind, from state, to state, actor, reason, details, at, hash of the event before]

without blanks, keys of details in order; `number` counts from 1, `actor` is a public id or null, `at` is in
milliseconds since 1970, and the first event follows SHA-256("sanad-exam-events:" + attempt).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    number: int
    kind: str
    from_state: str
    to_state: str
    actor: str | None
    reason: str
    details: Mapping[str, Any]
    at: int
    prev_hash: str
    hash: str = ""


def event_genesis(attempt: str) -> str:
    """What the first event of an attempt follows."""
    return hashlib.sha256(f"sanad-exam-events:{attempt}".encode()).hexdigest()


def event_hash(attempt: str, event: Event) -> str:
    fields = [attempt, event.number, event.kind, event.from_state, event.to_state, event.actor, event.reason]
    fields += [event.details, event.at, event.prev_hash]
    text = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def first_break(attempt: str, events: Iterable[Event], *, count: int, head: str) -> int | None:
    """The number of the first event that is missing, changed or out of place; None if all `count` events up
    to `head` stand as they were written."""
    before, number = event_genesis(attempt), 0
    for number, event in enumerate(events, start=1):
        is_next = event.number == number and event.prev_hash == before
        if not is_next or event_hash(attempt, event) != event.hash:
            return number
        before = event.hash
    return None if number == count and (before == head or not count) else number + 1
