"""The demo world: who is in it, and what has happened when the builder is done.

Everything is drawn from one seeded generator and told through the services, in the order in which a
real programme would live it, on a simulated clock that ends now.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Protocol, TypeVar

from django.utils import timezone

from lms.assessments.models import Exam
from lms.cascade.models import Cohort, Enrolment, Programme, Tier
from lms.certificates.models import CertificateType
from lms.courses.models import Course
from lms.people.models import Municipality, User

from .clock import Clock

T = TypeVar("T")

SEED = 2026
#: One password for everybody in the demo world; it is printed at the end and works nowhere else.
PASSWORD = "sanad-demo-2026"  # noqa: S105 - meant to be known

#: Days before today on which the chapters of the story happen.
BEGIN, TRAINERS_TRAINED, OBSERVERS_ENROLLED, TRAINERS_CERTIFIED = 75, 70, 54, 52
FIRST_SESSION, LAST_SESSION, FIRST_EXAM, LAST_DAY = 49, 16, 12, 1


class Progress(Protocol):
    """Where the builder reports; the command draws it."""

    def chapter(self, title: str) -> Any:
        """A context manager around one chapter, timed and shown."""

    def track(self, items: Iterable[T], label: str, total: int) -> Iterator[T]:
        """The items unchanged, while a bar grows."""


@dataclass
class World:
    """What the chapters hand to each other, and what plugins see of it (`lms.plugin_api.DemoWorld`)."""

    clock: Clock
    today: date
    progress: Progress
    random: Random = field(default_factory=lambda: Random(SEED))  # noqa: S311 - must repeat
    places: list[Municipality] = field(default_factory=list)
    leads: list[User] = field(default_factory=list)
    reviewers: list[User] = field(default_factory=list)
    auditors: list[User] = field(default_factory=list)
    trainers: list[User] = field(default_factory=list)
    observers: list[User] = field(default_factory=list)
    programme: Programme = field(init=False)
    trainer_tier: Tier = field(init=False)
    observer_tier: Tier = field(init=False)
    trainer_course: Course = field(init=False)
    observer_course: Course = field(init=False)
    trainer_certificate: CertificateType = field(init=False)
    observer_certificate: CertificateType = field(init=False)
    exam: Exam = field(init=False)
    trainer_cohort: Cohort = field(init=False)
    cohorts: list[Cohort] = field(default_factory=list)
    enrolments: dict[int, list[Enrolment]] = field(default_factory=dict)

    @property
    def lead(self) -> User:
        return self.leads[0]

    @property
    def now(self) -> datetime:
        return timezone.now()

    def day(self, ago: int) -> date:
        """The day that lies so many days before today."""
        return self.today - timedelta(days=ago)

    def track(self, items: Iterable[T], label: str, total: int) -> Iterator[T]:
        return self.progress.track(items, label, total)

    def chance(self, share: float) -> bool:
        return self.random.random() < share
