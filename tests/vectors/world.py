"""A small register in memory with every key at hand, for tests and for making vectors.

Nothing here is random: the same calls give the same bytes, so that vectors can be made anew.
"""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date

from lms.certificates.chain import TrainerCertificate, make_table, sign_table
from lms.certificates.credential import Claims, issue_record, sign
from lms.certificates.headdays import HeadDays, make_head_days, sign_head_days
from lms.certificates.keyset import ANY_COURSE, IssuingKey, Keyset, Policy, make_keyset, sign_keyset
from lms.certificates.qrtext import build_text
from lms.certificates.statuslist import Standing, StatusList, sign_status_list
from lms.register.checkpoint import Checkpoint, sign_checkpoint
from lms.register.cosignature import cosign, witness_key
from lms.register.days import DAY_SECONDS, UTC_OFFSET_SECONDS, day_at, day_of
from lms.register.ed25519 import Ed25519Signer, Signer, kid_of
from lms.register.merkle import Frontier
from lms.register.note import NoteSigner, add_signatures
from lms.register.records import Record, RecordType, decode_record, sha256_of
from lms.register.tiles import TILE_WIDTH, build_tile, bundles_of, encode_bundle, tiles_of

ORIGIN = "register.sanad.example"
BASE_URL = "https://sanad.example"
TODAY = day_of(date(2026, 2, 16))
DAY = DAY_SECONDS


def noon(day: int) -> int:
    """Unix seconds of noon in Libya on a day."""
    return day * DAY_SECONDS + DAY_SECONDS // 2 - UTC_OFFSET_SECONDS


def signer_of(name: str) -> Ed25519Signer:
    return Ed25519Signer.from_seed(hashlib.sha256(f"sanad test key {name}".encode()).digest())


