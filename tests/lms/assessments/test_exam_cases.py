"""The cases that server and phone share, run by the server's side."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from lms.assessments import breaks, evidence, oplog, timing
from lms.assessments.oplog import Entry, Known, OpsError
from tests.vectors.make_exam_cases import TARGET, content

CASES = json.loads(TARGET.read_text())
Json = dict[str, Any]


def moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def deadline(given: Json) -> int:
    times = {name: moment(given[name]) for name in ("started_at", "closes_at")}
    multiplier = Decimal(given.get("multiplier", 1))
    return timing.to_ms(timing.deadline_for(**{**given, **times, "multiplier": multiplier}))


def ops_of(given: Json) -> list[oplog.Op]:
    return [oplog.Op(**{name: op[name] for name in oplog.Op._fields}) for op in given["ops"]]


def unbroken(given: Json) -> int:
    known = {
        op.seq: Known(op.prev_hash, op.hash)
        for number, op in enumerate(ops_of(given), start=1)
        if op.seq == number and oplog.hash_of(given["attempt"], op) == op.hash
    }
    return oplog.reach(given["attempt"], given["lease"], known)[0]


def parse(given: Json) -> Json:
    oplog.parse_batch(given["batch"], given["attempt"])
    return {}


def receive(given: Json) -> Json:
    known = {seq: Known(prev_hash, digest) for seq, prev_hash, digest in given["known"]}
    found = oplog.receive(given["attempt"], given["lease"], known, ops_of(given))
    told = {name: getattr(found, name) for name in ("ack_seq", "chain_head", "need_from")}
    return {"fresh": [op.seq for op in found.fresh], **told}


def states_of(given: Json) -> dict[int, oplog.SlotState]:
    return oplog.fold(Entry(op.lease, op.seq, op.slot, op.kind, op.value) for op in ops_of(given))


def fold(given: Json) -> Json:
    states = states_of(given).items()
    return {str(slot): {"value": state.value, "flag": state.is_flagged} for slot, state in states}


def differing(given: Json) -> list[int]:
    digests = {int(slot): digest for slot, digest in given["digests"].items()}
    return oplog.differing(states_of(given), digests)


def classify(given: Json) -> Json:
    log = [received(op) for op in given["ops"]]
    classes = evidence.classify(log, evidence.Limits(given["deadline"], given["grace"]))
    told = {str(seq): str(found) for seq, found in classes.items()}
    return {"classes": told, "needs_people": evidence.needs_people(log, classes)}


def received(op: Json) -> evidence.Received:
    return evidence.Received(**{name: op[name] for name in evidence.Received.__dataclass_fields__})


def count_breaks(given: Json) -> Json:
    limits = evidence.Limits(given["deadline"], given["grace"])
    rules = breaks.Rules(limits, given["allowed"], given["started"])
    found = breaks.count_breaks([(op["lease"], received(op)) for op in given["ops"]], rules)
    return {"closed": found.closed, "running": found.running}


RUN: dict[str, Callable[[Json], object]] = {
    "deadline": deadline,
    "seconds_left": lambda given: timing.remaining_seconds(moment(given["deadline"]), moment(given["now"])),
    "has_jumped": lambda given: timing.has_jumped(given["mono"], given["wall"]),
    "wait_seconds": lambda given: timing.wait_seconds(moment(given["last_contact"]), moment(given["now"])),
    "genesis": lambda given: oplog.genesis(given["attempt"], given["lease"]),
    "hash": lambda given: oplog.hash_of(given["attempt"], oplog.Op(**given["op"])),
    "digest": lambda given: oplog.value_digest(given["value"]),
    "unbroken": unbroken,
    "parse": parse,
    "receive": receive,
    "fold": fold,
    "differing": differing,
    "classify": classify,
    "breaks": count_breaks,
}


def test_the_file_of_cases_is_what_the_script_writes() -> None:
    assert TARGET.read_text() == content()


@pytest.mark.parametrize(
    "case", CASES["timing"] + CASES["oplog"], ids=lambda case: f"{case['fn']}: {case['name']}"
)
def test_the_server_agrees(case: Json) -> None:
    try:
        found = RUN[case["fn"]](case["input"])
    except OpsError as error:
        found = {"error": error.code, "at": error.at}
    assert found == case["expected"]
