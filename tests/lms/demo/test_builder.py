"""The demo world, small: the same story every time, told through the services, and true to its own register."""

from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from typing import Any, TypeVar

import pytest
from django.db import transaction
from django.utils import timezone

from lms.assessments.enums import PaperState
from lms.assessments.models import Attempt, Paper
from lms.cascade.models import Attendance, Cohort, Enrolment, Training
from lms.certificates.audit import audit_export
from lms.certificates.keys import root_policy
from lms.certificates.models import Certificate
from lms.certificates.publish import publish_register
from lms.demo.builder import build_world, is_built
from lms.demo.chapters import people
from lms.demo.guide import NOBODY, guide
from lms.people.models import User

T = TypeVar("T")

pytestmark = pytest.mark.django_db


class Silent:
    def chapter(self, title: str) -> Any:
        return nullcontext()

    def track(self, items: Iterable[T], label: str, total: int) -> Iterator[T]:
        yield from items


@pytest.fixture(autouse=True)
def few_people(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any) -> None:
    monkeypatch.setattr(people, "OBSERVERS", 72)
    settings.SANAD_KEYS_DIR = tmp_path / "keys"


def told() -> dict[str, list[Any]]:
    """What a reader of the world would compare, without the numbers that must be random."""
    return {
        "people": list(User.objects.order_by("email").values_list("email", "name_ar", "phone", "sex")),
        "states": list(Enrolment.objects.order_by("learner__email").values_list("learner__email", "state")),
        "presence": list(
            Attendance.objects.order_by("day__date", "enrolment__learner__email").values_list(
                "enrolment__learner__email", "is_present"
            )
        ),
        "results": list(
            Attempt.objects.order_by("learner__email", "number").values_list("learner__email", "marks")
        ),
        "certificates": list(
            Certificate.objects.order_by("register_index").values_list("holder__email", "status", "issued_on")
        ),
    }


@pytest.mark.once
def test_same_seed_tells_the_same_story() -> None:
    stories = []
    for _ in range(2):
        with transaction.atomic():
            build_world(progress=Silent())
            stories.append(told())
            transaction.set_rollback(True)

    assert stories[0] == stories[1]
    assert len(stories[0]["people"]) == 72 + 18 + 3


def test_world_is_whole_and_its_register_stands_an_audit(tmp_path: Any) -> None:
    assert not is_built()
    build_world(progress=Silent())
    today = timezone.localdate()

    assert is_built()
    assert Cohort.objects.filter(tier__level=2).values("municipality").distinct().count() == 18
    trainers = Certificate.objects.filter(trainer_certificate__isnull=True)
    assert trainers.count() == 18 and all(certificate.issued_on < today for certificate in trainers)
    observers = Certificate.objects.filter(trainer_certificate__isnull=False)
    assert observers.count() > 20
    assert set(observers.values_list("status", flat=True)) == {"active", "revoked", "suspended"}
    assert set(Attempt.objects.values_list("is_passed", flat=True)) >= {True, False}
    papers = Paper.objects.order_by("candidate_no").values_list("state", "attempt__is_passed")
    assert list(papers) == [
        (PaperState.KEYED_ONCE, None),
        (PaperState.DIFFERS, None),
        (PaperState.COMPLETE, True),
    ]
    for training in Training.objects.filter(trainer__isnull=False).select_related("trainer_qualification"):
        assert training.trainer_qualification.is_valid_on(training.date)
    publish_register(folder=tmp_path / "register")
    assert audit_export(tmp_path / "register", [root_policy().keys[0]]).findings == []

    # Everybody of the table is there and has something to show, at the address where it is served.
    shown = guide("http://127.0.0.1:8123")
    assert [row.who for row in shown.logins] == [
        "Programme lead",
        "Master trainer",
        "Reviewer",
        "Auditor",
        "Observer in training",
        "Certified observer",
        "Citizen, endorsing actor",
        "Checker",
    ]
    for row in shown.logins:
        assert row.address.startswith("http://127.0.0.1:8123/")
        assert row.login == NOBODY or User.objects.get(email=row.login).has_usable_password()
    assert shown.code.startswith("http://127.0.0.1:8123/v#")
