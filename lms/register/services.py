"""Appending to the register: the only way an entry comes to be."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from . import checkpoint as checkpoints
from . import merkle
from .days import day_at
from .ed25519 import kid_of
from .keys import log_signer
from .models import Checkpoint, Entry, RegisterHead, TreeNode
from .records import Record, sha256_of
from .selectors import node_reader

BuildRecord = Callable[[int], Record]

#: Keeps a seal from being taken for any other signature of the same key.
SEAL_CONTEXT = b"sanad seal v1\n"


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
    """Append several entries under one lock and one signed head."""
    head = lock_head()
    entries: list[Entry] = []
    nodes: dict[tuple[int, int], bytes] = {}
    stored = node_reader()

    def read(level: int, index: int) -> bytes:
        return nodes.get((level, index)) or stored(level, index)

    for build in builds:
        index = head.size
        record = build(index)
        if record.index != index:
            raise ValueError(f"a record for index {record.index} cannot take index {index}")
        leaf = record.leaf_hash
        for node in merkle.append_leaf(index, leaf, read):
            nodes[node.level, node.index] = node.hash
        entries.append(Entry(index=index, type=record.type, record=record.encode(), leaf_hash=leaf))
        head.size += 1
    Entry.objects.bulk_create(entries)
    TreeNode.objects.bulk_create(
        TreeNode(level=level, index=index, hash=value) for (level, index), value in nodes.items()
    )
    head.save(update_fields=["size"])
    if entries:
        _sign_head(head.size, merkle.root_at(head.size, read))
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


def lock_head() -> RegisterHead:
    """Keep every append waiting until the caller's transaction ends."""
    RegisterHead.objects.get_or_create(id=1)
    return RegisterHead.objects.select_for_update().get(id=1)


def _sign_head(size: int, root: bytes) -> None:
    signer = log_signer()
    note = checkpoints.sign_checkpoint(checkpoints.Checkpoint(signer.name, size, root), signer)
    Checkpoint.objects.create(size=size, root_hash=root, note=note.decode())
