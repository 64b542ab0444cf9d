"""The programme, its cohorts and everybody's place in them; then the sessions."""

from datetime import date, time, timedelta

from lms.cascade.models import Cohort, Enrolment, Programme, SessionDay, Tier, TrainingSession
from lms.cascade.services import Day, enrol_learner, open_cohort, record_attendance, schedule_session
from lms.courses.selectors import materials_version, open_lessons
from lms.courses.services import complete_lessons
from lms.people.models import Municipality

from ..world import (
    BEGIN,
    FIRST_SESSION,
    LAST_SESSION,
    OBSERVERS_ENROLLED,
    TRAINERS_TRAINED,
    World,
)

SESSION_DAYS = 4
PRESENT_SHARE, FAITHFUL_SHARE, READER_SHARE = 0.9, 0.88, 0.92


def open_programme(world: World) -> None:
    """The programme with its two tiers, the trainers' cohort, and a cohort of observers a trainer."""
    world.programme = Programme.objects.create(
        code="lto-2026",
        name_ar="برنامج تأهيل المراقبين طويلي الأمد",
        name_en="Long-term observer qualification programme",
        organisation_ar="المنظمة الليبية لمراقبة الانتخابات (عرض تجريبي)",
        organisation_en="Libyan Election Observation Organisation (demo)",
        starts_on=world.day(ago=BEGIN),
        ends_on=world.day(ago=BEGIN) + timedelta(days=540),
        women_share_target=35,
    )
    world.trainer_tier = Tier.objects.create(
        programme=world.programme,
        level=1,
        name_ar="المدربون الرئيسيون",
        name_en="Master trainers",
        course=world.trainer_course,
        target=18,
    )
    world.observer_tier = Tier.objects.create(
        programme=world.programme,
        level=2,
        name_ar="المراقبون طويلو الأمد",
        name_en="Long-term observers",
        course=world.observer_course,
        target=700,
    )
    world.trainer_cohort = open_cohort(
        tier=world.trainer_tier,
        municipality=world.places[0],
        name_ar="دفعة المدربين الرئيسيين",
        name_en="Master trainers’ cohort",
        starts_on=world.day(ago=BEGIN),
        ends_on=world.day(ago=TRAINERS_TRAINED - SESSION_DAYS),
        capacity=18,
        actor=world.lead,
    )
    world.cohorts = [
        _open_observers_cohort(world, trainer, place)
        for trainer, place in zip(world.trainers, world.places, strict=True)
    ]


def _open_observers_cohort(world: World, trainer: object, place: Municipality) -> Cohort:
    return open_cohort(
        tier=world.observer_tier,
        municipality=place,
        name_ar=f"دفعة {place.name_ar}",
        name_en=f"{place.name_en} cohort",
        starts_on=world.day(ago=OBSERVERS_ENROLLED),
        ends_on=world.day(ago=-60),
        capacity=40,
        trainer=trainer,  # type: ignore[arg-type]
        actor=world.lead,
    )


def enrol_everybody(world: World) -> None:
    for trainer in world.trainers:
        _enrol(world, world.trainer_cohort, trainer)
    by_place = {cohort.municipality: cohort for cohort in world.cohorts}
    for observer in world.track(world.observers, "enrolments", len(world.observers)):
        if observer.municipality is not None:
            _enrol(world, by_place[observer.municipality], observer)


def _enrol(world: World, cohort: Cohort, person: object) -> None:
    enrolment = enrol_learner(cohort=cohort, learner=person, actor=world.lead)  # type: ignore[arg-type]
    world.enrolments.setdefault(cohort.pk, []).append(enrolment)


def train_trainers(world: World) -> None:
    """The programme's own workshop; all eighteen are there on every day."""
    session = _hold(
        world, world.trainer_cohort, world.day(ago=TRAINERS_TRAINED), "ورشة إعداد المدربين الرئيسيين"
    )
    enrolments = world.enrolments[world.trainer_cohort.pk]
    for day in session.days.all():
        world.clock.reach(day.date, 17)
        record_attendance(day=day, presence={e.pk: True for e in enrolments}, actor=world.lead)


def train_observers(world: World) -> None:
    """Each trainer's workshop of four days, one after the other, then the lessons on the phone."""
    spacing = (FIRST_SESSION - LAST_SESSION) / len(world.cohorts)
    meetings: list[tuple[SessionDay, Cohort]] = []
    for number, cohort in enumerate(world.cohorts):
        first = world.day(ago=FIRST_SESSION - int(number * spacing))
        session = _hold(world, cohort, first, f"الورشة التدريبية للمراقبين، {cohort.municipality.name_ar}")
        meetings += [(day, cohort) for day in session.days.all()]
    faithful = {
        enrolment.pk: world.chance(FAITHFUL_SHARE)
        for cohort in world.cohorts
        for enrolment in world.enrolments[cohort.pk]
    }
    meetings.sort(key=lambda meeting: (meeting[0].date, meeting[1].pk))
    for day, cohort in world.track(meetings, "training days", len(meetings)):
        _take_attendance(world, day, cohort, faithful)
    _read_lessons(world)


def plan_next_sessions(world: World) -> None:
    """Half the cohorts meet again in the coming weeks, so that there is something to look forward to."""
    for number, cohort in enumerate(world.cohorts[::2]):
        _hold(
            world, cohort, world.today + timedelta(days=4 + number), "جلسة المتابعة والتطبيق العملي", days=1
        )


def _hold(
    world: World, cohort: Cohort, first: date, title: str, *, days: int = SESSION_DAYS
) -> TrainingSession:
    return schedule_session(
        cohort=cohort,
        title=title,
        place=f"قاعة المجلس البلدي {cohort.municipality.name_ar}",
        materials_version=materials_version(cohort.tier.course),
        days=[Day(first + timedelta(days=n), time(9), time(15)) for n in range(days)],
        actor=cohort.trainer or world.lead,
    )


def _take_attendance(world: World, day: SessionDay, cohort: Cohort, faithful: dict[int, bool]) -> None:
    world.clock.reach(day.date, 16)
    presence = {
        enrolment.pk: faithful[enrolment.pk] or world.chance(PRESENT_SHARE)
        for enrolment in world.enrolments[cohort.pk]
    }
    record_attendance(day=day, presence=presence, actor=cohort.trainer or world.lead)


def _read_lessons(world: World) -> None:

    keys = list(dict.fromkeys(open_lessons(world.observer_course).values_list("translation_key", flat=True)))
    enrolments: list[Enrolment] = [e for cohort in world.cohorts for e in world.enrolments[cohort.pk]]
    for enrolment in world.track(enrolments, "lessons read", len(enrolments)):
        read = len(keys) if world.chance(READER_SHARE) else world.random.randrange(len(keys))
        complete_lessons(learner=enrolment.learner, course=world.observer_course, lesson_keys=keys[:read])
