"""Issuing by several processes at once, and by one that is killed: real processes with connections of their own."""

import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from lms.cascade.enums import EnrolmentState
from lms.cascade.models import Qualification
from lms.certificates.models import Certificate, CertificateEvent
from lms.certificates.publish import publish_register
from lms.certificates.services.issuing import issue_certificate
from lms.register.models import Checkpoint, Entry, RegisterHead, TreeNode
from lms.register.records import decode_record
from tests.factories.certificates import CertificateTypeFactory, enrolled, issued

pytestmark = pytest.mark.django_db(transaction=True)

CHILD = """
import os, signal, sys
from pathlib import Path
import django
django.setup()
from django.conf import settings
from django.db import connection
database, keys, kind, last_moment, *enrolments = sys.argv[1:]
connection.settings_dict["NAME"] = database
settings.SANAD_KEYS_DIR = Path(keys)
from lms.cascade.models import Enrolment
from lms.certificates.services import issuing
from lms.certificates.models import CertificateType
if last_moment == "killed":
    issuing.fire_certificate_issued = lambda certificate: os.kill(os.getpid(), signal.SIGKILL)
certificate_type = CertificateType.objects.get(pk=kind)
print("ready", flush=True)
sys.stdin.readline()
for pk in enrolments:
    issuing.issue_certificate(enrolment=Enrolment.objects.get(pk=pk), certificate_type=certificate_type)
"""


def child(kind: object, enrolments: list[object], last_moment: str = "lives") -> "subprocess.Popen[str]":
    keys = [str(enrolment.pk) for enrolment in enrolments]  # type: ignore[attr-defined]
    database = str(connection.settings_dict["NAME"])
    arguments = [database, str(settings.SANAD_KEYS_DIR), str(kind.pk), last_moment, *keys]  # type: ignore[attr-defined]
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, *arguments],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "lms.settings.test"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def start(children: "list[subprocess.Popen[str]]") -> list[int]:
    """Let all begin at once; the exit codes."""
    for process in children:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
    for process in children:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [process.wait(timeout=120) for process in children]


def test_four_processes_leave_neither_gap_nor_double(tmp_path) -> None:
    kind = CertificateTypeFactory()
    issued(kind)
    shared = [enrolled(kind)[0] for _ in range(2)]
    parts = [[*(enrolled(kind)[0] for _ in range(4)), *shared] for _ in range(4)]

    assert start([child(kind, part) for part in parts]) == [0, 0, 0, 0]

    assert Certificate.objects.count() == 1 + 4 * 4 + len(shared)
    size = RegisterHead.objects.get().size
    records = [decode_record(bytes(entry.record)) for entry in Entry.objects.order_by("index")]
    assert [record.index for record in records] == list(range(size))
    issues = {record.index for record in records if record.type == "issue"}
    assert issues == set(Certificate.objects.values_list("register_index", flat=True))
    assert publish_register(folder=tmp_path) == size + 1


def test_process_killed_in_the_middle_leaves_nothing() -> None:
    kind = CertificateTypeFactory()
    issued(kind)
    enrolment, _kind = enrolled(kind)
    tables = (Certificate, CertificateEvent, Qualification, Entry, TreeNode, Checkpoint)
    before = [model.objects.count() for model in tables]

    assert start([child(kind, [enrolment], "killed")]) == [-signal.SIGKILL]

    assert [model.objects.count() for model in tables] == before
    enrolment.refresh_from_db()
    assert enrolment.state == EnrolmentState.ACTIVE
    size = RegisterHead.objects.get().size
    assert issue_certificate(enrolment=enrolment, certificate_type=kind).register_index == size
