"""Papers for tests: an exam with a question of each kind, printed, and what people key from it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Permission
from django.utils import timezone

from lms.assessments.answers_format import to_wire
from lms.assessments.keying import ANSWER, BLANK, TIMES, Reading
from lms.assessments.models import Attempt, Exam, Paper
from lms.assessments.selectors.log import form_of
from lms.assessments.services.printing import print_papers
from lms.assessments.timing import to_ms
from lms.common.dates import local
from lms.people.models import User
from tests.factories.assessments import ExamFactory, enrol
from tests.factories.people import UserFactory
from tests.factories.questions import RIGHT, every_kind_bank

HANDLING = ("print_paper", "key_paper", "settle_paper", "invigilate_attempt", "view_every_attempt")


def officer(*names: str, **fields: Any) -> User:
    """Somebody with these permissions; by default with all that papers need."""
    user = UserFactory(**fields)
    user.user_permissions.add(*Permission.objects.filter(codename__in=names or HANDLING))
    return User.objects.get(pk=user.pk)


def paper_exam(**fields: Any) -> Exam:
    """An exam that is open now, with one question of each kind."""
    now = timezone.now()
    fields = {
        "bank": every_kind_bank(),
        "question_count": 9,
        "opens_at": now - timedelta(days=1),
        "closes_at": now + timedelta(days=1),
        **fields,
    }
    return ExamFactory(**fields)


def printed(
    exam: Exam, *learners: User, actor: User | None = None, at: datetime | None = None
) -> list[Paper]:
    """The papers of these people, or of somebody new; printed four hours ago."""
    people = learners or (enrol(exam).learner,)
    at = at or timezone.now() - timedelta(hours=4)
    chosen = User.objects.filter(pk__in=[one.pk for one in people])
    told = print_papers(exam=exam, learners=chosen, actor=actor or officer(), at=at)
    assert told.printing is not None, told.left_out
    return list(told.printing.papers.order_by("candidate_no"))


def times(*, minutes: int = 20, ago: timedelta = timedelta(hours=2)) -> tuple[datetime, datetime]:
    """When a paper was begun and handed in, to the minute as on paper."""
    began = (timezone.now() - ago).replace(second=0, microsecond=0)
    return began, began + timedelta(minutes=minutes)


def right_readings(attempt: Attempt, **changes: Reading) -> dict[int, Reading]:
    """The whole paper with right answers and nothing on the open lines; `q3=` changes a place, `times=` the cover."""
    readings = {
        place: Reading(BLANK)
        if slot.kind == "open_text"
        else Reading(ANSWER, to_wire(slot.kind, RIGHT[slot.kind], slot.order))
        for place, slot in form_of(attempt.public_id).items()
    }
    readings[TIMES] = Reading(ANSWER, [to_ms(moment) for moment in times()])
    named = {TIMES if name == "times" else int(name[1:]): one for name, one in changes.items()}
    return {**readings, **named}


def place_of(attempt: Attempt, kind: str) -> int:
    return next(place for place, slot in form_of(attempt.public_id).items() if slot.kind == kind)


def fields_for(attempt: Attempt, readings: Mapping[int, Reading]) -> dict[str, Any]:
    """The form that a keying page would send for these readings."""
    data: dict[str, Any] = {}
    for place, reading in readings.items():
        name = f"q{place}"
        if place == TIMES:
            began, handed = times()
            data |= {
                "day": f"{local(began):%d/%m/%Y}",
                "began": f"{local(began):%H:%M}",
                "handed": f"{local(handed):%H:%M}",
            }
        elif reading.what != ANSWER:
            data[f"{name}-is"] = reading.what
        else:
            data |= _answer(form_of(attempt.public_id)[place].kind, name, reading.value)
    return data


def _answer(kind: str, name: str, value: Any) -> dict[str, Any]:
    if kind == "matching":
        return {f"{name}-{line}": str(place) for line, place in enumerate(value, start=1)}
    if kind == "ordering":
        places = {item: place for place, item in enumerate(value, start=1)}
        return {f"{name}-{item}": str(place) for item, place in places.items()}
    return {name: value if isinstance(value, str) else [str(place) for place in value]}
