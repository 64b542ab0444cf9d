"""Papers in the services: who sits on paper sits nowhere else, two people key, a third decides, and what is settled
is marked as if it had come from a device."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from wagtail.models import ModelLogEntry

from lms.assessments.enums import AttemptState, EvidenceClass, PaperState
from lms.assessments.errors import (
    AnswerRefusedError,
    AttemptRefusedError,
    InterventionRefusedError,
    ReasonMissingError,
)
from lms.assessments.journal import first_break
from lms.assessments.keying import ANSWER, BLANK, ILLEGIBLE, TIMES, Reading
from lms.assessments.models import Answer, Attempt, Exam, Operation, Paper, PaperKeying
from lms.assessments.oplog import genesis
from lms.assessments.selectors.board import invigilated
from lms.assessments.services.invigilation import give_extra_time
from lms.assessments.services.keying import key_paper, settle_paper
from lms.assessments.services.late import decide_late_answers
from lms.assessments.services.lifecycle import journal_entry
from lms.assessments.services.printing import (
    MOST_PAPERS,
    mark_absent,
    print_papers,
    void_paper,
    withdraw_paper,
)
from lms.assessments.services.receipts import read_receipt
from lms.assessments.services.sitting import begin_attempt, create_attempt, start_attempt, sweep_due_attempts
from lms.assessments.timing import to_ms
from lms.people.models import User
from tests.factories.accommodations import grant
from tests.factories.assessments import ExamFactory, answer, enrol, right_places, submit_attempt
from tests.factories.papers import officer, paper_exam, place_of, printed, right_readings, times

pytestmark = pytest.mark.django_db


@pytest.fixture
def exam() -> Exam:
    now = timezone.now()
    return ExamFactory(opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=1))


@pytest.fixture
def paper(exam: Exam) -> Paper:
    return printed(exam)[0]


def again(attempt: Attempt) -> Attempt:
    return Attempt.objects.get(pk=attempt.pk)


def single_readings(paper: Paper, **changes: Reading) -> dict[int, Reading]:
    """Right answers on a form of single choices."""
    attempt = paper.attempt
    readings = {
        place: Reading(ANSWER, list(right_places(attempt, place)))
        for place in range(1, attempt.slots.count() + 1)
    }
    readings[TIMES] = Reading(ANSWER, [to_ms(moment) for moment in times()])
    return {**readings, **{int(name[1:]): one for name, one in changes.items()}}


class TestPrinting:
    def test_the_prepared_form_itself_is_printed_and_its_start_on_a_device_refused(self, exam: Exam) -> None:
        learner = enrol(exam).learner
        ready = create_attempt(exam=exam, learner=learner)
        [paper] = printed(exam, learner)
        assert paper.attempt_id == ready.pk
        assert again(ready).state == AttemptState.ON_PAPER
        for start in (
            lambda: begin_attempt(exam_id=exam.public_id, learner=learner, holder="x", keeps_log=True),
            lambda: start_attempt(attempt=again(ready)),
            lambda: start_attempt(attempt=ready),
        ):
            with pytest.raises(AttemptRefusedError) as refused:
                start()
            assert "الورق" in str(refused.value)
        assert again(ready).state == AttemptState.ON_PAPER

    def test_whoever_has_no_form_gets_one(self, exam: Exam) -> None:
        people = [enrol(exam).learner for _ in range(3)]
        papers = printed(exam, *people)
        assert [paper.candidate_no for paper in papers] == [1, 2, 3]
        assert {paper.attempt.learner for paper in papers} == set(people)
        assert len({paper.number for paper in papers}) == 3

    def test_printing_again_prints_the_same_papers_and_numbers(self, exam: Exam) -> None:
        first, second = enrol(exam).learner, enrol(exam).learner
        [before] = printed(exam, first)
        both = printed(exam, first, second)
        assert both[0] == before
        assert [paper.candidate_no for paper in both] == [1, 2]
        assert before.attempt.events.filter(kind="paper_printed").count() == 2

    def test_whoever_sits_on_a_device_is_left_out_with_the_reason(self, exam: Exam) -> None:
        sitting = enrol(exam).learner
        start_attempt(attempt=create_attempt(exam=exam, learner=sitting))
        told = print_papers(exam=exam, learners=User.objects.filter(pk=sitting.pk), actor=officer())
        assert told.printing is None
        assert [(person, bool(reason)) for person, reason in told.left_out] == [(sitting, True)]
        assert not Paper.objects.exists()

    def test_more_than_one_file_holds_is_refused_before_anything_is_written(
        self, exam: Exam, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("lms.assessments.services.printing.MOST_PAPERS", 2)
        assert MOST_PAPERS > 2
        people = [enrol(exam).learner.pk for _ in range(3)]
        with pytest.raises(InterventionRefusedError):
            print_papers(exam=exam, learners=User.objects.filter(pk__in=people), actor=officer())
        assert not Attempt.objects.exists()

    def test_the_database_keeps_one_paper_an_attempt(self, paper: Paper) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Paper.objects.create(exam=paper.exam, attempt=paper.attempt, candidate_no=99)

    def test_the_sweep_leaves_papers_alone_after_the_exam_has_closed(self, paper: Paper) -> None:
        sweep_due_attempts(at=timezone.now() + timedelta(days=3))
        assert again(paper.attempt).state == AttemptState.ON_PAPER


class TestTakingBack:
    def test_a_paper_that_was_taken_back_lets_the_device_start(self, paper: Paper) -> None:
        withdraw_paper(paper=paper, actor=officer(), reason="The printer broke")
        attempt = begin_attempt(
            exam_id=paper.exam.public_id, learner=paper.attempt.learner, holder="x", keeps_log=False
        )
        assert attempt.pk == paper.attempt_id
        assert attempt.state == AttemptState.STARTED
        event = attempt.events.get(to_state="READY")
        assert event.reason == "The printer broke"
        assert ModelLogEntry.objects.filter(action="assessments.withdraw_paper").count() == 1

    def test_after_it_a_new_paper_has_a_new_number(self, paper: Paper) -> None:
        withdraw_paper(paper=paper, actor=officer(), reason="Lost")
        [new] = printed(paper.exam, paper.attempt.learner)
        assert new.attempt == paper.attempt
        assert (new.number != paper.number, new.candidate_no) == (True, 2)
        with pytest.raises(InterventionRefusedError):
            key_paper(paper=paper, readings=single_readings(paper), actor=officer())

    def test_absence_uses_up_no_attempt_and_void_keeps_the_record(self, exam: Exam) -> None:
        absent, void = printed(exam, enrol(exam).learner, enrol(exam).learner)
        mark_absent(paper=absent, actor=officer(), reason="Ill")
        key_paper(paper=void, readings=single_readings(void), actor=officer())
        void_paper(paper=void, actor=officer(), reason="Copied from a neighbour")
        assert again(absent.attempt).state == AttemptState.NOT_TAKEN
        assert again(void.attempt).state == AttemptState.VOIDED
        assert void.keyings.count() == 1

    def test_a_reason_is_needed_and_a_settled_paper_stays(self, paper: Paper) -> None:
        with pytest.raises(ReasonMissingError):
            withdraw_paper(paper=paper, actor=officer(), reason=" ")
        for _ in range(2):
            key_paper(paper=paper, readings=single_readings(paper), actor=officer())
        with pytest.raises(InterventionRefusedError):
            withdraw_paper(paper=paper, actor=officer(), reason="Too late")

    def test_nobody_decides_on_their_own_paper(self, paper: Paper) -> None:
        for end in (withdraw_paper, mark_absent, void_paper):
            with pytest.raises(InterventionRefusedError):
                end(paper=paper, actor=paper.attempt.learner, reason="Mine")


class TestKeying:
    def test_two_that_agree_give_the_result_that_a_device_would_have_given(self, exam: Exam) -> None:
        learner = enrol(exam).learner
        [paper] = printed(exam)
        wrong = Reading(ANSWER, [next(n for n in range(1, 5) if n not in right_places(paper.attempt, 1))])
        readings = single_readings(paper, q1=wrong, q2=Reading(BLANK))
        first = key_paper(paper=paper, readings=readings, actor=officer())
        assert first.state == PaperState.KEYED_ONCE
        assert again(paper.attempt).state == AttemptState.ON_PAPER
        assert key_paper(paper=paper, readings=readings, actor=officer()).state == PaperState.COMPLETE

        device = start_attempt(attempt=create_attempt(exam=exam, learner=learner))
        answer(device, 1, next(n for n in range(1, 5) if n not in right_places(device, 1)), at=timezone.now())
        for place in (3, 4):
            answer(device, place, *right_places(device, place), at=timezone.now())
        submit_attempt(attempt=device)
        by_paper, by_device = again(paper.attempt), again(device)
        assert (by_paper.marks, by_paper.max_marks, by_paper.is_passed) == (
            by_device.marks,
            by_device.max_marks,
            by_device.is_passed,
        )
        assert by_paper.state == by_device.state

    def test_the_log_says_paper_and_holds_together(self, paper: Paper) -> None:
        keyers = [officer(), officer()]
        for keyer in keyers:
            key_paper(paper=paper, readings=single_readings(paper, q4=Reading(ILLEGIBLE)), actor=keyer)
        attempt, (began, handed) = again(paper.attempt), times()
        assert (attempt.started_at, attempt.submitted_at) == (began, handed)
        ops = list(Operation.objects.filter(attempt=attempt).order_by("seq"))
        assert [op.kind for op in ops] == ["paper", "answer", "answer", "answer"]
        assert ops[0].prev_hash == genesis(str(attempt.public_id), 1)
        assert [op.prev_hash for op in ops[1:]] == [op.hash for op in ops[:-1]]
        assert {op.t_wall for op in ops} == {to_ms(handed)}
        assert set(Answer.objects.filter(slot__attempt=attempt).values_list("evidence", flat=True)) == {
            EvidenceClass.PAPER
        }
        settled = attempt.events.get(kind="paper_settled")
        assert settled.details["keyed_by"] == sorted(str(one.public_id) for one in keyers)
        assert settled.details["illegible"] == [4]
        events = [journal_entry(event) for event in attempt.events.order_by("number")]
        name = str(attempt.public_id)
        assert first_break(name, events, count=attempt.event_count, head=attempt.event_head) is None
        assert read_receipt(attempt.receipt)["answered"] == "3"

    def test_the_same_person_cannot_key_twice(self, paper: Paper) -> None:
        keyer = officer()
        key_paper(paper=paper, readings=single_readings(paper), actor=keyer)
        with pytest.raises(InterventionRefusedError):
            key_paper(paper=paper, readings=single_readings(paper), actor=keyer)
        assert paper.keyings.count() == 1

    def test_nor_does_the_database_take_it(self, paper: Paper) -> None:
        keyer, at = officer(), timezone.now()
        PaperKeying.objects.create(paper=paper, place=1, person=keyer, readings={}, at=at)
        for place, person in ((2, keyer), (1, officer()), (4, officer())):
            with pytest.raises(IntegrityError), transaction.atomic():
                PaperKeying.objects.create(paper=paper, place=place, person=person, readings={}, at=at)
        with pytest.raises(IntegrityError), transaction.atomic():
            PaperKeying.objects.create(paper=paper, place=3, person=officer(), readings={}, at=at)

    def test_nobody_keys_their_own_paper(self, paper: Paper) -> None:
        with pytest.raises(InterventionRefusedError):
            key_paper(paper=paper, readings=single_readings(paper), actor=paper.attempt.learner)

    @pytest.mark.parametrize("readings", [{}, {1: Reading(BLANK)}, "more", "other"])
    def test_a_keying_is_of_the_whole_paper_and_of_what_it_offers(
        self, paper: Paper, readings: object
    ) -> None:
        whole = single_readings(paper)
        if readings == "more":
            readings = {**whole, 5: Reading(BLANK)}
        elif readings == "other":
            readings = {**whole, 1: Reading(ANSWER, [9])}
        with pytest.raises(AnswerRefusedError):
            key_paper(paper=paper, readings=readings, actor=officer())  # type: ignore[arg-type]
        assert not paper.keyings.exists()

    def test_every_kind_of_question_is_marked_as_its_key_says(self) -> None:
        [paper] = printed(paper_exam())
        for _ in range(2):
            paper = key_paper(paper=paper, readings=right_readings(paper.attempt), actor=officer())
        attempt = again(paper.attempt)
        earned = dict(attempt.slots.values_list("version__kind", "marks"))
        assert earned.pop("open_text") in (None, 0)
        assert set(earned.values()) == {1}

    def test_extra_time_can_be_given_to_a_paper(self, paper: Paper) -> None:
        give_extra_time(attempt=paper.attempt, seconds=600, actor=officer(), reason="Slow pen")
        for _ in range(2):
            key_paper(paper=paper, readings=single_readings(paper), actor=officer())
        attempt = again(paper.attempt)
        assert attempt.deadline - attempt.started_at == timedelta(minutes=40)

    def test_everybody_who_may_see_it_finds_it_on_the_board(self, paper: Paper) -> None:
        assert paper.attempt in invigilated(officer())


class TestDiffering:
    @pytest.fixture
    def keyers(self) -> list[User]:
        return [officer(), officer()]

    @pytest.fixture
    def differing(self, paper: Paper, keyers: list[User]) -> Paper:
        key_paper(paper=paper, readings=single_readings(paper), actor=keyers[0])
        other = single_readings(paper, q2=Reading(BLANK))
        return key_paper(paper=paper, readings=other, actor=keyers[1])

    def test_nothing_is_handed_in_while_two_differ(self, differing: Paper) -> None:
        assert differing.state == PaperState.DIFFERS
        assert again(differing.attempt).state == AttemptState.ON_PAPER
        assert not Operation.objects.exists()
        assert differing.attempt.events.get(kind="paper_differs").details["places"] == [2]

    def test_a_third_person_decides_with_a_reason(self, differing: Paper, keyers: list[User]) -> None:
        decision = {2: Reading(ANSWER, list(right_places(differing.attempt, 2)))}
        with pytest.raises(ReasonMissingError):
            settle_paper(paper=differing, readings=decision, actor=officer(), reason="")
        for keyer in (*keyers, differing.attempt.learner):
            with pytest.raises(InterventionRefusedError):
                settle_paper(paper=differing, readings=decision, actor=keyer, reason="I know")
        third = officer()
        settle_paper(paper=differing, readings=decision, actor=third, reason="The mark is clear")
        attempt = again(differing.attempt)
        assert (attempt.state, attempt.marks) == (AttemptState.RELEASED, 4)
        assert attempt.events.get(kind="paper_settled").details["decided_by"] == [str(third.public_id)]
        assert ModelLogEntry.objects.filter(action="assessments.settle_paper").count() == 1

    def test_both_can_key_again_what_differs_and_the_history_stays(
        self, differing: Paper, keyers: list[User]
    ) -> None:
        for keyer in keyers:
            with pytest.raises(AnswerRefusedError):
                key_paper(paper=differing, readings=single_readings(differing), actor=keyer)
            key_paper(paper=differing, readings={2: Reading(BLANK)}, actor=keyer)
        assert again(differing.attempt).marks == 3
        assert list(differing.keyings.values_list("round", "place")) == [(1, 1), (1, 2), (2, 1), (2, 2)]

    def test_while_it_is_keyed_again_nobody_decides(self, differing: Paper, keyers: list[User]) -> None:
        key_paper(paper=differing, readings={2: Reading(BLANK)}, actor=keyers[0])
        with pytest.raises(InterventionRefusedError):
            settle_paper(paper=differing, readings={2: Reading(BLANK)}, actor=officer(), reason="Now")

    def test_a_decision_is_only_of_what_differs(self, differing: Paper) -> None:
        with pytest.raises(AnswerRefusedError):
            settle_paper(paper=differing, readings=single_readings(differing), actor=officer(), reason="All")

    def test_a_keying_is_never_changed(self, differing: Paper) -> None:
        with pytest.raises(TypeError):
            differing.keyings.get(place=1).save()


class TestLate:
    def test_a_paper_handed_in_after_the_time_waits_for_two_people(self, paper: Paper) -> None:
        late = Reading(ANSWER, [to_ms(moment) for moment in times(minutes=45)])
        readings = {**single_readings(paper), TIMES: late}
        for _ in range(2):
            paper = key_paper(paper=paper, readings=readings, actor=officer())
        attempt = again(paper.attempt)
        assert (paper.state, attempt.state) == (PaperState.COMPLETE, AttemptState.LATE_REVIEW)
        for _ in range(2):
            decide_late_answers(attempt=attempt, actor=officer(), accept=True, reason="The hall began late")
        assert again(attempt).marks == 4

    def test_they_may_also_say_no(self, paper: Paper) -> None:
        late = Reading(ANSWER, [to_ms(moment) for moment in times(minutes=45)])
        for _ in range(2):
            key_paper(paper=paper, readings={**single_readings(paper), TIMES: late}, actor=officer())
        for _ in range(2):
            decide_late_answers(attempt=paper.attempt, actor=officer(), accept=False, reason="Far too late")
        assert again(paper.attempt).marks == 0

    def test_breaks_that_were_granted_count_in_full(self, paper: Paper) -> None:
        grant(paper.attempt.learner, paper.exam, break_minutes=15)
        after_a_break = Reading(ANSWER, [to_ms(moment) for moment in times(minutes=45)])
        for _ in range(2):
            key_paper(paper=paper, readings={**single_readings(paper), TIMES: after_a_break}, actor=officer())
        attempt = again(paper.attempt)
        assert (attempt.state, attempt.marks) == (AttemptState.RELEASED, 4)

    def test_what_was_keyed_days_later_is_still_in_time(self, paper: Paper) -> None:
        at = timezone.now() + timedelta(days=9)
        for _ in range(2):
            key_paper(paper=paper, readings=single_readings(paper), actor=officer(), at=at)
        attempt = again(paper.attempt)
        assert attempt.state == AttemptState.RELEASED
        assert attempt.submitted_at == times()[1]


def test_an_open_answer_that_was_typed_goes_to_the_markers() -> None:
    [paper] = printed(paper_exam())
    place = place_of(paper.attempt, "open_text")
    written = {f"q{place}": Reading(ANSWER, "The rule is impartiality.")}
    for _ in range(2):
        key_paper(paper=paper, readings=right_readings(paper.attempt, **written), actor=officer())
    attempt = again(paper.attempt)
    assert attempt.state == AttemptState.MODERATION
    assert attempt.slots.get(position=place).markings.exists()
