"""The rules of a cascade: who may learn, who may teach, what presence proves."""

from datetime import date, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone, translation
from wagtail.models import ModelLogEntry

from lms.cascade import services
from lms.cascade.enums import ENROLMENT_MOVES, EnrolmentState
from lms.cascade.models import Attendance, Enrolment, Qualification, Training, TrainingSession
from tests.factories.cascade import (
    CohortFactory,
    EnrolmentFactory,
    QualificationFactory,
    TierFactory,
    TrainingSessionFactory,
)
from tests.factories.people import MunicipalityFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def events(monkeypatch):
    heard = []
    monkeypatch.setattr(
        services,
        "fire_enrolment_changed",
        lambda enrolment, old_state: heard.append((enrolment.pk, old_state, enrolment.state)),
    )
    return heard


def day(on, start=9, end=15):
    return services.Day(on, time(start), time(end))


def qualified_cohort(**qualification):
    """A cohort of observers whose trainer holds a master trainer's certificate."""
    cohort = CohortFactory()
    level_one = TierFactory(programme=cohort.tier.programme, level=1)
    QualificationFactory(holder=cohort.trainer, tier=level_one, **qualification)
    return cohort


def refusal(call, **arguments):
    with pytest.raises(ValidationError) as caught:
        call(**arguments)
    return caught.value.messages[0]


class TestCohort:
    def test_open_cohort_keeps_its_details_and_is_audited(self):
        lead = UserFactory()
        cohort = services.open_cohort(
            tier=TierFactory(),
            municipality=MunicipalityFactory(),
            name_ar="دفعة مصراتة",
            name_en="Misrata cohort",
            starts_on=date(2026, 1, 1),
            ends_on=date(2026, 2, 1),
            capacity=40,
            actor=lead,
        )
        assert cohort.capacity == 40
        assert ModelLogEntry.objects.get(action="wagtail.create").user == lead

    def test_open_cohort_refuses_dates_the_wrong_way_round(self):
        with pytest.raises(ValidationError):
            services.open_cohort(
                tier=TierFactory(),
                municipality=MunicipalityFactory(),
                name_ar="دفعة",
                name_en="Cohort",
                starts_on=date(2026, 2, 1),
                ends_on=date(2026, 1, 1),
            )


