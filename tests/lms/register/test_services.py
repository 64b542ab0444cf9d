"""Appending: one index a record, no gap, no twin, whatever happens around it."""

import threading

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from lms.register import merkle
from lms.register.checkpoint import open_checkpoint
from lms.register.ed25519 import verify
from lms.register.keys import log_signer
from lms.register.models import Checkpoint, Entry, RegisterHead
from lms.register.records import Record, decode_record, sha256_of
from lms.register.selectors import inclusion_proof, latest_checkpoint
from lms.register.services import SEAL_CONTEXT, Statement, append_entries, append_entry, attest


def record(index: int, day: int = 20_000) -> Record:
    return Record(type="note", kid=b"kidd", index=index, day=day, sha256=sha256_of(b"x%d" % index))


@pytest.mark.django_db
@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 20])
def test_entries_get_consecutive_indexes_and_the_root_of_their_leaves(size: int) -> None:
    for _ in range(size):
        append_entry(build=record)

    entries = list(Entry.objects.order_by("index"))
    assert [entry.index for entry in entries] == list(range(size))
    assert [decode_record(bytes(entry.record)).index for entry in entries] == list(range(size))
    head = latest_checkpoint()
    assert head is not None and head.size == size
    assert bytes(head.root_hash) == merkle.root_of([bytes(entry.leaf_hash) for entry in entries])


@pytest.mark.django_db
def test_batch_gives_the_same_tree_as_single_appends() -> None:
    append_entry(build=record)
    append_entries(builds=[record] * 9)

    leaves = [record(index).leaf_hash for index in range(10)]
    head = latest_checkpoint()
    assert head is not None and bytes(head.root_hash) == merkle.root_of(leaves)


@pytest.mark.django_db
def test_long_append_reads_the_edge_once_however_large_the_tree() -> None:
    costs = []
    for count in (1, 3, 30, 7):
        with CaptureQueriesContext(connection) as queries:
            append_entries(builds=[record] * count)
        costs.append(sum(query["sql"].startswith("SELECT") for query in queries))

    # The first one also makes the row of the head; after that it is the same however many there are and come.
    assert costs[1] == costs[2] == costs[3]


@pytest.mark.django_db
def test_append_of_nothing_signs_nothing() -> None:
    assert append_entries(builds=[]) == []
    assert not Checkpoint.objects.exists()


@pytest.mark.django_db
def test_head_is_a_note_signed_by_the_log_key() -> None:
    append_entry(build=record)

    opened = open_checkpoint(Checkpoint.objects.get().note.encode(), [log_signer().key])
    assert opened.size == 1


@pytest.mark.django_db
def test_entry_is_proved_against_the_signed_head() -> None:
    append_entries(builds=[record] * 11)

    head = latest_checkpoint()
    assert head is not None
    for index in range(11):
        proof = inclusion_proof(index, head.size)
        leaf = record(index).leaf_hash
        assert merkle.verify_inclusion(leaf, index, head.size, proof, bytes(head.root_hash))


@pytest.mark.django_db
def test_record_for_another_index_is_refused_and_leaves_nothing() -> None:
    with pytest.raises(ValueError, match="cannot take index 0"):
        append_entry(build=lambda index: record(index + 1))

    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_failure_after_appending_gives_the_index_back() -> None:
    append_entry(build=record)
    with pytest.raises(RuntimeError), transaction.atomic():
        append_entry(build=record)
        raise RuntimeError

    assert RegisterHead.objects.get().size == 1
    assert append_entry(build=record).index == 1


@pytest.mark.django_db(transaction=True)
def test_many_at_once_leave_no_gap_and_no_twin() -> None:
    append_entry(build=record)
    start = threading.Barrier(4)

    def work() -> None:
        try:
            start.wait()
            for _ in range(5):
                append_entry(build=record)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    indexes = list(Entry.objects.order_by("index").values_list("index", flat=True))
    assert indexes == list(range(21))
    assert RegisterHead.objects.get().size == 21
    head = latest_checkpoint()
    assert head is not None
    assert bytes(head.root_hash) == merkle.root_of([record(i).leaf_hash for i in range(21)])


@pytest.mark.django_db
def test_statement_is_sealed_and_its_entry_commits_to_content_and_seal() -> None:
    content = "تعهد".encode()

    attestation = attest(statement=Statement(type="endorse", content=content, course="CODE-1.0"))

    assert verify(log_signer().signer.public_key, SEAL_CONTEXT + content, attestation.seal)
    entry = Entry.objects.get(index=attestation.index)
    assert decode_record(bytes(entry.record)).sha256 == sha256_of(content + attestation.seal)
