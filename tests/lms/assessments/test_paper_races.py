"""Papers and real threads with real connections: nobody sits twice, and two keyings at once are two keyings."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from lms.assessments.enums import AttemptState, PaperState
from lms.assessments.errors import AttemptRefusedError, InterventionRefusedError
from lms.assessments.keying import BLANK, TIMES, Reading
from lms.assessments.models import Attempt, Exam, Operation, Paper
from lms.assessments.services.keying import key_paper
from lms.assessments.services.printing import print_papers
from lms.assessments.services.sitting import begin_attempt, create_attempt
from lms.assessments.timing import to_ms
from lms.people.models import User
from tests.factories.assessments import ExamFactory, enrol
from tests.factories.papers import officer, printed, times

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def exam() -> Exam:
    now = timezone.now()
    return ExamFactory(opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=1))


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls at the same moment in threads of their own; their results or exceptions in order."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            barrier.wait(timeout=10)
            return call()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, call) for call in calls]]


def test_a_start_and_a_printing_at_once_give_one_of_the_two(exam: Exam) -> None:
    learner, actor = enrol(exam).learner, officer()
    create_attempt(exam=exam, learner=learner)
    started, told = at_once(
        lambda: begin_attempt(exam_id=exam.public_id, learner=learner, holder="x", keeps_log=True),
        lambda: print_papers(exam=exam, learners=User.objects.filter(pk=learner.pk), actor=actor),
    )
    state = Attempt.objects.get().state
    if state == AttemptState.ON_PAPER:
        assert isinstance(started, AttemptRefusedError)
        assert told.printing.papers.count() == 1
    else:
        assert (state, told.printing, len(told.left_out)) == (AttemptState.STARTED, None, 1)
        assert not Paper.objects.exists()


def test_two_printings_at_once_print_the_same_papers(exam: Exam) -> None:
    people, actor = [enrol(exam).learner.pk for _ in range(3)], officer()
    everybody = User.objects.filter(pk__in=people)
    results = at_once(*[lambda: print_papers(exam=exam, learners=everybody.all(), actor=actor)] * 2)
    assert [result.printing.papers.count() for result in results] == [3, 3]
    assert sorted(Paper.objects.values_list("candidate_no", flat=True)) == [1, 2, 3]


def blank(paper: Paper) -> dict[int, Reading]:
    whole = {place: Reading(BLANK) for place in range(1, 5)}
    return {**whole, TIMES: Reading("answer", [to_ms(moment) for moment in times()])}


def test_two_people_who_key_at_once_complete_the_paper(exam: Exam) -> None:
    [paper] = printed(exam)
    first, second, readings = officer(), officer(), blank(paper)
    results = at_once(
        lambda: key_paper(paper=paper, readings=readings, actor=first),
        lambda: key_paper(paper=paper, readings=readings, actor=second),
    )
    assert sorted(result.state for result in results) == [PaperState.COMPLETE, PaperState.KEYED_ONCE]
    assert Attempt.objects.get().state == AttemptState.RELEASED
    assert Operation.objects.count() == 1


def test_one_person_who_sends_twice_at_once_has_keyed_once(exam: Exam) -> None:
    [paper] = printed(exam)
    keyer = officer()
    results = at_once(*[lambda: key_paper(paper=paper, readings=blank(paper), actor=keyer)] * 2)
    assert sum(isinstance(result, InterventionRefusedError) for result in results) == 1
    assert paper.keyings.count() == 1
    assert Paper.objects.get().state == PaperState.KEYED_ONCE
