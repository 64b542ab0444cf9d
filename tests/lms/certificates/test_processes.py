"""Issuing by several processes at once, and by one that is killed: real processes with connections of their own.

They are forked from the test's own process, so that starting eight costs nothing.
"""

import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.synchronize import Barrier

import pytest
from django.db import connections

from lms.cascade.enums import EnrolmentState
from lms.cascade.models import Enrolment, Qualification
from lms.certificates.models import Certificate, CertificateEvent, CertificateType
from lms.certificates.publish import publish_register
from lms.certificates.services import issuing
from lms.certificates.services.issuing import issue_certificate
from lms.register.models import Checkpoint, Entry, RegisterHead, TreeNode
from lms.register.records import decode_record
from tests.factories.certificates import CertificateTypeFactory, enrolled, issued

pytestmark = pytest.mark.django_db(transaction=True)
FORK = multiprocessing.get_context("fork")
PROCESSES = 8


def issue_all(kind: CertificateType, enrolments: Sequence[Enrolment], is_killed: bool) -> None:
    if is_killed:
        # The last thing an issue does, with everything written and nothing committed.
        issuing.fire_certificate_issued = lambda certificate: os.kill(os.getpid(), signal.SIGKILL)
    for enrolment in enrolments:
        issue_certificate(enrolment=Enrolment.objects.get(pk=enrolment.pk), certificate_type=kind)


def begin(work: Callable[[], None], barrier: Barrier) -> None:
    code = 1
    try:
        barrier.wait(timeout=30)
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        # Nothing of pytest's may run in a child: neither its reports nor its clearing up.
        os._exit(code)


def run(*work: Callable[[], None]) -> list[int | None]:
    """Let all begin at once; the exit codes."""
    # No connection is shared across a fork: parent and children open their own.
    connections.close_all()
    barrier = FORK.Barrier(len(work))
    processes = [FORK.Process(target=begin, args=(each, barrier)) for each in work]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=120)
    return [process.exitcode for process in processes]


def test_eight_processes_leave_neither_gap_nor_twin_nor_orphan(tmp_path) -> None:
    kind = CertificateTypeFactory()
    issued(kind)
    shared = [enrolled(kind)[0] for _ in range(2)]
    parts = [[*(enrolled(kind)[0] for _ in range(2)), *shared] for _ in range(PROCESSES)]
    doomed = enrolled(kind)[0]

    codes = run(
        *(lambda part=part: issue_all(kind, part, False) for part in parts),
        lambda: issue_all(kind, [doomed], True),
    )

    assert codes == [0] * PROCESSES + [-signal.SIGKILL]
    assert Certificate.objects.count() == 1 + PROCESSES * 2 + len(shared)
    assert not Certificate.objects.filter(enrolment=doomed).exists()
    size = RegisterHead.objects.get().size
    records = [decode_record(bytes(entry.record)) for entry in Entry.objects.order_by("index")]
    assert [record.index for record in records] == list(range(size))
    issues = {record.index for record in records if record.type == "issue"}
    assert issues == set(Certificate.objects.values_list("register_index", flat=True))
    assert issues == set(CertificateEvent.objects.values_list("register_index", flat=True))
    assert publish_register(folder=tmp_path / "register") == size + 1


def test_process_killed_in_the_middle_leaves_nothing() -> None:
    kind = CertificateTypeFactory()
    issued(kind)
    enrolment, _kind = enrolled(kind)
    tables = (Certificate, CertificateEvent, Qualification, Entry, TreeNode, Checkpoint)
    before = [model.objects.count() for model in tables]

    assert run(lambda: issue_all(kind, [enrolment], True)) == [-signal.SIGKILL]

    assert [model.objects.count() for model in tables] == before
    enrolment.refresh_from_db()
    assert enrolment.state == EnrolmentState.ACTIVE
    size = RegisterHead.objects.get().size
    assert issue_certificate(enrolment=enrolment, certificate_type=kind).register_index == size
