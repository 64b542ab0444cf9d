"""What checkers and auditors get: the live view of the register, and the same as a folder of signed files."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from django.db import transaction

from lms.register.cosignature import quorum_time
from lms.register.days import day_at, day_of
from lms.register.ed25519 import kid_of
from lms.register.export import COSIGNED, HEADS, export_register
from lms.register.keys import log_signer
from lms.register.note import parse_note
from lms.register.records import Record, RecordType, sha256_of
from lms.register.selectors import (
    cosigned_heads,
    cosigned_note,
    entry_leaf,
    entry_records,
    latest_checkpoint,
    range_reader,
)
from lms.register.services import append_entry, lock_head

from . import chain, statuslist
from .enums import CertificateStatus
from .keyset import Policy, read_proposal
from .models import Certificate, CertificateEvent, Keyset, StatusListNote
from .number import parse_number
from .pack import KEYSET, STATUS, TRAINERS
from .statuslist import Standing, StatusList, StatusListError

STANDINGS = {
    CertificateStatus.REVOKED: Standing.REVOKED,
    CertificateStatus.SUPERSEDED: Standing.REVOKED,
    CertificateStatus.SUSPENDED: Standing.SUSPENDED,
}
#: What an event made of a certificate, for the history in the table of trainers.
HISTORY = {"revoke": Standing.REVOKED, "suspend": Standing.SUSPENDED, "restore": Standing.VALID}


#: A list that says the same as the last one is signed and logged anew after this: its time is the pack's, and
#: checkers warn of a pack that is 14 days old.
STATUS_RENEWAL_SECONDS = 86_400


class EmptyRegisterError(Exception):
    """There is nothing to publish yet."""


class LiveRegister:
    """The register as the database has it now: the `RegisterView` of an online check."""

    @cached_property
    def size(self) -> int:
        head = latest_checkpoint()
        return head.size if head else 0

    @cached_property
    def time(self) -> int:
        return int(time.time())

    def leaf(self, index: int) -> bytes:
        return entry_leaf(index) or b""

    def standing(self, index: int) -> Standing:
        status = Certificate.objects.filter(register_index=index).values_list("status", flat=True).first()
        return STANDINGS.get(CertificateStatus(status), Standing.VALID) if status else Standing.VALID


@dataclass(frozen=True, slots=True)
class Publication:
    """The signed files of one moment; the tiles below `size` never change and are read when they are written."""

    size: int
    keyset: bytes
    checkpoint: bytes
    status: bytes
    trainers: bytes
    heads: dict[int, bytes]
    """Every head that a witness cosigned, by size."""
    cosigned: bytes | None
    """The largest of them that has the witnesses the keyset asks for."""


def publish_register(*, folder: Path) -> int:
    """Write register and checkers' pack into `folder` and return the number of entries.

    A failure leaves the folder as it was. Raises EmptyRegisterError and OSError.
    """
    publication = prepare_publication()
    heads = {f"{HEADS}/{size}": note for size, note in publication.heads.items()}
    cosigned = {} if publication.cosigned is None else {COSIGNED: publication.cosigned}
    export_register(
        folder,
        size=publication.size,
        read=range_reader(),
        entries=entry_records,
        checkpoint=publication.checkpoint,
        before={KEYSET: publication.keyset},
        after={TRAINERS: publication.trainers, STATUS: publication.status, **heads, **cosigned},
    )
    return publication.size


@transaction.atomic
def prepare_publication() -> Publication:
    """Log the status list where that is due, and sign everything as of one moment.

    Holding the head's lock keeps every append waiting, and with it every issue, revocation and new keyset:
    what is read here belongs together. Raises EmptyRegisterError.
    """
    lock_head()
    keyset = Keyset.objects.order_by("serial").last()
    if keyset is None:
        raise EmptyRegisterError
    status = _logged_status_list()
    head = latest_checkpoint()
    if head is None:
        raise EmptyRegisterError
    heads = cosigned_heads()
    return Publication(
        size=head.size,
        keyset=keyset.note.encode(),
        checkpoint=cosigned_note(head),
        status=status,
        trainers=chain.sign_table(trainer_table(size=head.size), log_signer()),
        heads=heads,
        cosigned=_largest_with_quorum(heads, read_proposal(parse_note(keyset.note.encode()).text).witnesses),
    )


def _largest_with_quorum(heads: dict[int, bytes], policy: Policy) -> bytes | None:
    if policy.need == 0:
        return None
    for size in sorted(heads, reverse=True):
        if quorum_time(heads[size], policy.keys, policy.need) is not None:
            return heads[size]
    return None


def _logged_status_list() -> bytes:
    """The last logged list while it is true and fresh, otherwise a new one, entered in the register."""
    last = StatusListNote.objects.order_by("index").last()
    known = None if last is None else _read_status_list(last)
    revoked, suspended = _withdrawn()
    now = int(time.time())
    if (
        last is not None
        and known is not None
        and (known.revoked, known.suspended) == (revoked, suspended)
        and 0 <= now - known.time < STATUS_RENEWAL_SECONDS
    ):
        return last.note.encode()
    serial = StatusListNote.objects.count() + 1
    log = log_signer()
    signed: list[bytes] = []

    def build(index: int) -> Record:
        content = StatusList(
            serial=serial, time=now, size=index, index=index, revoked=revoked, suspended=suspended
        )
        signed.append(statuslist.sign_status_list(content, log))
        return Record(
            type=RecordType.STATUS_LIST,
            kid=kid_of(log.signer.public_key),
            index=index,
            day=day_at(now),
            sha256=sha256_of(signed[-1]),
        )

    entry = append_entry(build=build)
    StatusListNote.objects.create(index=entry.index, note=signed[-1].decode())
    return signed[-1]


def _read_status_list(logged: StatusListNote) -> StatusList | None:
    """None for a list that another log key signed: checkers would refuse it by the present keyset."""
    try:
        return statuslist.open_status_list(logged.note.encode(), [log_signer().key])
    except StatusListError:
        return None


def _withdrawn() -> tuple[frozenset[int], frozenset[int]]:
    """Indexes of the revoked and of the suspended certificates."""
    found: dict[Standing, set[int]] = {Standing.REVOKED: set(), Standing.SUSPENDED: set()}
    rows = Certificate.objects.filter(status__in=list(STANDINGS))
    for status, index in rows.values_list("status", "register_index"):
        found[STANDINGS[CertificateStatus(status)]].add(index)
    return frozenset(found[Standing.REVOKED]), frozenset(found[Standing.SUSPENDED])


def trainer_table(*, size: int) -> chain.TrainerTable:
    """The certificates under which somebody was trained. Numbers only, never names."""
    trainers = Certificate.objects.filter(
        trained_certificates__isnull=False, register_index__lt=size
    ).distinct()
    return chain.make_table(
        serial=max(size, 1), time=int(time.time()), size=size, rows=trainer_rows(trainers).values()
    )


def trainer_rows(certificates: Iterable[Certificate]) -> dict[int, chain.TrainerCertificate]:
    """Rows of the table by register index, each with what became of the certificate and when."""
    by_pk = {certificate.pk: certificate for certificate in certificates}
    history: dict[int, list[tuple[int, Standing]]] = {pk: [] for pk in by_pk}
    events = CertificateEvent.objects.filter(certificate__in=by_pk, type__in=HISTORY)
    for pk, kind, at in events.order_by("register_index").values_list("certificate", "type", "at"):
        history[pk].append((day_at(int(at.timestamp())), HISTORY[kind]))
    indexes = dict(
        Certificate.objects.filter(
            pk__in={
                certificate.trainer_certificate_id
                for certificate in by_pk.values()
                if certificate.trainer_certificate_id is not None
            }
        ).values_list("pk", "register_index")
    )
    return {
        certificate.register_index: chain.TrainerCertificate(
            index=certificate.register_index,
            certificate_id=parse_number(certificate.number),
            course=certificate.type.tier.course.code,
            issued=day_of(certificate.issued_on),
            expires=day_of(certificate.expires_on) if certificate.expires_on else None,
            trainer_index=indexes.get(certificate.trainer_certificate_id or 0),
            history=tuple(history[certificate.pk]),
        )
        for certificate in by_pk.values()
    }
