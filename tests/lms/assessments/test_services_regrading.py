"""Marking an exam again: a comparison first, then all results in one step, with the old ones kept."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lms.assessments.content import digest
from lms.assessments.enums import AttemptState, Treatment
from lms.assessments.errors import ReasonMissingError, RegradeRefusedError
from lms.assessments.models import (
    Attempt,
    Correction,
    Exam,
    Option,
    QuestionVersion,
    Regrade,
    ResultChange,
)
from lms.assessments.selectors import passed_among
from lms.assessments.selectors.marks import BrokenSealError, Treated
from lms.assessments.selectors.regrade_pages import endangered, questions_of
from lms.assessments.selectors.regrading import RegradePlan, plan_regrade
from lms.assessments.services.bank import open_draft, publish_version
from lms.assessments.services.regrading import regrade_exam
from lms.assessments.services.sitting import submit_attempt
from lms.people.models import User
from tests.factories.assessments import (
    NOON,
    ExamFactory,
    answer,
    enrol,
    make_bank,
    right_places,
    sit,
    started_attempt,
)
from tests.factories.cascade import QualificationFactory
from tests.factories.marking import give, mark_all, open_exam, sit_open
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def exam() -> Exam:
    """Four questions, all on every form; three right answers pass (70 %)."""
    return ExamFactory(bank=make_bank(questions=4), question_count=4)


def corrected(version: QuestionVersion, *right: str) -> QuestionVersion:
    """The next version of a question, with other right options."""
    draft = open_draft(question=version.question)
    for option in draft.options.all():
        option.is_correct = option.key in right
        option.save()
    return publish_version(version=draft)


def version_at(attempt: Attempt, position: int) -> QuestionVersion:
    return attempt.slots.get(position=position).version


def by(key: QuestionVersion) -> Treated:
    return Treated(Treatment.CORRECTED, key.pk)


CREDIT, DROP, OWN = Treated(Treatment.CREDITED), Treated(Treatment.DROPPED), Treated(Treatment.OWN_KEY)


def apply(
    plan: RegradePlan,
    actor: User | None = None,
    reason: str = "The key of a question was wrong.",
    **more: Any,
) -> Regrade:
    return regrade_exam(
        exam=plan.exam,
        treatments=plan.treatments,
        fingerprint=plan.fingerprint,
        reason=reason,
        actor=actor or UserFactory(),
        **more,
    )


def fresh(attempt: Attempt) -> Attempt:
    return Attempt.objects.get(pk=attempt.pk)


# --- The comparison


def test_the_comparison_shows_who_crosses_the_line_and_writes_nothing(exam: Exam) -> None:
    sit(exam, enrol(exam).learner, right=2)
    down = sit(exam, enrol(exam).learner, right=3)
    version = version_at(down, 3)
    key = corrected(version, "a")
    plan = plan_regrade(exam, {version.pk: by(key)})
    lost = next(diff for diff in plan.diffs if diff.attempt == down)
    assert (lost.kind, lost.before.marks, lost.after.marks) == ("now_failed", 3, 2)
    [change] = lost.changes
    assert (change.position, change.before, change.after) == (3, 1, 0)
    assert sum(plan.counts.values()) == len(plan.diffs) == 2
    assert fresh(down).event_count == down.event_count
    assert not Regrade.objects.exists()
    assert not ResultChange.objects.exists()


def test_full_marks_for_everybody_lift_those_who_left_it_out_too(exam: Exam) -> None:
    attempt = started_attempt(exam)
    for position in (1, 2):
        answer(attempt, position, *right_places(attempt, position))
    submit_attempt(attempt=attempt, at=NOON + timedelta(minutes=5))
    version = version_at(attempt, 4)
    plan = plan_regrade(exam, {version.pk: CREDIT})
    assert [(diff.kind, diff.after.marks) for diff in plan.diffs] == [("now_passed", 3)]


def test_a_question_left_out_counts_neither_in_the_marks_nor_in_what_can_be_earned(exam: Exam) -> None:
    attempt = sit(exam, enrol(exam).learner, right=2)
    plan = plan_regrade(exam, {version_at(attempt, 4).pk: DROP})
    [diff] = plan.diffs
    assert (diff.after.marks, diff.after.max_marks) == (2, 3)
    apply(plan)
    done = fresh(attempt)
    assert (done.marks, done.max_marks, done.is_passed) == (2, 3, False)
    assert done.slots.get(position=4).is_dropped


def test_only_forms_with_the_question_are_compared() -> None:
    exam = ExamFactory(bank=make_bank(questions=6), question_count=3)
    attempts = [sit(exam, enrol(exam).learner, right=3) for _ in range(4)]
    version = version_at(attempts[0], 1)
    plan = plan_regrade(exam, {version.pk: DROP})
    assert {diff.attempt for diff in plan.diffs} == {
        one for one in attempts if one.slots.filter(version=version).exists()
    }


@pytest.mark.parametrize("people", [1, 3, 30])
def test_the_comparison_asks_as_much_for_one_as_for_many(exam: Exam, people: int) -> None:
    for _ in range(people):
        attempt = sit(exam, enrol(exam).learner, right=3)
    version = version_at(attempt, 1)
    key = corrected(version, "a")
    with CaptureQueriesContext(connection) as queries:
        plan_regrade(exam, {version.pk: by(key)})
    assert len(queries) <= 14, [query["sql"][:100] for query in queries]


# --- Applying it


def test_one_step_changes_every_result_and_keeps_the_old_ones(exam: Exam) -> None:
    attempt = sit(exam, enrol(exam).learner, right=3)
    same = sit(exam, enrol(exam).learner, right=0)
    version, actor = version_at(attempt, 1), UserFactory()
    key = corrected(version, "d" if "d" not in same.slots.get(version=version).answer.value else "c")
    regrade = apply(plan_regrade(exam, {version.pk: by(key)}), actor)
    done = fresh(attempt)
    assert (done.state, done.marks, done.is_passed) == (AttemptState.RELEASED, 2, False)
    change = done.result_changes.get()
    assert (change.regrade, change.actor, change.old_marks, change.new_marks) == (regrade, actor, 3, 2)
    assert (change.old_is_passed, change.new_is_passed) == (True, False)
    assert change.old_released_at == attempt.released_at
    moves = [(event.from_state, event.to_state) for event in done.events.order_by("number")][-2:]
    assert moves == [("RELEASED", "REGRADED"), ("REGRADED", "RELEASED")]
    assert done.events.get(to_state="REGRADED").reason == "The key of a question was wrong."
    assert fresh(same).event_count == same.event_count
    assert regrade.compared == 2


def test_the_gate_of_a_certificate_follows_the_new_result(exam: Exam) -> None:
    attempt = sit(exam, enrol(exam).learner, right=2)
    assert not passed_among([attempt.learner], exam.course)
    apply(plan_regrade(exam, {version_at(attempt, 4).pk: CREDIT}))
    assert passed_among([attempt.learner], exam.course)


def test_whoever_hands_in_later_is_marked_by_the_corrected_key(exam: Exam) -> None:
    first = sit(exam, enrol(exam).learner, right=4)
    running = started_attempt(exam)
    version = version_at(first, 1)
    key = corrected(version, "a")
    apply(plan_regrade(exam, {version.pk: by(key)}))
    position = running.slots.get(version=version).position
    place = running.slots.get(version=version).option_order.index("a") + 1
    answer(running, position, place)
    done = submit_attempt(attempt=running, at=NOON + timedelta(minutes=5))
    assert done.marks == 1
    apply(plan_regrade(exam, {version_at(first, 2).pk: DROP}))
    late = sit(exam, enrol(exam).learner, right=4)
    assert late.max_marks == 3


def test_results_that_were_not_released_yet_wait_for_it_as_before() -> None:
    exam = ExamFactory(bank=make_bank(questions=4), question_count=4, release="by_hand")
    attempt = sit(exam, enrol(exam).learner, right=2)
    apply(plan_regrade(exam, {version_at(attempt, 4).pk: CREDIT}))
    assert (fresh(attempt).state, fresh(attempt).marks) == (AttemptState.REGRADED, 3)
    apply(plan_regrade(exam, {version_at(attempt, 3).pk: CREDIT}))
    assert (fresh(attempt).state, fresh(attempt).marks) == (AttemptState.REGRADED, 4)
    assert [change.number for change in attempt.result_changes.all()] == [1, 2]


def test_a_correction_can_be_taken_back(exam: Exam) -> None:
    attempt = sit(exam, enrol(exam).learner, right=2)
    version = version_at(attempt, 4)
    for treated, marks, most in ((CREDIT, 3, 4), (DROP, 2, 3), (OWN, 2, 4)):
        apply(plan_regrade(exam, {version.pk: treated}))
        assert (fresh(attempt).marks, fresh(attempt).max_marks) == (marks, most)
    assert Correction.objects.count() == 3


def test_a_correction_that_changes_no_result_is_kept_for_those_who_come(exam: Exam) -> None:
    attempt = sit(exam, enrol(exam).learner, right=4)
    plan = plan_regrade(exam, {version_at(attempt, 4).pk: CREDIT})
    assert plan.changed == []
    apply(plan)
    assert fresh(attempt).event_count == attempt.event_count
    assert Correction.objects.count() == 1


def test_open_answers_can_be_left_out_and_come_back_with_their_marks() -> None:
    exam = open_exam(opens=1)
    attempt = sit_open(exam, right=0)
    mark_all(attempt, "1")
    version = attempt.slots.get(version__kind="open_text").version
    apply(plan_regrade(exam, {version.pk: DROP}))
    assert (fresh(attempt).marks, fresh(attempt).max_marks) == (0, 6)
    apply(plan_regrade(exam, {version.pk: OWN}))
    assert (fresh(attempt).marks, fresh(attempt).max_marks) == (1, 10)


def test_leaving_out_the_last_open_answer_that_waits_takes_the_attempt_on() -> None:
    exam = open_exam(opens=2)
    attempt = sit_open(exam, right=0)
    one, other = attempt.slots.filter(version__kind="open_text")
    give(one.markings.get(), marks="1")
    apply(plan_regrade(exam, {other.version_id: DROP}))
    done = fresh(attempt)
    assert (done.state, done.marks, done.max_marks) == (AttemptState.RELEASED, 1, 10)


# --- What is refused


def test_a_plan_that_no_longer_fits_is_refused_and_nothing_is_written(exam: Exam) -> None:
    attempt = sit(exam, enrol(exam).learner, right=2)
    plan = plan_regrade(exam, {version_at(attempt, 4).pk: CREDIT})
    sit(exam, enrol(exam).learner, right=2)
    with pytest.raises(RegradeRefusedError):
        apply(plan)
    assert not Regrade.objects.exists()
    assert fresh(attempt).marks == 2


def test_applying_twice_does_it_once(exam: Exam) -> None:
    attempt = sit(exam, enrol(exam).learner, right=2)
    plan = plan_regrade(exam, {version_at(attempt, 4).pk: CREDIT})
    apply(plan)
    with pytest.raises(RegradeRefusedError):
        apply(plan)
    assert Regrade.objects.count() == 1


@pytest.mark.parametrize("reason", ["", "  ", "x" * 301])
def test_a_regrade_needs_a_reason(exam: Exam, reason: str) -> None:
    attempt = sit(exam, enrol(exam).learner, right=2)
    with pytest.raises(ReasonMissingError):
        apply(plan_regrade(exam, {version_at(attempt, 4).pk: CREDIT}), reason=reason)
    assert not Regrade.objects.exists()


def test_what_cannot_be_marked_by_is_refused_with_the_question_named(exam: Exam) -> None:
    attempt = sit(exam, enrol(exam).learner, right=2)
    version, other = version_at(attempt, 1), version_at(attempt, 2)
    draft = open_draft(question=version.question)
    fewer = open_draft(question=other.question)
    fewer.options.get(key="d").delete()
    fewer = publish_version(version=fewer)
    refused: list[dict[int, Treated]] = [
        {},
        {version.pk: OWN},
        {version.pk: Treated(Treatment.CORRECTED)},
        {version.pk: by(other)},
        {version.pk: by(version)},
        {version.pk: by(draft)},
        {other.pk: by(fewer)},
        {999_999: CREDIT},
        {slot.version_id: DROP for slot in attempt.slots.all()},
    ]
    for treatments in refused:
        with pytest.raises(RegradeRefusedError) as refusal:
            plan_regrade(exam, treatments)
        assert str(refusal.value)


def test_open_answers_have_no_key_and_full_marks_do_not_go_back() -> None:
    exam = open_exam(opens=1)
    attempt = sit_open(exam, right=0)
    version = attempt.slots.get(version__kind="open_text").version
    draft = open_draft(question=version.question)
    with pytest.raises(RegradeRefusedError):
        plan_regrade(exam, {version.pk: by(publish_version(version=draft))})
    apply(plan_regrade(exam, {version.pk: CREDIT}))
    assert fresh(attempt).marks == 4
    with pytest.raises(RegradeRefusedError):
        plan_regrade(exam, {version.pk: OWN})


def test_marks_that_people_gave_and_other_wording_are_pointed_out(exam: Exam) -> None:
    attempt = sit(exam, enrol(exam).learner, right=2)
    version = version_at(attempt, 4)
    attempt.slots.filter(position=4).update(marks=Decimal("0.5"))
    draft = open_draft(question=version.question)
    draft.stem_en = "Asked better?"
    draft.save()
    Option.objects.filter(version=draft, key="a").update(is_correct=True)
    Option.objects.filter(version=draft, key="b").update(is_correct=False)
    plan = plan_regrade(exam, {version.pk: by(publish_version(version=draft))})
    assert plan.by_hand == 1
    assert plan.reworded == [str(version)]


# --- What rests on a result


def test_those_who_lose_a_pass_are_listed_with_their_certificates_and_nothing_is_revoked(exam: Exam) -> None:
    attempt = sit(exam, enrol(exam).learner, right=3)
    version = version_at(attempt, 3)
    tier = attempt.learner.enrolments.get().tier
    qualification = QualificationFactory(
        holder=attempt.learner, tier=tier, valid_from=date(2026, 1, 1), valid_until=None
    )
    plan = plan_regrade(exam, {version.pk: by(corrected(version, "a"))})
    assert [diff.kind for diff in plan.diffs] == ["now_failed"]
    [row] = endangered(exam, [diff.attempt for diff in plan.crossing("now_failed")])
    assert (row.certificates, row.has_other_pass) == ([qualification.certificate_number], False)
    apply(plan)
    qualification.refresh_from_db()
    assert qualification.withdrawn_on is None


def test_another_pass_in_the_same_course_is_told(exam: Exam) -> None:
    attempt = sit(exam, enrol(exam).learner, right=3)
    other = ExamFactory(course=exam.course, bank=make_bank("OTHER", questions=4))
    sit(other, attempt.learner, right=4)
    version = version_at(attempt, 3)
    plan = plan_regrade(exam, {version.pk: by(corrected(version, "a"))})
    [row] = endangered(exam, [diff.attempt for diff in plan.crossing("now_failed")])
    assert row.has_other_pass


def test_the_questions_to_choose_from_know_their_use_and_their_other_versions(exam: Exam) -> None:
    attempt = sit(exam, enrol(exam).learner, right=2)
    version = version_at(attempt, 3)
    key = corrected(version, "a")
    apply(plan_regrade(exam, {version_at(attempt, 1).pk: DROP}))
    rows = questions_of(exam)
    assert (rows[0].version, rows[0].others, rows[0].results) == (version, [key], 1)
    assert {row.version.pk: row.treated for row in rows}[version_at(attempt, 1).pk] == DROP
    assert [row.earned for row in rows if row.version == version_at(attempt, 2)] == [1.0]


def test_a_question_changed_behind_the_application_s_back_marks_nothing_again(exam: Exam) -> None:
    attempt = sit(exam, enrol(exam).learner, right=2)
    version = version_at(attempt, 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE assessments_option SET is_correct = %s WHERE version_id = %s", [True, version.pk]
        )
    assert digest(QuestionVersion.objects.get(pk=version.pk).content()) != version.digest
    with pytest.raises(BrokenSealError):
        plan_regrade(exam, {version.pk: CREDIT})
