"""A candidate's phone as the server meets it: it writes its own log, and sends it well or badly."""

import base64
import json
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lms.assessments.models import Attempt, Exam
from lms.assessments.oplog import Op, genesis, seal, value_digest
from lms.assessments.selectors.log import read_attempt
from lms.assessments.services.emergency import box_key
from lms.assessments.services.leases import take_lease
from lms.assessments.services.sitting import create_attempt, start_attempt
from lms.assessments.services.sync import SyncReply, append_batch, receive_batch, submit_claim
from lms.assessments.timing import to_ms
from lms.people.models import User

from .assessments import NOON, ExamFactory, enrol

Json = dict[str, Any]


class Phone:
    """Keeps every op that it ever made. `loaded_at` is when its page was loaded, on the server's clock."""

    def __init__(self, attempt: Attempt, holder: str = "phone", loaded_at: datetime = NOON) -> None:
        self.attempt, self.learner, self.holder = attempt, attempt.learner, holder
        self.name = str(attempt.public_id)
        self.loaded_at = loaded_at
        self.ops: list[Op] = []
        self.take(attempt.lease)

    def take(self, lease: int) -> None:
        own = [op for op in self.ops if op.lease == lease]
        self.lease = lease
        self.seq, self.head = (own[-1].seq, own[-1].hash) if own else (0, genesis(self.name, lease))

    # --- Doing

    def do(self, kind: str, slot: int = 0, value: Any = None, *, at: datetime = NOON, **changes: Any) -> Op:
        """Make an op at a moment of the server's clock; `changes` are fields that a broken phone gets wrong."""
        mono = max(0, int((at - self.loaded_at) / timedelta(milliseconds=1)))
        fields = {"t_mono": mono, "t_wall": to_ms(at), **changes}
        op = seal(self.name, Op(self.lease, self.seq + 1, slot, kind, value, prev_hash=self.head, **fields))
        self.ops.append(op)
        self.seq, self.head = op.seq, op.hash
        return op

    def choose(self, slot: int, *places: int, at: datetime = NOON) -> Op:
        return self.do("answer", slot, list(places), at=at)

    def reload(self, at: datetime) -> Op:
        self.loaded_at = at
        return self.do("view", at=at)

    # --- Saying

    def batch(
        self, start: int = 1, end: int | None = None, lease: int | None = None, unsent: int = 0
    ) -> Json:
        """The ops of a lease from one number to another."""
        lease = self.lease if lease is None else lease
        own = [op for op in self.ops if op.lease == lease and start <= op.seq <= (end or op.seq)]
        rows = [op._asdict() for op in own]
        return {"lease": lease, "from_seq": start, "ops": rows, "unsent": unsent}

    def claim(self, ops: list[Op] | None = None) -> Json:
        """What it hands in: the last word on every question, of all its leases, or of all the ops that are given."""
        said: dict[int, Any] = {}
        for op in sorted(self.ops if ops is None else ops, key=lambda op: (op.lease, op.seq)):
            if op.kind in ("answer", "clear"):
                said[op.slot] = op.value
        digests = {str(slot): value_digest(value) for slot, value in said.items() if value is not None}
        return {"lease": self.lease, "ack_seq": self.seq, "chain_head": self.head, "digests": digests}

    def file(self, ops: list[Op] | None = None) -> Json:
        """The emergency file, sealed as the page seals it."""
        rows = [op._asdict() for op in (self.ops if ops is None else ops)]
        return seal_file(self.name, {"attempt": self.name, "ops": rows})

    # --- Sending, straight to the services

    def send(self, batch: Json | None = None, *, at: datetime = NOON, holder: str | None = None) -> SyncReply:
        attempt = read_attempt(self.attempt.public_id, self.learner.pk)
        data = self.batch() if batch is None else batch
        given = {"attempt": attempt, "holder": holder or self.holder, "data": data, "at": at}
        return append_batch(**given) or receive_batch(**given)

    def acquire(self, *, at: datetime = NOON, device: str = "") -> Attempt:
        attempt = take_lease(
            attempt_id=self.attempt.public_id, learner=self.learner, holder=self.holder, device=device, at=at
        )
        self.take(attempt.lease)
        return attempt

    def submit(self, claim: Json | None = None, *, at: datetime = NOON) -> SyncReply:
        data = self.claim() if claim is None else claim
        return submit_claim(
            attempt_id=self.attempt.public_id, learner=self.learner, holder=self.holder, data=data, at=at
        )


def seal_file(attempt: str, content: Json) -> Json:
    own = generate_private_key(SECP256R1())
    point = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    server = base64.urlsafe_b64decode(box_key() + "=" * (-len(box_key()) % 4))
    secret = own.exchange(ECDH(), EllipticCurvePublicKey.from_encoded_point(SECP256R1(), server))
    key = HKDF(SHA256(), length=32, salt=point, info=f"sanad-exam:{attempt}".encode()).derive(secret)
    sealed = AESGCM(key).encrypt(b"twelve bytes", json.dumps(content).encode(), None)
    return {
        "v": 1,
        "attempt": attempt,
        "epk": _url64(point),
        "iv": _url64(b"twelve bytes"),
        "ct": _url64(sealed),
    }


def _url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sitting_on_a_phone(
    exam: Exam | None = None, learner: User | None = None, *, at: datetime = NOON, holder: str = "phone"
) -> Phone:
    """A started attempt whose log the phone keeps."""
    exam = exam or ExamFactory()
    attempt = create_attempt(exam=exam, learner=learner or enrol(exam).learner, at=at)
    return Phone(start_attempt(attempt=attempt, holder=holder, keeps_log=True, at=at), holder, at)
