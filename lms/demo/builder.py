"""Tell the chapters of the demo world in their order, all in one transaction."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction
from django.utils import timezone, translation

from lms.cascade.models import Programme
from lms.plugin_api.host import run_demo_data

from .chapters import cascade, certificates, courses, exams, papers, people
from .clock import Clock, running
from .world import (
    BEGIN,
    LAST_DAY,
    OBSERVERS_ENROLLED,
    TRAINERS_CERTIFIED,
    TRAINERS_TRAINED,
    Progress,
    World,
)

Chapter = tuple[str, int | None, Callable[[World], object]]

#: Title, how many days ago it happens (None: when the one before has ended), and what happens.
CHAPTERS: tuple[Chapter, ...] = (
    ("People, places and roles", BEGIN + 1, people.tell),
    ("Site, courses and question bank", None, courses.tell),
    ("Programme and cohorts", BEGIN, cascade.open_programme),
    ("Certificate types", None, certificates.define_types),
    ("Enrolments", None, cascade.enrol_everybody),
    ("Trainers’ workshop", TRAINERS_TRAINED, cascade.train_trainers),
    ("Plugins: code of conduct, survey", OBSERVERS_ENROLLED, run_demo_data),
    ("Certificates of the trainers", TRAINERS_CERTIFIED, certificates.certify_trainers),
    ("Observers’ workshops and lessons", None, cascade.train_observers),
    ("Certification exam", None, exams.tell),
    ("The exam on paper", None, papers.tell),
    ("Certificates of the observers", LAST_DAY, certificates.certify_observers),
    ("Sessions to come", None, cascade.plan_next_sessions),
)


def is_built() -> bool:
    return Programme.objects.exists()


@transaction.atomic
def build_world(*, progress: Progress) -> World:
    """Build the world from its seed. All of it or nothing: a failure leaves an empty database."""
    today = timezone.localdate()
    begin = timezone.now() - timedelta(days=BEGIN + 2)
    world = World(clock=Clock(begin), today=today, progress=progress)
    with running(world.clock), translation.override("ar"), _without_collection():
        for title, ago, happen in CHAPTERS:
            if ago is not None:
                world.clock.reach(world.day(ago=ago), 10)
            with progress.chapter(title):
                happen(world)
    return world


@contextmanager
def _without_collection() -> Iterator[None]:
    """A million short-lived objects and no cycles worth finding: the collector would only walk in circles."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