@dataclass
class World:
    """Keys, entries and what became of certificates; `files` publishes it as a pack."""

    root: NoteSigner = field(default_factory=lambda: NoteSigner(f"{ORIGIN}/root", signer_of("root")))
    log: NoteSigner = field(default_factory=lambda: NoteSigner(ORIGIN, signer_of("log")))
    issuing: Ed25519Signer = field(default_factory=lambda: signer_of("issuing"))
    keys: list[IssuingKey] = field(default_factory=list)
    entries: list[bytes] = field(default_factory=list)
    messages: dict[int, bytes] = field(default_factory=dict)
    revoked: set[int] = field(default_factory=set)
    suspended: set[int] = field(default_factory=set)
    trainers: dict[int, TrainerCertificate] = field(default_factory=dict)
    nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)
    frontier: Frontier = field(default_factory=Frontier)
    serial: int = 1
    logged_on: list[int] = field(default_factory=list)
    witnesses: Policy = field(default_factory=Policy)
    cosigners: tuple[str, ...] = ()
    status: StatusList | None = None

    def __post_init__(self) -> None:
        if not self.keys:
            self.keys = [issuing_key(self.issuing)]

    def read(self, level: int, index: int) -> bytes:
        return self.nodes[level, index]

    def append(self, record: Record, *, logged_on: int | None = None) -> int:
        """Append any record whose index is the next one, by default on its own day, if that has come."""
        before = self.logged_on[-1] if self.logged_on else 0
        self.logged_on.append(max(before, min(record.day, TODAY)) if logged_on is None else logged_on)
        assert record.index == len(self.entries)
        self.entries.append(record.encode())
        for node in self.frontier.append(record.leaf_hash):
            self.nodes[node.level, node.index] = node.hash
        return record.index

    def attest(self, type_: str, *, day: int = TODAY, **fields: object) -> int:
        """Append a record of any type about some made-up signed bytes."""
        index = len(self.entries)
        signed = f"{type_} {index}".encode()
        values = {"kid": kid_of(self.log.signer.public_key), "sha256": sha256_of(signed), **fields}
        return self.append(Record(type_, index=index, day=day, **values))

    def claims(self, name: str = "فاطمة الزهراء عبد السلام", **fields: object) -> Claims:
        """Claims for the next index."""
        index = fields.pop("index", len(self.entries))
        values = {
            "certificate_id": hashlib.sha256(f"certificate {index}".encode()).digest()[:10],
            "name": name,
            "course": "LTO",
            "index": index,
            "issued": TODAY,
            "expires": TODAY + 730,
            **fields,
        }
        return Claims(**values)

    def issue(
        self, name: str = "فاطمة الزهراء عبد السلام", *, by: Signer | None = None, **fields: object
    ) -> str:
        """Sign and log a certificate; return its QR text."""
        logged_on = fields.pop("logged_on", None)
        message = sign(self.claims(name, **fields), by or self.issuing)
        index = self.append(issue_record(message), logged_on=logged_on)
        self.messages[index] = message
        return build_text(BASE_URL, message)

    def issue_trainer(self, name: str = "سالم المقريف", **fields: object) -> int:
        """Log a trainer's certificate and list it; return its index."""
        claims = self.claims(name, **{"course": "MASTER", **fields})
        self.issue(name, **{"course": "MASTER", **fields})
        self.trainers[claims.index] = TrainerCertificate(
            index=claims.index,
            certificate_id=claims.certificate_id,
            course=claims.course,
            issued=claims.issued,
            expires=claims.expires,
            trainer_index=claims.trainer_index,
        )
        return claims.index

    def set_standing(self, index: int, standing: Standing, *, day: int = TODAY) -> None:
        """Revoke, suspend or restore, in the register and in the list."""
        types = {
            Standing.REVOKED: RecordType.REVOKE,
            Standing.SUSPENDED: RecordType.SUSPEND,
            Standing.VALID: RecordType.RESTORE,
        }
        subject = decode_record(self.entries[index])
        self.attest(types[standing], day=day, course=subject.course, subject=index)
        self.revoked.discard(index)
        self.suspended.discard(index)
        if standing is not Standing.VALID:
            (self.revoked if standing is Standing.REVOKED else self.suspended).add(index)
        row = self.trainers.get(index)
        if row is not None:
            self.trainers[index] = replace(row, history=(*row.history, (day, standing)))

    def keyset(self) -> Keyset:
        return make_keyset(
            serial=self.serial,
            issued=TODAY - 400,
            log=self.log.key,
            keys=self.keys,
            witnesses=self.witnesses,
        )

    def ask_witnesses(self, *names: str, need: int) -> None:
        """Name witnesses in the keyset, `need` of which must have cosigned."""
        keys = tuple(witness_key(name, signer_of(name).public_key) for name in names)
        self.witnesses = Policy(need, keys)

    def log_status(self, *, time: int) -> None:
        """Enter a status list in the register, as the platform does before it publishes one."""
        content = replace(self.status_list(time=time), index=len(self.entries))
        note = sign_status_list(content, self.log)
        self.attest(RecordType.STATUS_LIST, day=day_at(time), sha256=sha256_of(note))
        self.status = content

    def checkpoint(self) -> bytes:
        head = Checkpoint(ORIGIN, len(self.entries), self.frontier.root())
        note = sign_checkpoint(head, self.log)
        lines = [
            cosign(head.text, name=name, signer=signer_of(name), timestamp=noon(TODAY))
            for name in self.cosigners
        ]
        return add_signatures(note, *lines)

    def status_list(self, *, time: int) -> StatusList:
        return StatusList(
            serial=1,
            time=time,
            size=len(self.entries),
            revoked=frozenset(self.revoked),
            suspended=frozenset(self.suspended),
        )

    def days(self, *, time: int) -> HeadDays:
        rows = [(index + 1, day) for index, day in enumerate(self.logged_on)]
        return make_head_days(serial=1, time=time, size=len(self.entries), heads=rows)

    def files(self, *, time: int | None = None, with_entries: bool = False) -> dict[str, bytes]:
        """The pack as files; with the entries it is a whole export."""
        time = noon(TODAY) if time is None else time
        size = len(self.entries)
        table = make_table(serial=1, time=time, size=size, rows=self.trainers.values())
        files = {
            "keyset": sign_keyset(self.keyset(), self.root),
            "checkpoint": self.checkpoint(),
            "status": sign_status_list(self.status or self.status_list(time=time), self.log),
            "trainers": sign_table(table, self.log),
            "days": sign_head_days(self.days(time=time), self.log),
        }
        tiles = [tile for tile in tiles_of(size) if with_entries or tile.level == 0]
        files |= {tile.path: build_tile(tile, self.read) for tile in tiles}
        if with_entries:
            for bundle in bundles_of(size):
                start = bundle.index * TILE_WIDTH
                files[bundle.path] = encode_bundle(self.entries[start : start + bundle.width])
        return files


def issuing_key(signer: Signer, **fields: object) -> IssuingKey:
    """A key of the keyset, by default good for two years around today and for any course."""
    values = {"not_before": TODAY - 365, "expires": TODAY + 365, "courses": (ANY_COURSE,), **fields}
    return IssuingKey(signer.public_key, **values)


def fetch_from(files: dict[str, bytes]):
    """The `fetch` of a pack in memory."""

    def fetch(path: str) -> bytes:
        try:
            return files[path]
        except KeyError:
            raise FileNotFoundError(path) from None

    return fetch


def flip(data: bytes, position: int, mask: int = 1) -> bytes:
    changed = bytearray(data)
    changed[position] ^= mask
    return bytes(changed)
