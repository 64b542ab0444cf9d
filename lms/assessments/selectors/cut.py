"""The standard error of measurement of an exam, by which a result counts as near the pass mark."""

from decimal import Decimal

from django.core.cache import cache

from lms.assessments.cut import StandardError, binomial_error, to_cents
from lms.assessments.models import Attempt, Exam
from lms.assessments.statistics import classical

from .responses import exam_responses

#: Below so many people the reliability of an exam says too little; its verdicts on questions ask for as many.
FEWEST_PEOPLE = 30
#: While a room hands in, the answers of everybody are not read again for each of them.
KEPT_SECONDS = 600


def standard_error(attempt: Attempt) -> StandardError:
    """The error of the exam's own statistics, at most ten minutes old; the binomial one while too few have sat it
    or their answers say nothing. The attempt is marked."""
    found = _from_statistics(attempt.exam)
    if found is not None:
        return StandardError(found, "alpha")
    return binomial_error(
        questions=attempt.slots.filter(is_dropped=False).count(),
        max_marks=attempt.max_marks or Decimal(0),
        pass_percent=attempt.pass_percent,
    )


def _from_statistics(exam: Exam) -> Decimal | None:
    """Marks; None where it cannot be computed."""
    key = f"exam-error-{exam.public_id}"
    kept: tuple[Decimal | None] | None = cache.get(key)
    if kept is None:
        kept = (_compute(exam),)
        cache.set(key, kept, KEPT_SECONDS)
    return kept[0]


def _compute(exam: Exam) -> Decimal | None:
    import numpy as np

    responses = exam_responses(exam).answered()
    persons = len(responses.marks)
    if persons < FEWEST_PEOPLE:
        return None
    reached = np.any(~np.isnan(responses.marks), axis=0)
    reliability = classical.reliability(
        classical.covariances(responses.marks[:, reached]),
        length=min(responses.form_length or len(responses.items), int(reached.sum())),
        persons=persons,
        total_sd=float(np.nansum(responses.marks, axis=1).std(ddof=1)),
    )
    # Of answers that agree with nothing alpha is below zero, and its error larger than the spread itself.
    if reliability.sem is None or reliability.alpha is None or reliability.alpha < 0:
        return None
    return to_cents(Decimal(reliability.sem))