class TestEnrolment:
    def test_enrol_learner_without_password_waits_for_the_invitation(self, events):
        cohort, learner = CohortFactory(), UserFactory()
        enrolment = services.enrol_learner(cohort=cohort, learner=learner)
        assert (enrolment.state, enrolment.tier) == (EnrolmentState.INVITED, cohort.tier)
        assert events == [(enrolment.pk, "", "invited")]

    def test_enrol_learner_with_password_joins_at_once(self):
        enrolment = services.enrol_learner(cohort=CohortFactory(), learner=UserFactory(password="a-Word-77"))
        assert enrolment.state == EnrolmentState.ACTIVE

    def test_enrol_learner_refuses_a_second_cohort_of_the_tier(self):
        first = CohortFactory(name_en="First cohort")
        learner = UserFactory(name_en="Khadija Ali")
        services.enrol_learner(cohort=first, learner=learner)
        second = CohortFactory(tier=first.tier)
        assert refusal(services.enrol_learner, cohort=second, learner=learner) == (
            "Khadija Ali is already enrolled in First cohort."
        )

    def test_enrol_learner_lets_an_observer_climb_to_another_tier(self):
        cohort = CohortFactory()
        learner = EnrolmentFactory(cohort=cohort).learner
        above = CohortFactory(tier=TierFactory(programme=cohort.tier.programme, level=1))
        assert services.enrol_learner(cohort=above, learner=learner).pk

    def test_enrol_learner_refuses_the_cohorts_own_trainer(self):
        cohort = CohortFactory()
        assert "cannot learn in it" in refusal(services.enrol_learner, cohort=cohort, learner=cohort.trainer)

    def test_enrol_learner_refuses_a_closed_account(self):
        gone = UserFactory(is_active=False)
        assert "is closed" in refusal(services.enrol_learner, cohort=CohortFactory(), learner=gone)

    def test_enrol_learner_gives_a_withdrawn_place_back(self):
        enrolment = EnrolmentFactory(state=EnrolmentState.WITHDRAWN)
        again = services.enrol_learner(cohort=enrolment.cohort, learner=enrolment.learner)
        assert (again.pk, again.state) == (enrolment.pk, EnrolmentState.INVITED)

    def test_enrol_learner_above_capacity_is_not_refused(self):
        cohort = CohortFactory(capacity=1)
        EnrolmentFactory(cohort=cohort)
        assert services.enrol_learner(cohort=cohort, learner=UserFactory()).pk

    @pytest.mark.parametrize("old", EnrolmentState.values)
    @pytest.mark.parametrize("new", EnrolmentState.values)
    def test_move_enrolment_obeys_the_table(self, old, new, events):
        enrolment = EnrolmentFactory(state=old)
        if new == old:
            services.move_enrolment(enrolment=enrolment, to_state=new)
            assert events == []
        elif new in ENROLMENT_MOVES[old]:
            services.move_enrolment(enrolment=enrolment, to_state=new)
            assert events == [(enrolment.pk, old, new)]
            assert Enrolment.objects.get().state == new
        else:
            assert "cannot go from" in refusal(services.move_enrolment, enrolment=enrolment, to_state=new)
            assert Enrolment.objects.get().state == old

    def test_move_enrolment_out_of_withdrawal_refuses_whoever_learns_elsewhere_now(self):
        left = EnrolmentFactory(state=EnrolmentState.WITHDRAWN)
        EnrolmentFactory(cohort=CohortFactory(tier=left.tier), learner=left.learner)
        sentence = refusal(services.move_enrolment, enrolment=left, to_state=EnrolmentState.ACTIVE)
        assert "already enrolled" in sentence

    def test_move_enrolment_is_audited_with_actor_and_reason(self):
        lead = UserFactory()
        services.move_enrolment(
            enrolment=EnrolmentFactory(), to_state="withdrawn", actor=lead, reason="moved away"
        )
        entry = ModelLogEntry.objects.get(action="cascade.move_enrolment")
        assert entry.user == lead
        assert entry.data == {"from": "active", "to": "withdrawn", "reason": "moved away"}
        assert str(entry.formatter.format_message(entry)) == "From “In training” to “Withdrawn”: moved away"

    def test_enrolment_changed_reaches_plugins_only_after_commit(self, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks() as callbacks:
            services.enrol_learner(cohort=CohortFactory(), learner=UserFactory())
        assert len(callbacks) == 1


class TestTeaching:
    def test_schedule_session_remembers_the_certificate_it_was_taught_under(self):
        cohort = qualified_cohort()
        session = services.schedule_session(
            cohort=cohort,
            title="Principles",
            place="Misrata",
            materials_version="1",
            days=[day(date(2026, 2, 1)), day(date(2026, 2, 2))],
        )
        assert session.trainer_qualification.holder == cohort.trainer
        assert [one.date for one in session.days.all()] == [date(2026, 2, 1), date(2026, 2, 2)]

    @pytest.mark.parametrize(
        ("qualification", "days", "sentence"),
        [
            (
                {"valid_from": date(2026, 2, 2)},
                [date(2026, 2, 1)],
                "On 1 February 2026, Salem Omar is not yet a certified trainer: certificate Q1 is valid from "
                "2 February 2026.",
            ),
            (
                {"valid_until": date(2026, 2, 1)},
                [date(2026, 2, 1), date(2026, 2, 2)],
                "On 2 February 2026, Salem Omar is not a certified trainer any more: certificate Q1 expired on "
                "1 February 2026.",
            ),
            (
                {"withdrawn_on": date(2026, 2, 2)},
                [date(2026, 2, 1), date(2026, 2, 2), date(2026, 2, 3)],
                "On 2 February 2026, Salem Omar is not a certified trainer: certificate Q1 was withdrawn on "
                "2 February 2026.",
            ),
        ],
    )
    def test_schedule_session_refuses_a_day_without_a_valid_certificate(self, qualification, days, sentence):
        cohort = qualified_cohort(certificate_number="Q1", **qualification)
        cohort.trainer.name_en = "Salem Omar"
        cohort.trainer.save()
        assert (
            refusal(
                services.schedule_session,
                cohort=cohort,
                title="T",
                place="P",
                materials_version="1",
                days=[day(on) for on in days],
            )
            == sentence
        )
        assert not TrainingSession.objects.exists()

    def test_schedule_session_accepts_any_one_certificate_that_covers_all_days(self):
        cohort = qualified_cohort(valid_until=date(2026, 1, 1))
        tier = Qualification.objects.get().tier
        renewed = QualificationFactory(
            holder=cohort.trainer, tier=tier, valid_from=date(2026, 1, 1), valid_until=None
        )
        session = services.schedule_session(
            cohort=cohort, title="T", place="P", materials_version="1", days=[day(date(2026, 2, 1))]
        )
        assert session.trainer_qualification == renewed

    @pytest.mark.parametrize("level", [2, 3])
    def test_schedule_session_refuses_a_certificate_of_the_same_or_a_lower_tier(self, level):
        cohort = CohortFactory()
        tier = cohort.tier if level == 2 else TierFactory(programme=cohort.tier.programme, level=level)
        QualificationFactory(holder=cohort.trainer, tier=tier)
        assert "holds no trainer's certificate" in refusal(
            services.schedule_session,
            cohort=cohort,
            title="T",
            place="P",
            materials_version="1",
            days=[day(date(2026, 2, 1))],
        )

    def test_schedule_session_refuses_a_certificate_of_another_programme(self):
        cohort = CohortFactory()
        QualificationFactory(holder=cohort.trainer)
        assert "holds no trainer's certificate" in refusal(
            services.schedule_session,
            cohort=cohort,
            title="T",
            place="P",
            materials_version="1",
            days=[day(date(2026, 2, 1))],
        )

    def test_schedule_session_lets_the_programme_itself_train_the_first_tier_only(self):
        first = CohortFactory(tier=TierFactory(level=1), trainer=None)
        arguments = {
            "title": "T",
            "place": "P",
            "materials_version": "1",
            "days": [day(date(2026, 2, 1))],
        }
        assert services.schedule_session(cohort=first, **arguments).trainer is None
        second = CohortFactory(trainer=None)
        assert "Choose the trainer" in refusal(services.schedule_session, cohort=second, **arguments)

    def test_schedule_session_refuses_a_session_without_days_or_with_impossible_hours(self):
        cohort = qualified_cohort()
        arguments = {"cohort": cohort, "title": "T", "place": "P", "materials_version": "1"}
        assert "at least one day" in refusal(services.schedule_session, days=[], **arguments)
        with pytest.raises(ValidationError):
            services.schedule_session(days=[day(date(2026, 2, 1), 15, 9)], **arguments)
        assert not TrainingSession.objects.exists()


class TestAttendance:
    def held(self, **cohort):
        session = TrainingSessionFactory(
            cohort=CohortFactory(**cohort), days=[date(2026, 2, 1), date(2026, 2, 2)]
        )
        learners = EnrolmentFactory.create_batch(3, cohort=session.cohort)
        return session, list(session.days.all()), learners

    def test_record_attendance_writes_the_edge_at_first_presence(self):
        session, (first, second), (one, two, three) = self.held()
        services.record_attendance(day=first, presence={one.pk: True, two.pk: False}, actor=session.trainer)
        recorded = services.record_attendance(
            day=second, presence={one.pk: True, two.pk: True, three.pk: False}, actor=session.trainer
        )
        assert recorded == services.Recorded(changed=3, trained=1)
        edges = {edge.learner: edge for edge in Training.objects.all()}
        assert set(edges) == {one.learner, two.learner}
        assert (edges[one.learner].date, edges[two.learner].date) == (first.date, second.date)
        edge = edges[one.learner]
        assert (edge.trainer, edge.trainer_qualification, edge.place, edge.materials_version) == (
            session.trainer,
            session.trainer_qualification,
            session.place,
            session.materials_version,
        )

    def test_record_attendance_twice_changes_nothing(self):
        session, (first, _), (one, two, _) = self.held()
        presence = {one.pk: True, two.pk: False}
        services.record_attendance(day=first, presence=presence, actor=session.trainer)
        before = list(Attendance.objects.values())
        again = services.record_attendance(day=first, presence=presence, actor=UserFactory())
        assert again == services.Recorded(0, 0)
        assert list(Attendance.objects.values()) == before
        assert ModelLogEntry.objects.filter(action="cascade.record_attendance").count() == 1

    def test_record_attendance_takes_a_mistaken_presence_back(self):
        session, (first, second), (one, *_others) = self.held()
        services.record_attendance(day=first, presence={one.pk: True}, actor=session.trainer)
        services.record_attendance(day=second, presence={one.pk: True}, actor=session.trainer)
        services.record_attendance(day=first, presence={one.pk: False}, actor=session.trainer)
        assert Training.objects.count() == 1
        services.record_attendance(day=second, presence={one.pk: False}, actor=session.trainer)
        assert Training.objects.count() == 0

    def test_record_attendance_keeps_the_presence_a_certificate_stands_on(self):
        session, (first, _), (one, *_others) = self.held()
        services.record_attendance(day=first, presence={one.pk: True}, actor=session.trainer)
        services.move_enrolment(enrolment=one, to_state=EnrolmentState.CERTIFIED)
        assert "is certified" in refusal(
            services.record_attendance, day=first, presence={one.pk: False}, actor=session.trainer
        )
        assert Attendance.objects.get().is_present

    def test_record_attendance_refuses_a_day_to_come(self):
        tomorrow = timezone.localdate() + timedelta(days=1)
        session = TrainingSessionFactory(days=[tomorrow])
        learner = EnrolmentFactory(cohort=session.cohort)
        assert "has not come" in refusal(
            services.record_attendance,
            day=session.days.get(),
            presence={learner.pk: True},
            actor=session.trainer,
        )

    def test_record_attendance_refuses_people_of_other_cohorts_and_withdrawn_ones(self):
        session, (first, _), (one, *_others) = self.held()
        stranger = EnrolmentFactory()
        gone = EnrolmentFactory(cohort=session.cohort, state=EnrolmentState.WITHDRAWN)
        for bad in (stranger, gone):
            assert "not in this cohort" in refusal(
                services.record_attendance,
                day=first,
                presence={one.pk: True, bad.pk: True},
                actor=session.trainer,
            )
        assert not Attendance.objects.exists()

    def test_record_attendance_refuses_days_after_the_trainers_certificate_was_withdrawn(self):
        session, (first, second), (one, *_others) = self.held()
        services.withdraw_qualification(
            certificate_number=session.trainer_qualification.certificate_number, on=second.date
        )
        services.record_attendance(day=first, presence={one.pk: True}, actor=session.trainer)
        assert "was withdrawn" in refusal(
            services.record_attendance, day=second, presence={one.pk: True}, actor=session.trainer
        )

    def test_record_attendance_queries_do_not_grow_with_people(self, django_assert_max_num_queries):
        for size in (1, 3, 30):
            session = TrainingSessionFactory()
            learners = EnrolmentFactory.create_batch(size, cohort=session.cohort)
            with django_assert_max_num_queries(18):
                services.record_attendance(
                    day=session.days.get(),
                    presence={learner.pk: True for learner in learners},
                    actor=session.trainer,
                )


class TestQualification:
    def test_withdraw_and_restore_qualification(self):
        holder, tier = UserFactory(), TierFactory(level=1)
        granted = QualificationFactory(
            holder=holder,
            tier=tier,
            certificate_number="ABC",
            valid_from=date(2026, 1, 1),
            valid_until=date(2026, 12, 31),
        )
        assert granted.is_valid_on(date(2026, 6, 1))
        withdrawn = services.withdraw_qualification(certificate_number="ABC", on=date(2026, 6, 1))
        assert withdrawn.is_valid_on(date(2026, 5, 31))
        assert not withdrawn.is_valid_on(date(2026, 6, 1))
        restored = services.restore_qualification(certificate_number="ABC")
        assert restored.is_valid_on(date(2026, 6, 1))

    def test_withdraw_qualification_twice_keeps_the_earlier_day(self):
        held = QualificationFactory()
        for on in (date(2026, 5, 1), date(2026, 6, 1)):
            services.withdraw_qualification(certificate_number=held.certificate_number, on=on)
        held.refresh_from_db()
        assert held.withdrawn_on == date(2026, 5, 1)

    @pytest.mark.parametrize(
        "dates",
        [
            {"valid_from": date(2026, 1, 2)},
            {"valid_until": date(2025, 12, 31)},
            {"withdrawn_on": date(2026, 1, 1)},
            {"valid_from": date(2026, 1, 1), "valid_until": date(2026, 1, 1)},
            {"valid_until": None},
            {"withdrawn_on": date(2026, 1, 2)},
        ],
    )
    def test_in_force_and_is_valid_on_are_one_rule(self, dates):
        held = QualificationFactory(**dates)
        on = date(2026, 1, 1)
        assert Qualification.objects.in_force(on).exists() == held.is_valid_on(on)

    def test_number_reads_as_it_is_printed(self):
        assert str(QualificationFactory(certificate_number="7K3M9QXA0D5TH2WZ")) == "7K3M-9QXA-0D5T-H2WZ"
