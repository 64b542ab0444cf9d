"""What the pages of the desk have in common."""

from django.urls import reverse

from lms.assessments.models import Attempt, Exam


def crumbs(here: str, *before: tuple[str, str]) -> list[dict[str, str]]:
    """Where a page stands: steps of (label, name of the view), then the page itself."""
    steps = [{"url": reverse(view), "label": label} for label, view in before]
    return [*steps, {"url": "", "label": here}]


def exam_crumbs(exam: Exam, *here: tuple[str, str]) -> list[dict[str, str]]:
    """The same below an exam, with addresses: the last step is the page itself."""
    return [
        {"url": reverse("exams:index"), "label": str(Exam._meta.verbose_name_plural).capitalize()},
        {"url": reverse("exams:inspect", args=[exam.pk]), "label": exam.code},
        *({"url": url, "label": label} for label, url in here),
    ]


def short_name(attempt: Attempt) -> str:
    """What an attempt is called where its candidate is not named: the end of its public id."""
    return str(attempt.public_id)[-8:]
