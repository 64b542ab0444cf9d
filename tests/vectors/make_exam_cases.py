"""Make tests/vectors/exam_cases.json: the exam clock and the operations log as examples for server and phone.

    python -m tests.vectors.make_exam_cases            write the file
    python -m tests.vectors.make_exam_cases --check    only say whether it is up to date

A case names a function (`fn`), what goes in and what must come out. What a case expects is written by hand
here, and hashes are computed from the text of the specification, not by the module under test. An op is
written as {lease, seq, slot, kind, value, t_mono, t_wall, prev_hash, hash}; all times are milliseconds.

timing: `deadline`, `seconds_left`, `has_jumped`, `wait_seconds`.
oplog: `genesis`, `hash`, `digest`; `unbroken` (how many ops from the first form a whole chain); `parse` (a batch
as sent: {} or {error, at}); `receive` (against what the server knows, as [seq, prev_hash, hash]: what is kept, and
how far the log reaches); `fold` (answers by slot); `differing` (slots to send again at the hand-in); `classify`
(evidence by seq of ops that carry `received`); `breaks` (milliseconds of the breaks that have ended, and of one that
was running at the last op, or null).
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).with_name("exam_cases.json")
ATTEMPT = "0195f3c0-5a00-7cc3-98c4-dc0c0c07398f"
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
START = 1_772_359_200_000  # 2026-03-01T10:00:00Z
DEADLINE = START + 30 * MINUTE
GRACE = MINUTE

Json = dict[str, Any]


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def first_hash(lease: int = 1) -> str:
    return sha256(f"sanad-exam:{ATTEMPT}:{lease}")


def op(
    prev: str | Json,
    kind: str = "answer",
    slot: int = 1,
    value: object = None,
    *,
    lease: int = 1,
    seq: int | None = None,
    mono: int = 5_000,
    wall: int = START,
    **also: object,
) -> Json:
    prev_hash = prev if isinstance(prev, str) else prev["hash"]
    seq = seq or (1 if isinstance(prev, str) else prev["seq"] + 1)
    told = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    line = f'["{ATTEMPT}",{lease},{seq},{slot},"{kind}",{told},{mono},{wall},"{prev_hash}"]'
    fields = {"lease": lease, "seq": seq, "slot": slot, "kind": kind, "value": value}
    times = {"t_mono": mono, "t_wall": wall, "prev_hash": prev_hash, "hash": sha256(line)}
    return {**fields, **times, **also}


def chain(*steps: tuple[Any, ...], lease: int = 1) -> list[Json]:
    """Ops after each other from (kind, slot, value, optionally t_mono)."""
    ops: list[Json] = []
    for number, (kind, slot, value, *mono) in enumerate(steps):
        prev = ops[-1] if ops else first_hash(lease)
        at = mono[0] if mono else 5_000 + 1_000 * number
        ops.append(op(prev, kind, slot, value, lease=lease, mono=at, wall=START + at))
    return ops


def case(name: str, fn: str, expected: object, **given: object) -> Json:
    return {"name": name, "fn": fn, "input": given, "expected": expected}


# --- Time


def timing_cases() -> list[Json]:
    plain = {"started_at": START, "base_seconds": 1800, "extra_seconds": 0, "pause_seconds": 0}
    plain |= {"credited_seconds": 0, "closes_at": START + 10 * MINUTE, "hard_close": False}

    def deadline(name: str, minutes: int, **changes: object) -> Json:
        return case(name, "deadline", START + minutes * MINUTE, **{**plain, **changes})

    def left(name: str, seconds: int, now: int) -> Json:
        return case(name, "seconds_left", seconds, deadline=DEADLINE, now=now)

    return [
        deadline("the window cuts nothing without hard_close", 30),
        deadline("with hard_close it does", 10, hard_close=True),
        deadline("extra time, a pause and an outage are added", 48, extra_seconds=600, pause_seconds=300,
                 credited_seconds=180),
        deadline("hard_close cuts added time too", 10, extra_seconds=600, pause_seconds=300, hard_close=True),
        deadline("the time of a person is multiplied", 45, multiplier="1.5"),
        deadline("the multiplied time is rounded up to a second", 1, base_seconds=59, multiplier="1.01"),
        deadline("only the time of the exam is multiplied", 75, multiplier="2", extra_seconds=600, pause_seconds=300),
        deadline("hard_close cuts multiplied time too", 10, multiplier="3", hard_close=True),
        deadline("never before the start", 0, closes_at=START - HOUR, hard_close=True),
        left("all of it", 1800, START),
        left("a started second counts", 1, DEADLINE - 1),
        left("none at the deadline", 0, DEADLINE),
        left("never negative", 0, DEADLINE + HOUR),
        case("clocks that go together", "has_jumped", False, mono=60_000, wall=61_000),
        case("five seconds are no jump", "has_jumped", False, mono=10_000, wall=15_000),
        case("more is", "has_jumped", True, mono=10_000, wall=15_001),
        case("a clock put back by an hour", "has_jumped", True, mono=2_000, wall=2_000 - HOUR),
        case("ninety seconds of silence are needed", "wait_seconds", 30, last_contact=START, now=START + MINUTE),
        case("then the lease is free", "wait_seconds", 0, last_contact=START, now=START + 90_000),
    ]  # fmt: skip


# --- The log

ARABIC = 'نعم، «المراقب» لا يتدخل\n\tولا "يوجّه" 🗳️ \\ / \u2028 \x7f ٣٫٥'


def chain_cases() -> list[Json]:
    ops = chain(
        ("view", 0, None), ("answer", 1, [2]), ("flag", 1, True), ("answer", 2, [1, 3]), ("clear", 1, None)
    )
    told = [*ops[:2], {**ops[2], "value": False}, *ops[3:]]
    values = [[2], [3, 0, 1], "٣٫٥", ARABIC, True, False, None, "<script>&'\u00a0"]
    hashes = [
        case(f"hash of a value: {value!a}", "hash", one["hash"], attempt=ATTEMPT, op=one)
        for value in values
        for one in [op(first_hash(), "answer", 7, value, mono=0, wall=2**53 - 1)]
    ]
    digests = [
        case(f"digest: {value!a}", "digest", sha256(told), value=value)
        for value, told in (([2], "[2]"), ([1, 3], "[1,3]"), ("3.5", '"3.5"'), ("أ", '"أ"'))
    ]

    def unbroken(name: str, count: int, log: list[Json], lease: int = 1) -> Json:
        return case(name, "unbroken", count, attempt=ATTEMPT, lease=lease, ops=log)

    return [
        case("before the first op", "genesis", first_hash(1), attempt=ATTEMPT, lease=1),
        case("each lease has its own beginning", "genesis", first_hash(2), attempt=ATTEMPT, lease=2),
        *hashes,
        *digests,
        unbroken("a whole chain", 5, ops),
        unbroken("nothing is a chain too", 0, []),
        unbroken("a value that was changed afterwards", 2, told),
        unbroken("an op that was taken out", 1, [ops[0], *ops[2:]]),
        unbroken("two ops that changed places", 1, [ops[0], ops[2], ops[1], *ops[3:]]),
        unbroken("the chain of another lease", 0, ops, lease=2),
    ]


def parse_cases() -> list[Json]:
    ops = chain(("view", 0, None), ("answer", 1, [2]), ("answer", 2, "نص"))
    good = {"lease": 1, "from_seq": 1, "ops": ops}

    def parse(name: str, error: str | None, at: int, **changes: object) -> Json:
        expected = {"error": error, "at": at} if error else {}
        return case(name, "parse", expected, attempt=ATTEMPT, batch={**good, **changes})

    def alone(name: str, error: str | None, kind: str, slot: object, value: object, **more: Any) -> Json:
        one = op(first_hash(), kind, slot, value, **more)  # type: ignore[arg-type]
        return parse(name, error, one["seq"] if error else 0, from_seq=one["seq"], ops=[one])

    return [
        parse("a batch", None, 0),
        parse("a sign of life without ops", None, 0, from_seq=4, ops=[]),
        parse("what the phone still holds may be said", None, 0, unsent=12),
        parse("no lease", "malformed", 0, lease=None),
        parse("a lease that is no number", "malformed", 0, lease="1"),
        parse("a yes is no number", "malformed", 0, lease=True),
        parse("ops of another lease than the batch's", "malformed", 1, lease=2),
        parse("a gap within the batch", "malformed", 3, ops=[*ops[:1], *ops[2:]]),
        parse("a first number that is not the first op's", "malformed", 1, from_seq=2),
        parse("more than two hundred ops", "too_many", 0, ops=[0] * 201),
        parse("a wrong hash", "hash_wrong", 2, ops=[ops[0], {**ops[1], "hash": "0" * 64}]),
        parse("a changed value", "hash_wrong", 2, ops=[ops[0], {**ops[1], "value": [3]}]),
        parse("a time that was changed", "hash_wrong", 1, ops=[{**ops[0], "t_mono": 1}]),
        parse("a field too many", "malformed", 0, ops=[{**ops[0], "mark": 1}]),
        parse("a field too few", "malformed", 0, ops=[{k: v for k, v in ops[0].items() if k != "t_wall"}]),
        parse("an op that does not follow the one before", "chain_broken", 2,
              ops=[ops[0], op("a" * 64, "answer", 1, [2], seq=2)]),
        alone("a blank text never overwrites", "malformed", "answer", 1, "  "),
        alone("an empty choice never overwrites", "malformed", "answer", 1, []),
        alone("a matching without a match is blank", "malformed", "answer", 1, [0, 0]),
        alone("an answer without a value", "malformed", "answer", 1, None),
        alone("an answer to no question", "malformed", "answer", 0, [1]),
        alone("clearing has no value", "malformed", "clear", 1, [1]),
        alone("clearing", None, "clear", 1, None),
        alone("a flag is yes or no", "malformed", "flag", 1, 1),
        alone("an unknown kind", "malformed", "keystroke", 1, None),
        alone("a negative time", "malformed", "view", 0, None, mono=-1),
        alone("any wall clock is taken: it never matters", None, "view", 0, None, wall=2**53 - 1),
        alone("a time that no phone can count", "malformed", "view", 0, None, wall=2**53),
        alone("an operation without number", "malformed", "view", 0, None, seq=50_001) | {
            "expected": {"error": "malformed", "at": 0}},
    ]  # fmt: skip


def receive_cases() -> list[Json]:
    ops = chain(
        ("view", 0, None), ("answer", 1, [2]), ("answer", 1, [3]), ("answer", 2, [1]), ("clear", 2, None)
    )
    other = op(ops[0], "answer", 1, [4], mono=6_000)

    def receive(name: str, expected: Json, known: list[Json], sent: list[Json]) -> Json:
        rows = [[one["seq"], one["prev_hash"], one["hash"]] for one in known]
        return case(name, "receive", expected, attempt=ATTEMPT, lease=1, known=rows, ops=sent)

    def kept(fresh: list[int], ack: int, need_from: int | None = None) -> Json:
        head = ops[ack - 1]["hash"] if ack else first_hash()
        return {"fresh": fresh, "ack_seq": ack, "chain_head": head, "need_from": need_from}

    return [
        receive("the first batch", kept([1, 2], 2), [], ops[:2]),
        receive("the next one", kept([3, 4, 5], 5), ops[:2], ops[2:]),
        receive("a batch that comes again changes nothing", kept([], 2), ops[:2], ops[:2]),
        receive("a batch that comes again after a later one", kept([], 5), ops, ops[1:3]),
        receive("a batch that overlaps", kept([4, 5], 5), ops[:3], ops[1:]),
        receive("a batch that came too early asks for what is missing", kept([], 2, 3), ops[:2], ops[3:]),
        receive("the first batch was lost", kept([], 0, 1), [], ops[2:]),
        receive("no ops", kept([], 2), ops[:2], []),
        receive("another op under a known number", {"error": "hash_conflict", "at": 2}, ops[:2], [other]),
        receive("an op that follows another past", {"error": "chain_broken", "at": 3}, ops[:2],
                [op(other, "answer", 2, [1])]),
        receive("a gap in what is known is filled, and all of it counts", kept([3], 5), [*ops[:2], *ops[3:]],
                ops[2:4]),
    ]  # fmt: skip


def fold_cases() -> list[Json]:
    one = chain(
        ("answer", 1, [1]), ("answer", 2, [2]), ("flag", 2, True), ("answer", 1, [3]), ("clear", 2, None)
    )
    two = chain(("answer", 1, [4]), ("flag", 3, True), lease=2)
    late = op(one[-1], "answer", 3, "late", mono=20_000)
    over = op(one[-1], "answer", 1, [2], mono=20_000)
    first = {"1": {"value": [3], "flag": False}, "2": {"value": None, "flag": True}}
    both = {**first, "1": {"value": [4], "flag": False}, "3": {"value": None, "flag": True}}

    def fold(name: str, expected: Json, ops: list[Json]) -> Json:
        return case(name, "fold", expected, ops=ops)

    def differing(name: str, expected: list[int], ops: list[Json], digests: Json) -> Json:
        return case(name, "differing", expected, ops=ops, digests=digests)

    same = {"1": sha256("[4]")}
    return [
        fold("nothing", {}, []),
        fold("the later op counts, and clearing is an op of its own", first, one),
        fold("the order in which ops arrive makes no difference", first, one[::-1]),
        fold("an op that came twice", first, one + one),
        fold("a later lease counts over an earlier one", both, one + two),
        fold("also when it came first", both, two + one),
        fold("what the old phone sends late counts where nothing later was said",
             {**both, "3": {"value": "late", "flag": True}}, [*two, *one, late]),
        fold("and never over what was said later", both, [*two, *one, over]),
        fold("looking and losing focus answer nothing", {}, chain(("view", 1, None), ("focus_lost", 0, None))),
        differing("both have the same", [], one + two, same),
        differing("the phone has another answer", [1], one + two, {"1": sha256("[3]")}),
        differing("the phone has an answer more", [5], one + two, {**same, "5": sha256("[1]")}),
        differing("the server has an answer more", [1], one + two, {}),
    ]  # fmt: skip


def classify_cases() -> list[Json]:
    """The last contact is at minute 20; then the signal is gone, and everything arrives an hour after the end."""
    at_20, late = START + 20 * MINUTE, DEADLINE + HOUR

    def log(*steps: tuple[Any, ...], received: int = late, wall: int = 0) -> list[Json]:
        """A view and an answer in time, then (kind, slot, value, minute of the page's clock)."""
        mono = [(kind, slot, value, minute * MINUTE) for kind, slot, value, minute in steps]
        ops = chain(("view", 0, None, 0), ("answer", 1, [1], 19 * MINUTE), *mono)
        return [one | {"received": at_20 if number < 2 else received} for number, one in enumerate(ops)]

    def reloaded(gap: int, minute: int, received: int = late) -> list[Json]:
        """An answer at minute 22, a page load `gap` minutes later, an answer `minute` minutes after that."""
        ops = log(("answer", 2, [2], 22))
        wall = START + (22 + gap) * MINUTE
        ops.append(op(ops[-1], "view", 0, None, mono=400, wall=wall) | {"received": received})
        mono = 400 + minute * MINUTE
        ops.append(op(ops[-1], "answer", 3, [3], mono=mono, wall=wall + mono) | {"received": received})
        return ops

    def classify(name: str, classes: str, ops: list[Json], *, people: bool, **limits: int) -> Json:
        expected = {
            "classes": dict(zip(map(str, range(1, 99)), classes, strict=False)),
            "needs_people": people,
        }
        return case(name, "classify", expected, ops=ops, **{"deadline": DEADLINE, "grace": GRACE, **limits})

    away = log(("answer", 2, [2], 22), ("answer", 3, [1], 28))
    gap = [*away[:2], away[3]]
    return [
        classify("all in time", "AA", away[:2], people=False),
        classify("the last moment of the grace", "AAA", log(("answer", 2, [2], 29), received=DEADLINE + GRACE),
                 people=False),
        classify("a moment later the clock of the page decides", "AAB",
                 log(("answer", 2, [2], 29), received=DEADLINE + GRACE + 1), people=False),
        classify("without a signal until the end, in time", "AABB", away, people=False),
        classify("the last contact was received a minute after it was done: that minute is the grace", "AAB",
                 log(("answer", 2, [2], 30)), people=False),
        classify("done after the end", "AABC", log(("answer", 2, [2], 28), ("answer", 3, [3], 31)), people=True),
        classify("only looking after the end needs nobody", "AABC", log(("answer", 2, [2], 28), ("view", 3, None, 31)),
                 people=False),
        classify("more time was given", "AABB", log(("answer", 2, [2], 28), ("answer", 3, [3], 31)), people=False,
                 deadline=DEADLINE + 5 * MINUTE),
        classify("the last moment of the window for late answers", "AAB",
                 log(("answer", 2, [2], 22), received=DEADLINE + DAY), people=False),
        classify("after the window", "AAC", log(("answer", 2, [2], 22), received=DEADLINE + DAY + 1), people=True),
        classify("an op is missing", "AA C", gap, people=True) | {
            "expected": {"classes": {"1": "A", "2": "A", "4": "C"}, "needs_people": True}},
        classify("the clock of the page went backwards", "AAC", log(("answer", 2, [2], 18)), people=True),
        classify("loaded again without a signal", "AABBB", reloaded(2, 4), people=False),
        classify("loaded again, too long after", "AABCC", reloaded(9, 4), people=True),
        classify("the phone's clock put back between two page loads", "AABCC", reloaded(-60, 4), people=True),
        classify("more time than has passed at the server", "AAC",
                 log(("answer", 2, [2], 40), received=DEADLINE + 2 * MINUTE), people=True,
                 deadline=DEADLINE + MINUTE - 1),
        classify("never any contact", "CC", [one | {"received": late} for one in away[:2]], people=True),
    ]  # fmt: skip


def break_cases() -> list[Json]:
    def log(*steps: tuple[Any, ...]) -> list[Json]:
        """Ops of (kind, minute, optionally slot and value), each received when it was done."""
        ops = chain(*((kind, *(also or (0, None)), minute * MINUTE) for kind, minute, *also in steps))
        return [one | {"received": one["t_wall"]} for one in ops]

    def breaks(
        name: str, closed: int, ops: list[Json], running: int | None = None, allowed: int = 10
    ) -> Json:
        expected = {"closed": closed * MINUTE, "running": None if running is None else running * MINUTE}
        limits = {"deadline": DEADLINE, "grace": GRACE, "started": START, "allowed": allowed * MINUTE}
        return case(name, "breaks", expected, ops=ops, **limits)

    two = log(("break", 5), ("resume", 8), ("break", 20), ("resume", 24))
    loaded = log(("break", 5), ("view", 9), ("resume", 11))
    page = [loaded[0]]
    for mono, late in ((300, 4 * MINUTE), (300 + 2 * MINUTE, 6 * MINUTE)):
        wall = loaded[0]["t_wall"] + late
        kind = "view" if len(page) == 1 else "resume"
        page.append(op(page[-1], kind, 0, None, mono=mono, wall=wall) | {"received": wall})
    other = op(first_hash(2), "view", 0, None, lease=2, mono=10, wall=START + 9 * MINUTE)
    other |= {"received": START + 9 * MINUTE}
    on_other = [loaded[0], other]
    on_other.append(op(other, "resume", 0, None, lease=2, mono=10 + MINUTE, wall=START + 10 * MINUTE))
    on_other[-1] |= {"received": START + 10 * MINUTE}
    return [
        breaks("none", 0, log(("view", 0), ("answer", 3, 1, [2]))),
        breaks("one", 3, two[:2]),
        breaks("two", 7, two),
        breaks("in whatever order they are given", 7, two[::-1]),
        breaks("all together never more than allowed", 5, two, allowed=5),
        breaks("one that runs", 3, log(("break", 5), ("resume", 8), ("break", 9), ("view", 11)), running=2),
        breaks("whoever answers is on no break", 2, log(("break", 5), ("answer", 7, 1, [2]), ("resume", 12))),
        breaks("handing in ends one", 4, log(("break", 5), ("submit", 9))),
        breaks("a second beginning within one is none", 6, log(("break", 5), ("break", 8), ("resume", 11))),
        breaks("an end without a beginning is none", 0, log(("resume", 8), ("view", 9))),
        breaks("the page was loaded again within one", 6, page),
        breaks("it ended on another device", 5, on_other),
    ]


def content() -> str:
    oplog = [
        *chain_cases(),
        *parse_cases(),
        *receive_cases(),
        *fold_cases(),
        *classify_cases(),
        *break_cases(),
    ]
    book = {"timing": timing_cases(), "oplog": oplog}
    return json.dumps(book, ensure_ascii=True, indent=1) + "\n"


def main() -> None:
    if "--check" in sys.argv[1:]:
        sys.exit(0 if TARGET.read_text() == content() else f"{TARGET.name} is out of date")
    TARGET.write_text(content())


if __name__ == "__main__":
    main()
