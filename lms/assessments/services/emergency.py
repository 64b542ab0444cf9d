"""The emergency file: a phone's own log, encrypted to the server, carried there by whatever way there is.

    {"v": 1, "attempt": <public id>, "epk": <point>, "iv": <12 bytes>, "ct": <ciphertext and tag>}

The bytes are base64url without padding. The key is HKDF-SHA-256 (salt `epk`, info "sanad-exam:" and the
public id of the attempt, 32 bytes) over the ECDH secret of the one-time P-256 key `epk` (65 bytes,
uncompressed) and the server's box key; the cipher is AES-256-GCM without additional data. Inside is
{"attempt": <public id>, "ops": [<op>, …]}, taken in by the same rules as any batch.
"""

import base64
import binascii
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import ECDH, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import transaction
from django.utils import timezone

from lms.assessments.enums import EventKind
from lms.assessments.errors import AttemptClosedError, EmergencyFileError, OperationsRefusedError
from lms.assessments.machine import OWING, RUNNING
from lms.assessments.messages import ops_sentence
from lms.assessments.models import Attempt
from lms.assessments.oplog import Op, OpsError, parse_op, receive_loose
from lms.assessments.selectors.log import known_of
from lms.people.models import User
from lms.register.keys import box_of

from .breaks import settle_breaks
from .closing import close_if_due
from .lifecycle import lock_attempt, record_event
from .log import rows_of, write
from .sync import check_values, concerns_breaks

EXAM_BOX = "exam-box"
#: A whole sitting is well below; a file of this size already takes a second to read.
MOST_FILE_BYTES = 16 * 1024 * 1024
MOST_FILE_OPS = 20_000


@dataclass(frozen=True, slots=True)
class FileReport:
    """What an emergency file brought: operations that were new, and those that the server had."""

    attempt: Attempt
    fresh: int
    known: int


def box_key() -> str:
    """The public half to which phones encrypt, as base64url. Raises KeyFileError."""
    point = box_of(EXAM_BOX).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def import_emergency_file(
    *, attempt: Attempt, data: bytes, actor: User, at: datetime | None = None
) -> FileReport:
    """Take in an emergency file of an attempt; doing it again changes nothing.

    Operations may be missing: what does not follow unbroken counts only if people decide so. Raises
    EmergencyFileError for a file that cannot be read, OperationsRefusedError for one whose log contradicts
    itself or the server's, and AttemptClosedError after the hand-in; how much the file would have brought is
    then kept as an event.
    """
    at = at or timezone.now()
    ops = _read(data, attempt)
    refused: OpsError | None = None
    with transaction.atomic():
        attempt = lock_attempt(pk=attempt.pk)
        close_if_due(attempt=attempt, at=at)
        is_open = attempt.state in RUNNING or attempt.state in OWING
        try:
            fresh = _fresh(attempt, ops)
        except OpsError as error:
            refused, fresh = error, []
        else:
            write(attempt, rows_of(fresh if is_open else [], at=at))
            if is_open and concerns_breaks(fresh):
                settle_breaks(attempt=attempt, at=at)
        record_event(
            attempt=attempt,
            kind=EventKind.LOG_CONFLICT if refused else EventKind.FILE_IMPORTED,
            at=at,
            actor=actor,
            details={"operations": len(ops), "fresh": len(fresh), "taken": is_open and not refused}
            | ({"what": refused.code, "seq": refused.at} if refused else {}),
        )
    # Raised outside, so that the event is kept.
    if refused is not None:
        raise OperationsRefusedError(refused.code, ops_sentence(refused.code), refused.at)
    if not is_open:
        raise AttemptClosedError
    return FileReport(attempt, len(fresh), len(ops) - len(fresh))


def _read(data: bytes, attempt: Attempt) -> list[Op]:
    name = str(attempt.public_id)
    try:
        content = json.loads(_decrypt(json.loads(data), name))
        rows = content["ops"]
        if content["attempt"] != name or not isinstance(rows, list) or len(rows) > MOST_FILE_OPS:
            raise EmergencyFileError
        ops = [parse_op(row, name) for row in rows]
        check_values(attempt, ops)
    except OpsError as error:
        raise OperationsRefusedError(error.code, ops_sentence(error.code), error.at) from None
    except (KeyError, TypeError, ValueError, InvalidTag, RecursionError):
        raise EmergencyFileError from None
    return ops


def _decrypt(file: dict[str, Any], attempt: str) -> bytes:
    if file["v"] != 1 or file["attempt"] != attempt:
        raise EmergencyFileError
    point = _bytes(file["epk"])
    other = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    secret = box_of(EXAM_BOX).exchange(ECDH(), other)
    key = HKDF(SHA256(), length=32, salt=point, info=f"sanad-exam:{attempt}".encode()).derive(secret)
    return AESGCM(key).decrypt(_bytes(file["iv"]), _bytes(file["ct"]), None)


def _bytes(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError("no base64url") from error


def _fresh(attempt: Attempt, ops: Sequence[Op]) -> list[Op]:
    """What the server does not have. Raises OpsError for a log that contradicts itself or the server's."""
    leases: dict[int, list[Op]] = defaultdict(list)
    for op in ops:
        leases[op.lease].append(op)
    fresh: list[Op] = []
    for lease, own in sorted(leases.items()):
        if lease > attempt.lease or (lease == attempt.lease and not attempt.keeps_log):
            raise OpsError("lease_unknown", own[0].seq)
        fresh += receive_loose(str(attempt.public_id), lease, known_of(attempt, lease), own)
    return fresh
