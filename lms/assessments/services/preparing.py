"""Freezing forms: when somebody asks for one, or for everybody before the exam opens."""

import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from lms.assessments.blueprint import UnfillableError
from lms.assessments.drawing import BankTooSmallError, draw_form, form_seed
from lms.assessments.errors import ExamNotReadyError
from lms.assessments.granted import NOTHING, Granted
from lms.assessments.models import Attempt, AttemptSlot, Exam
from lms.assessments.policy import Verdict
from lms.assessments.selectors.accommodations import granted_in
from lms.assessments.selectors.pools import Pool, drawable_questions
from lms.assessments.selectors.standing import SITTING_STATES, counted, standing_of
from lms.cascade.models import Enrolment
from lms.people.models import User

logger = logging.getLogger(__name__)

#: Whoever is told this could start, now or once the exam opens.
_WELCOME = (Verdict.CAN_START, Verdict.NOT_OPEN_YET)


def freeze_form(
    *,
    exam: Exam,
    learner: User,
    number: int,
    at: datetime,
    pool: Pool | None = None,
    granted: Granted = NOTHING,
) -> Attempt:
    """A new attempt with its form, the `number`th of this person at this exam. `pool` spares reading the bank again;
    `granted` is the person's accommodation, which is looked up again at the start.

    Raises ExamNotReadyError when the bank cannot fill the form.
    """
    attempt = Attempt(
        exam=exam,
        learner=learner,
        number=number,
        base_seconds=exam.duration_minutes * 60,
        grace_seconds=exam.grace_seconds,
        pass_percent=exam.pass_percent,
        created_at=at,
        **granted.fields(),
    )
    key = salted_hmac("lms.assessments.form", "", secret=settings.SECRET_KEY, algorithm="sha256").digest()
    seed = form_seed(key, str(exam.public_id), str(attempt.public_id))
    pool = pool or drawable_questions(exam)
    try:
        form = draw_form(pool.candidates, count=exam.question_count, seed=seed, cells=pool.cells)
    except (BankTooSmallError, UnfillableError) as error:
        logger.error("exam %s: %s", exam.code, error)
        raise ExamNotReadyError from error
    attempt.save()
    AttemptSlot.objects.bulk_create(
        AttemptSlot(
            attempt=attempt,
            position=drawn.position,
            version_id=drawn.version_id,
            area_id=drawn.area_id,
            option_order=drawn.option_order,
            max_marks=drawn.marks,
        )
        for drawn in form
    )
    return attempt


@dataclass(slots=True)
class Preparation:
    """How many forms were frozen, and how many people had one already or may not start."""

    frozen: int = 0
    ready: int = 0
    not_welcome: int = 0


def prepare_attempts(
    *, exam: Exam, learners: QuerySet[User] | None = None, at: datetime | None = None
) -> Preparation:
    """Freeze a form for everybody in training who may take the exam, so that a start has nothing to draw.
    `learners` are all whom it concerns, if not everybody.

    Doing it again adds only who is new. Raises ExamNotReadyError when the bank cannot fill a form.
    """
    at = at or timezone.now()
    told = Preparation()
    earlier: dict[int, list[Attempt]] = defaultdict(list)
    for attempt in Attempt.objects.filter(exam=exam).order_by("number"):
        earlier[attempt.learner_id].append(attempt)
    pool, granted = drawable_questions(exam), granted_in(exam)
    enrolled = Enrolment.objects.filter(tier__course=exam.course_id, state__in=SITTING_STATES)
    everybody = User.objects.all() if learners is None else learners
    for learner in everybody.filter(pk__in=enrolled.values("learner"), is_active=True).order_by("pk"):
        past = counted(earlier[learner.pk])
        if any(attempt.is_open for attempt in past):
            told.ready += 1
        elif standing_of(exam, past, is_enrolled=True, at=at).verdict not in _WELCOME:
            told.not_welcome += 1
        else:
            number = 1 + max((attempt.number for attempt in earlier[learner.pk]), default=0)
            granted_here = granted.get(learner.pk, NOTHING)
            told.frozen += _freeze(exam, learner, number, pool=pool, granted=granted_here, at=at)
    return told


def _freeze(exam: Exam, learner: User, number: int, *, pool: Pool, granted: Granted, at: datetime) -> bool:
    try:
        with transaction.atomic():
            freeze_form(exam=exam, learner=learner, number=number, at=at, pool=pool, granted=granted)
    except IntegrityError:
        # The learner was faster and has a form already.
        return False
    return True
