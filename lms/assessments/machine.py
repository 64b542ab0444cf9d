"""The life of an attempt as one table of legal moves: from which state to which, by whom, and why.

Nothing else decides whether a state may change; `services.lifecycle` asks `find_move` and writes the event.
"""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    READY = "READY"
    ON_PAPER = "ON_PAPER"
    STARTED = "STARTED"
    PAUSED = "PAUSED"
    TIME_UP = "TIME_UP"
    SYNC_OWED = "SYNC_OWED"
    LATE_REVIEW = "LATE_REVIEW"
    SUBMITTED = "SUBMITTED"
    GRADED = "GRADED"
    MODERATION = "MODERATION"
    RELEASED = "RELEASED"
    REGRADED = "REGRADED"
    NOT_TAKEN = "NOT_TAKEN"
    VOIDED = "VOIDED"


class By(StrEnum):
    """Who makes a move. `CLOCK` is the server on its own: a sweep, or any request that finds the time up."""

    CANDIDATE = "candidate"
    CLOCK = "clock"
    INVIGILATOR = "invigilator"
    EXAMINER = "examiner"


@dataclass(frozen=True, slots=True)
class Move:
    """One line of the table. `needs_reason`: whoever makes the move must say why, in words that are kept; of a
    candidate nobody asks it."""

    source: State
    to: State
    by: frozenset[By]
    why: str
    needs_reason: bool = False


class IllegalMoveError(RuntimeError):
    """A change of state that is not in the table: the program's mistake, not a person's."""


def _move(source: State, to: State, by: str, why: str, *, needs_reason: bool = False) -> Move:
    return Move(source, to, frozenset(By(name) for name in by.split()), why, needs_reason)


_S = State
MOVES: tuple[Move, ...] = (
    _move(_S.READY, _S.STARTED, "candidate", "the candidate starts; the clock runs from here"),
    _move(_S.READY, _S.NOT_TAKEN, "clock", "the exam closed before it was started", needs_reason=True),
    _move(_S.READY, _S.ON_PAPER, "clock invigilator", "the form is printed, and is sat on paper"),
    _move(_S.ON_PAPER, _S.READY, "invigilator", "back from paper to the device", needs_reason=True),
    _move(_S.ON_PAPER, _S.SUBMITTED, "examiner", "what two people keyed from the paper is settled"),
    _move(_S.ON_PAPER, _S.LATE_REVIEW, "examiner", "the paper says that it was handed in after the time"),
    _move(_S.ON_PAPER, _S.NOT_TAKEN, "invigilator", "the candidate did not come", needs_reason=True),
    _move(_S.ON_PAPER, _S.VOIDED, "invigilator", "the sitting does not count", needs_reason=True),
    _move(
        _S.STARTED,
        _S.PAUSED,
        "invigilator candidate",
        "the sitting is interrupted, or a granted break begins; the time is given back",
        needs_reason=True,
    ),
    _move(_S.STARTED, _S.SUBMITTED, "candidate", "the candidate hands in"),
    _move(_S.STARTED, _S.TIME_UP, "clock", "deadline and grace have passed"),
    _move(_S.STARTED, _S.VOIDED, "invigilator", "the sitting does not count", needs_reason=True),
    _move(
        _S.PAUSED,
        _S.STARTED,
        "invigilator candidate clock",
        "the sitting goes on; a pause that nobody ended, or a break that is used up, is ended",
    ),
    _move(_S.TIME_UP, _S.SUBMITTED, "clock", "the server has everything"),
    _move(_S.TIME_UP, _S.SYNC_OWED, "clock", "the phone declared or may hold unsent answers"),
    _move(_S.SYNC_OWED, _S.SUBMITTED, "candidate clock", "all was sent, or the window for it has passed"),
    _move(_S.SYNC_OWED, _S.LATE_REVIEW, "candidate clock", "answers came that only people can judge"),
    _move(_S.LATE_REVIEW, _S.SUBMITTED, "examiner", "two different people agree", needs_reason=True),
    _move(_S.SUBMITTED, _S.GRADED, "clock examiner", "every answer is marked"),
    _move(_S.GRADED, _S.MODERATION, "clock examiner", "open answers, or a result near the pass mark"),
    _move(_S.GRADED, _S.RELEASED, "clock examiner", "the result may be known"),
    _move(_S.GRADED, _S.REGRADED, "examiner", "marked again; the old marks are kept", needs_reason=True),
    _move(_S.MODERATION, _S.GRADED, "examiner", "every open answer is marked, or the marks are confirmed"),
    _move(_S.MODERATION, _S.RELEASED, "examiner", "the marks are confirmed"),
    _move(_S.MODERATION, _S.REGRADED, "examiner", "marked again; the old marks are kept", needs_reason=True),
    _move(_S.RELEASED, _S.REGRADED, "examiner", "marked again; the old marks are kept", needs_reason=True),
    _move(_S.REGRADED, _S.MODERATION, "clock examiner", "the new result is near the pass mark"),
    _move(_S.REGRADED, _S.RELEASED, "clock examiner", "the new result may be known"),
    _move(
        _S.REGRADED,
        _S.REGRADED,
        "examiner",
        "marked again before the new result was known",
        needs_reason=True,
    ),
)

_TABLE = {(move.source, move.to): move for move in MOVES}

#: The sitting goes on: operations are taken as they come.
RUNNING = frozenset({State.STARTED, State.PAUSED})

#: Time is up, and the log is still open for what the phone could not send.
OWING = frozenset({State.SYNC_OWED, State.LATE_REVIEW})


def find_move(source: str, to: str) -> Move:
    """The line of the table. Raises IllegalMoveError when there is none."""
    try:
        return _TABLE[State(source), State(to)]
    except (KeyError, ValueError):
        raise IllegalMoveError(f"{source} does not lead to {to}") from None


def successors(source: str) -> frozenset[State]:
    """Where a state leads; empty for the two from which nothing leads on."""
    return frozenset(to for start, to in _TABLE if start == source)
