"""Appending to the register: the only way an entry comes to be."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.utils import timezone

from . import checkpoint as checkpoints
from . import merkle
from .cosignature import cosigners
from .days import day_at
from .ed25519 import kid_of
from .errors import CodedError
from .keys import log_signer
from .models import Checkpoint, Cosignature, Entry, RegisterHead, TreeNode
from .note import NoteError, VerifierKey, parse_note
from .records import Record, sha256_of
from .selectors import edge_reader

BuildRecord = Callable[[int], Record]

#: Rows in one statement of a long append: long enough that round trips do not count, short enough for memory.
ROWS_A_STATEMENT = 2_000

#: Keeps a seal from being taken for any other signature of the same key.
SEAL_CONTEXT = b"sanad seal v1\n"


class CosignatureError(CodedError):
    """A cosigned head that this register does not take in."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody else attests through the register.

    `content` are the exact bytes to be sealed, `course` the code of the instrument they speak of, and
    `subject` the index of the earlier entry they refer to.
    """

    type: str
    content: bytes
    course: str | None = None
    subject: int | None = None


@dataclass(frozen=True, slots=True)
class Attestation:
    """Where a statement stands in the register, and the platform's Ed25519 seal over it.

    The entry's digest is SHA-256 over content and seal, so neither can be exchanged afterwards.
    """

    index: int
    kid: bytes
    seal: bytes


@transaction.atomic
def append_entry(*, build: BuildRecord) -> Entry:
    """Reserve the next index, let `build(index)` sign and describe what is attested, append and sign the head.

    Everything happens in the caller's transaction: whatever `build` or the caller writes stands or
    falls with the entry. Appends wait for each other on the head's row, so that two workers never
    take one index and a crash leaves neither gap nor orphan.
    """
    return append_entries(builds=[build])[0]


@transaction.atomic
def append_entries(*, builds: Iterable[BuildRecord]) -> list[Entry]:
    """Append several entries under one lock and one signed head.

    Reads the right edge of the tree once, in one query, and no node after that.
    """
    head = lock_head()
    frontier = merkle.Frontier.load(head.size, edge_reader(head.size))
    entries: list[Entry] = []
    nodes: list[TreeNode] = []
    for build in builds:
        index = frontier.size
        record = build(index)
        if record.index != index:
            raise ValueError(f"a record for index {record.index} cannot take index {index}")
        data = record.encode()
        leaf = merkle.leaf_hash(data)
        nodes += [
            TreeNode(level=node.level, index=node.index, hash=node.hash) for node in frontier.append(leaf)
        ]
        entries.append(Entry(index=index, type=record.type, record=data, leaf_hash=leaf))
    if not entries:
        return entries
    Entry.objects.bulk_create(entries, batch_size=ROWS_A_STATEMENT)
    TreeNode.objects.bulk_create(nodes, batch_size=ROWS_A_STATEMENT)
    head.size = frontier.size
    head.save(update_fields=["size"])
    _sign_head(frontier.size, frontier.root())
    return entries


@transaction.atomic
def attest(*, statement: Statement) -> Attestation:
    """Seal a statement with the register's key and append it, in the caller's transaction."""
    return attest_many(statements=[statement])[0]


@transaction.atomic
def attest_many(*, statements: Sequence[Statement]) -> list[Attestation]:
    """Seal and append several statements under one lock and one signed head, in their order."""
    signer = log_signer().signer
    kid = kid_of(signer.public_key)
    day = day_at(int(timezone.now().timestamp()))
    seals = [signer.sign(SEAL_CONTEXT + statement.content) for statement in statements]

    def build(statement: Statement, seal: bytes) -> BuildRecord:
        digest = sha256_of(statement.content + seal)
        return lambda index: Record(
            type=statement.type,
            kid=kid,
            index=index,
            day=day,
            sha256=digest,
            course=statement.course,
            subject=statement.subject,
        )

    pairs = list(zip(statements, seals, strict=True))
    entries = append_entries(builds=[build(statement, seal) for statement, seal in pairs])
    return [
        Attestation(index=entry.index, kid=kid, seal=seal) for entry, seal in zip(entries, seals, strict=True)
    ]


@transaction.atomic
def take_cosignatures(*, note: bytes, witnesses: Sequence[VerifierKey]) -> list[Cosignature]:
    """Keep what witnesses signed below one of our heads; those known already are passed over.

    Raises NoteError for a malformed note or a wrong signature of a known witness, and CosignatureError
    when none of `witnesses` signed, or when the text is not a head of this register. The latter under
    this register's own signature (code split_view) means that somebody else signs with its key.
    """
    parsed = parse_note(note)
    offered = checkpoints.parse_checkpoint(parsed.text)
    head = Checkpoint.objects.filter(size=offered.size).first()
    if head is None or parse_note(head.note.encode()).text != parsed.text:
        _refuse_foreign_head(note)
    found = dict(cosigners(parsed, witnesses))
    if not found or head is None:
        raise CosignatureError("no_witness", "none of the keyset's witnesses signed this head")
    taken: list[Cosignature] = []
    for key in witnesses:
        for line in parsed.signatures:
            if (line.name, line.key_id) != (key.name, key.key_id) or line.timestamp != found.get(key.name):
                continue
            row, is_new = Cosignature.objects.get_or_create(
                checkpoint=head,
                name=key.name,
                key_id=key.key_id,
                defaults={
                    "value": line.value,
                    "witnessed_at": datetime.fromtimestamp(found[key.name], UTC),
                },
            )
            taken += [row] if is_new else []
    return taken


def _refuse_foreign_head(note: bytes) -> None:
    try:
        checkpoints.open_checkpoint(note, [log_signer().key])
    except NoteError as error:
        raise CosignatureError("unknown_head", "this is not a head of this register") from error
    raise CosignatureError(
        "split_view",
        "this head bears the register's signature and is not the register's: keep the file as evidence",
    )


def lock_head() -> RegisterHead:
    """Keep every append waiting until the caller's transaction ends."""
    RegisterHead.objects.get_or_create(id=1)
    return RegisterHead.objects.select_for_update().get(id=1)


def _sign_head(size: int, root: bytes) -> None:
    signer = log_signer()
    note = checkpoints.sign_checkpoint(checkpoints.Checkpoint(signer.name, size, root), signer)
    Checkpoint.objects.create(size=size, root_hash=root, note=note.decode())
