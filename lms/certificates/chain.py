"""The chain: under which trainer's certificate somebody was trained, up to the programme.

The pack carries a signed table of the few trainer certificates, numbers only and never names. From
the trainer index in a holder's signed claims a checker follows the table upwards: each step asks
whether the certificate above was valid on the day on which the one below was issued. A trainer's
certificate without a trainer of its own was given by the programme itself, where the chain ends.

A status counts from the day on which it was set; of two changes on a day the later one counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lms.certificates.credential import Claims
from lms.certificates.number import encode_number, format_number, parse_number
from lms.certificates.signed_document import (
    require_int,
    require_keys,
    require_list,
    require_object,
    require_optional_int,
    require_str,
    seal,
    unseal,
)
from lms.certificates.statuslist import Standing
from lms.register.days import MAX_DAY
from lms.register.errors import CodedError
from lms.register.note import NoteSigner, VerifierKey
from lms.register.records import is_course_code

KIND = "trainers"
_ROW_FIELDS = ("course", "expires", "history", "index", "issued", "number", "trainer")


class ChainError(CodedError):
    """A table of trainer certificates that is malformed or not signed by the log's key."""


class LinkState(StrEnum):
    """What a trainer's certificate was on the day that counts."""

    VALID = "valid"
    NOT_YET_ISSUED = "not_yet_issued"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    """The table does not hold it: the chain cannot be followed further."""


@dataclass(frozen=True, slots=True)
class TrainerCertificate:
    """A row of the table. `history` holds (day, standing) in the order in which it was set."""

    index: int
    certificate_id: bytes
    course: str
    issued: int
    expires: int | None = None
    trainer_index: int | None = None
    history: tuple[tuple[int, Standing], ...] = ()

    def __post_init__(self) -> None:
        encode_number(self.certificate_id)
        days = [self.issued, *(day for day, _ in self.history)]
        if days != sorted(days) or not all(0 <= day <= MAX_DAY for day in days):
            raise ChainError("bad_days", "the history of a certificate runs backwards")
        if self.expires is not None and self.expires < self.issued:
            raise ChainError("bad_days", "a certificate ends before it begins")
        if self.index < 0 or not is_course_code(self.course):
            raise ChainError("bad_row", "the index or the course of a row is malformed")
        if self.trainer_index is not None and not 0 <= self.trainer_index < self.index:
            raise ChainError("bad_row", "a trainer's certificate is an earlier entry")

    def state_on(self, day: int) -> LinkState:
        """Whether the certificate was valid on `day`, and if not, why."""
        if day < self.issued:
            return LinkState.NOT_YET_ISSUED
        standing = Standing.VALID
        for changed_on, changed_to in self.history:
            if changed_on <= day:
                standing = changed_to
        if standing is not Standing.VALID:
            return LinkState(standing)
        has_ended = self.expires is not None and day > self.expires
        return LinkState.EXPIRED if has_ended else LinkState.VALID


@dataclass(frozen=True, slots=True)
class TrainerTable:
    """All trainer certificates among the first `size` entries of the register, by index."""

    serial: int
    time: int
    size: int
    rows: Mapping[int, TrainerCertificate]


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One step upwards: the certificate at `index`, and what it was on `day`."""

    index: int
    day: int
    state: LinkState
    certificate: TrainerCertificate | None

    @property
    def was_valid(self) -> bool:
        return self.state is LinkState.VALID


def make_table(*, serial: int, time: int, size: int, rows: Iterable[TrainerCertificate]) -> TrainerTable:
    """A table of rows, each index once and below `size`."""
    by_index: dict[int, TrainerCertificate] = {}
    for row in sorted(rows, key=lambda row: row.index):
        if row.index in by_index or row.index >= size:
            raise ChainError("bad_row", f"entry {row.index} is listed twice or beyond the register")
        by_index[row.index] = row
    return TrainerTable(serial, time, size, by_index)


def trace_chain(claims: Claims, rows: Mapping[int, TrainerCertificate]) -> tuple[ChainLink, ...]:
    """The links above a certificate, nearest first; empty when the programme itself trained.

    Ends at a certificate given by the programme, or with an `UNKNOWN` link. Indexes fall with each
    step, so that it always ends.
    """
    links: list[ChainLink] = []
    index, day = claims.trainer_index, claims.issued
    while index is not None:
        row = rows.get(index)
        if row is None:
            links.append(ChainLink(index, day, LinkState.UNKNOWN, None))
            break
        links.append(ChainLink(index, day, row.state_on(day), row))
        index, day = row.trainer_index, row.issued
    return tuple(links)


def link_as_dict(link: ChainLink) -> dict[str, Any]:
    """A link as JSON values, the same from every implementation."""
    row = link.certificate
    return {
        "index": link.index,
        "state": str(link.state),
        "number": None if row is None else format_number(row.certificate_id),
        "course": None if row is None else row.course,
    }


def sign_table(table: TrainerTable, log: NoteSigner) -> bytes:
    """The table as a note signed by the log's key."""
    body = {
        "serial": table.serial,
        "size": table.size,
        "time": table.time,
        "trainers": [_row_body(table.rows[index]) for index in sorted(table.rows)],
    }
    return seal(KIND, body, [log])


def open_table(data: bytes, log_keys: Iterable[VerifierKey]) -> TrainerTable:
    """Verify and read a table; raises `ChainError`."""
    try:
        serial, size, time, trainers = require_keys(
            unseal(KIND, data, log_keys), "serial", "size", "time", "trainers"
        )
        return make_table(
            serial=require_int(serial, least=1),
            time=require_int(time),
            size=require_int(size),
            rows=[_read_row(require_object(row)) for row in require_list(trainers)],
        )
    except ChainError:
        raise
    except CodedError as error:
        raise ChainError(error.code, str(error)) from error


def _row_body(row: TrainerCertificate) -> dict[str, Any]:
    return {
        "course": row.course,
        "expires": row.expires,
        "history": [[day, str(standing)] for day, standing in row.history],
        "index": row.index,
        "issued": row.issued,
        "number": encode_number(row.certificate_id),
        "trainer": row.trainer_index,
    }


def _read_row(body: dict[str, Any]) -> TrainerCertificate:
    course, expires, history, index, issued, number, trainer = require_keys(body, *_ROW_FIELDS)
    return TrainerCertificate(
        index=require_int(index),
        certificate_id=_read_number(require_str(number)),
        course=require_str(course),
        issued=require_int(issued),
        expires=require_optional_int(expires),
        trainer_index=require_optional_int(trainer),
        history=tuple(_read_change(require_list(change)) for change in require_list(history)),
    )


def _read_number(number: str) -> bytes:
    certificate_id = parse_number(number)
    if encode_number(certificate_id) != number:
        raise ChainError("bad_row", "a certificate number is not in its canonical form")
    return certificate_id


def _read_change(change: list[Any]) -> tuple[int, Standing]:
    match change:
        case [day, str(standing)] if standing in list(Standing):
            return require_int(day), Standing(standing)
    raise ChainError("bad_row", "a change of status is a day and a standing")
