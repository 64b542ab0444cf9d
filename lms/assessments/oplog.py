"""The operations log of an attempt: what the candidate did, in a chain that nobody can rearrange.

    op = {lease, seq, slot, kind, value, t_mono, t_wall, prev_hash, hash}

`seq` counts from 1 within a lease, without gaps. `hash` is the SHA-256, in hex, of the UTF-8 of the JSON array

    [attempt, lease, seq, slot, kind, value, t_mono, t_wall, prev_hash]

without blanks and without \\u escapes beyond those JSON demands, which is what `JSON.stringify` writes; the
first op of a lease follows SHA-256("sanad-exam:" + attempt + ":" + lease). Numbers are whole. Repeating,
delaying and reordering requests changes nothing: an op is known by (lease, seq), and of two ops on a
question the one with the higher (lease, seq) counts. tests/vectors/exam_cases.json holds cases that this
module and the phone's oplog.js both run.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

MOST_OPS = 200
MOST_BYTES = 256 * 1024
#: Nobody changes anything so often; it only keeps a broken or hostile client from filling the disk.
MOST_SEQ = 50_000
MOST_POSITION = 1_000
MOST_LEASE = 2_147_483_647
MOST_MS = 2**53 - 1

ON_QUESTION = frozenset({"answer", "clear", "flag"})
ON_CLOCK = frozenset({"break", "resume"})
KINDS = ON_QUESTION | ON_CLOCK | {"view", "focus_lost", "focus_back", "offline", "online", "submit"}
#: What the server alone writes: the first op of a lease that was keyed from paper. Its `t_wall` is when the paper
#: says that it was handed in.
PAPER = "paper"

_HEX = re.compile(r"[0-9a-f]{64}")
_POSITION = re.compile(r"[1-9][0-9]{0,3}")

Value = list[int] | str | bool | None


class OpsError(ValueError):
    """Operations that are not taken. `code` says why, `at` is the seq of the first one concerned, or 0."""

    def __init__(self, code: str, at: int = 0) -> None:
        super().__init__(f"{code} at {at}" if at else code)
        self.code = code
        self.at = at


class Op(NamedTuple):
    """One operation. `value`: for an answer its wire form (answers_format), for a flag whether it is up."""

    lease: int
    seq: int
    slot: int
    kind: str
    value: Value
    t_mono: int
    t_wall: int
    prev_hash: str
    hash: str = ""


_FIELDS = frozenset(Op._fields)


def genesis(attempt: str, lease: int) -> str:
    """What the first op of a lease follows."""
    return _sha256(f"sanad-exam:{attempt}:{lease}")


def hash_of(attempt: str, op: Op) -> str:
    lease, seq, slot, kind, value, t_mono, t_wall, prev_hash, _hash = op
    # Of all these only the value needs an encoder.
    said = "null" if value is None else _json(value)
    return _sha256(f'["{attempt}",{lease},{seq},{slot},"{kind}",{said},{t_mono},{t_wall},"{prev_hash}"]')


def seal(attempt: str, op: Op) -> Op:
    """The op with its hash."""
    return op._replace(hash=hash_of(attempt, op))


def value_digest(value: Value) -> str:
    """What phone and server compare at the hand-in instead of the answer itself."""
    return _sha256(_json(value))


# --- Reading what was sent


@dataclass(frozen=True, slots=True)
class Batch:
    """Operations of one lease as they were sent, each with a true hash. `unsent`: how many more the phone holds."""

    lease: int
    from_seq: int
    ops: tuple[Op, ...]
    unsent: int = 0


def parse_batch(data: object, attempt: str) -> Batch:
    """Read a batch: an unbroken run of ops of one lease from `from_seq` on; without ops it is a sign of life.

    Raises OpsError with the codes malformed, too_many, hash_wrong and chain_broken.
    """
    if not isinstance(data, dict):
        raise OpsError("malformed")
    lease: Any = data.get("lease")
    from_seq: Any = data.get("from_seq")
    rows, unsent = data.get("ops"), data.get("unsent", 0)
    if not (_is_count(lease, 1, MOST_LEASE) and _is_count(from_seq, 1, MOST_SEQ + 1)):
        raise OpsError("malformed")
    if not isinstance(rows, list) or not _is_count(unsent, 0, MOST_SEQ):
        raise OpsError("malformed")
    if len(rows) > MOST_OPS:
        raise OpsError("too_many")
    ops = tuple(parse_op(row, attempt) for row in rows)
    _require_run(ops, lease, from_seq)
    return Batch(lease, from_seq, ops, unsent)


def parse_op(row: object, attempt: str) -> Op:
    """Read one op. Raises OpsError with the codes malformed and hash_wrong."""
    if not isinstance(row, dict) or row.keys() != _FIELDS:
        raise OpsError("malformed")
    op = Op(**row)
    at = op.seq if _is_count(op.seq, 1, MOST_SEQ) else 0
    is_sound = (
        at
        and _is_count(op.lease, 1, MOST_LEASE)
        and _is_count(op.slot, 0, MOST_POSITION)
        and _is_count(op.t_mono, 0, MOST_MS)
        and _is_count(op.t_wall, 0, MOST_MS)
        and _is_hex(op.prev_hash)
        and _has_its_value(op)
    )
    if not is_sound:
        raise OpsError("malformed", at)
    try:
        if hash_of(attempt, op) == op.hash:
            return op
    except UnicodeEncodeError:
        raise OpsError("malformed", at) from None
    raise OpsError("hash_wrong" if _is_hex(op.hash) else "malformed", at)


def _has_its_value(op: Op) -> bool:
    if op.kind == "answer":
        return op.slot > 0 and _is_wire(op.value)
    if op.kind == "flag":
        return op.slot > 0 and isinstance(op.value, bool)
    if op.kind == "clear":
        return op.slot > 0 and op.value is None
    return isinstance(op.kind, str) and op.kind in KINDS and op.value is None


def _is_wire(value: object) -> bool:
    """A wire value in shape; a blank one never is: taking an answer back is an op of its own."""
    if isinstance(value, str):
        return bool(value.strip()) and "\x00" not in value
    return isinstance(value, list) and any(value) and all(_is_count(one, 0, MOST_POSITION) for one in value)


def _require_run(ops: Sequence[Op], lease: int, from_seq: int) -> None:
    for number, op in enumerate(ops):
        if op.lease != lease or op.seq != from_seq + number:
            raise OpsError("malformed", op.seq)
        if number and op.prev_hash != ops[number - 1].hash:
            raise OpsError("chain_broken", op.seq)


# --- Putting it to what is known


class Known(NamedTuple):
    """What the server holds of an op."""

    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Reception:
    """What is to be kept, and how far the log of the lease then reaches. `need_from`: what is missing first."""

    fresh: tuple[Op, ...]
    ack_seq: int
    chain_head: str
    need_from: int | None = None


def receive(attempt: str, lease: int, known: Mapping[int, Known], ops: Sequence[Op]) -> Reception:
    """Put a run of ops to what is known of its lease.

    A run that leaves a gap is not kept: `need_from` names the first op that is missing. Raises OpsError
    with hash_conflict for another op under a known number, and chain_broken for one that does not follow.
    """
    for op in ops:
        if op.seq in known and known[op.seq].hash != op.hash:
            raise OpsError("hash_conflict", op.seq)
    ack, head = reach(attempt, lease, known)
    if ops and ops[0].seq > ack + 1:
        return Reception((), ack, head, need_from=ack + 1)
    fresh = tuple(op for op in ops if op.seq > ack)
    if fresh and fresh[0].prev_hash != head:
        raise OpsError("chain_broken", fresh[0].seq)
    both = {**known, **{op.seq: Known(op.prev_hash, op.hash) for op in fresh}}
    return Reception(tuple(op for op in fresh if op.seq not in known), *reach(attempt, lease, both))


def receive_loose(attempt: str, lease: int, known: Mapping[int, Known], ops: Iterable[Op]) -> list[Op]:
    """What is new among ops of one lease, some of which may be missing.

    Raises OpsError with hash_conflict and chain_broken as `receive` does, as far as neighbours are there.
    """
    both: dict[int, Known] = {0: Known("", genesis(attempt, lease)), **known}
    fresh: dict[int, Op] = {}
    for op in ops:
        if both.setdefault(op.seq, Known(op.prev_hash, op.hash)).hash != op.hash:
            raise OpsError("hash_conflict", op.seq)
        if op.seq not in known:
            fresh[op.seq] = op
    for seq, one in both.items():
        if seq and seq - 1 in both and both[seq - 1].hash != one.prev_hash:
            raise OpsError("chain_broken", seq)
    return [fresh[seq] for seq in sorted(fresh)]


def reach(attempt: str, lease: int, known: Mapping[int, Known]) -> tuple[int, str]:
    """The highest seq up to which the chain is whole, and its hash."""
    seq, head = 0, genesis(attempt, lease)
    while (after := known.get(seq + 1)) is not None and after.prev_hash == head:
        seq, head = seq + 1, after.hash
    return seq, head


# --- What the log says


class Entry(NamedTuple):
    """An op on a question as kept. `sequence` is the number a page gave to its change, if a page made it."""

    lease: int
    seq: int
    slot: int
    kind: str
    value: Value
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class SlotState:
    """What is on record for a question: by which op, and after how many changes."""

    value: Value = None
    is_flagged: bool = False
    lease: int = 0
    seq: int = 0
    sequence: int = 0


def fold(entries: Iterable[Entry]) -> dict[int, SlotState]:
    """The answers by slot. The order in which the entries are given makes no difference."""
    states: dict[int, SlotState] = {}
    for entry in sorted(entries, key=lambda entry: (entry.lease, entry.seq)):
        if entry.kind in ON_QUESTION:
            states[entry.slot] = _after(states.get(entry.slot, SlotState()), entry)
    return states


def _after(state: SlotState, entry: Entry) -> SlotState:
    sequence = state.sequence + 1 if entry.sequence is None else max(state.sequence, entry.sequence)
    if entry.kind == "flag":
        return replace(state, is_flagged=bool(entry.value), sequence=sequence)
    return replace(state, value=entry.value, lease=entry.lease, seq=entry.seq, sequence=sequence)


def differing(states: Mapping[int, SlotState], digests: Mapping[int, str]) -> list[int]:
    """The slots of which phone and server do not have the same answer."""
    ours = {slot: value_digest(state.value) for slot, state in states.items() if state.value is not None}
    return sorted(slot for slot in ours.keys() | digests.keys() if ours.get(slot) != digests.get(slot))


def answers_digest(states: Mapping[int, SlotState]) -> str:
    """One digest of all answers: over the JSON array of [slot, answer] in order, without what was taken back."""
    answers = [[slot, state.value] for slot, state in sorted(states.items()) if state.value is not None]
    return _sha256(_json(answers))


@dataclass(frozen=True, slots=True)
class Claim:
    """What a device says it hands in: how far its log reaches, and a digest of each answer."""

    lease: int
    ack_seq: int
    chain_head: str
    digests: Mapping[int, str]


def parse_claim(data: object) -> Claim:
    """Read what a device hands in. Raises OpsError with the code malformed."""
    if not isinstance(data, dict) or not isinstance(data.get("digests"), dict):
        raise OpsError("malformed")
    lease, ack_seq, head = data.get("lease"), data.get("ack_seq"), data.get("chain_head")
    is_sound = _is_count(lease, 1, MOST_LEASE) and _is_count(ack_seq, 0, MOST_MS) and _is_hex(head)
    digests = data["digests"]
    if not is_sound or len(digests) > MOST_POSITION:
        raise OpsError("malformed")
    if not all(_POSITION.fullmatch(slot) and _is_hex(digest) for slot, digest in digests.items()):
        raise OpsError("malformed")
    return Claim(lease, ack_seq, head, {int(slot): digest for slot, digest in digests.items()})  # type: ignore[arg-type]


def _is_hex(value: object) -> bool:
    return isinstance(value, str) and _HEX.fullmatch(value) is not None


def _is_count(value: object, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


#: Made once: `json.dumps` with these options makes an encoder for each call.
_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
