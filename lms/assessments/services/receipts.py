"""The receipt of an exam: what the server has, signed, in a form that a QR code holds and anybody can check.

A signed note (c2sp.org/signed-note, `lms.register.note`) of the exam key:

    Sanad exam receipt 1
    attempt <public id>
    log <lease>.<last op>[ <lease>.<last op> …]
    head <hash of the last op of the last lease>
    answers <SHA-256 over the JSON array of [slot, answer] in order>
    answered <how many>
    received <moment, UTC>
"""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime

from django.conf import settings

from lms.assessments.models import Attempt
from lms.assessments.oplog import SlotState, answers_digest, genesis
from lms.assessments.selectors.log import Evidenced
from lms.register.keyfiles import KeyFileError
from lms.register.keys import signer_of
from lms.register.note import NoteError, NoteSigner, open_note, sign_note

logger = logging.getLogger(__name__)

EXAM_KEY = "exam"
TITLE = "Sanad exam receipt 1"


def exam_signer() -> NoteSigner:
    """The key that signs receipts. Raises KeyFileError."""
    return NoteSigner(f"{settings.SANAD_REGISTER_ORIGIN}/exams", signer_of(EXAM_KEY))


def sign_receipt(attempt: Attempt, log: Evidenced, *, at: datetime) -> str:
    """The receipt for what the server has. Blank, and noted for the operator, when the key cannot be opened:
    handing in never fails for that."""
    text = _text(attempt, log, at)
    try:
        return sign_note(text, exam_signer()).decode()
    except KeyFileError as error:
        logger.error("the receipt of attempt %s cannot be signed: %s", attempt.public_id, error)
        return ""


def read_receipt(receipt: str) -> Mapping[str, str] | None:
    """What a receipt says, by the first word of its lines; None unless the exam key signed it."""
    try:
        text = open_note(receipt.encode(), [exam_signer().key]).text
    except NoteError:
        return None
    title, *lines = text.splitlines()
    return dict(line.split(" ", 1) for line in lines) if title == TITLE else None


def _text(attempt: Attempt, log: Evidenced, at: datetime) -> str:
    states, last = log.counting(with_judged=True), log.last()
    head = log.hashes.get((attempt.lease, last.get(attempt.lease, 0)))
    lines = {
        "attempt": str(attempt.public_id),
        "log": " ".join(f"{lease}.{seq}" for lease, seq in last.items()) or "0.0",
        "head": head.hash if head else genesis(str(attempt.public_id), attempt.lease),
        "answers": answers_digest(states),
        "answered": str(_answered(states)),
        "received": at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
    }
    return "".join([f"{TITLE}\n", *(f"{name} {said}\n" for name, said in lines.items())])


def _answered(states: Mapping[int, SlotState]) -> int:
    return sum(state.value is not None for state in states.values())
