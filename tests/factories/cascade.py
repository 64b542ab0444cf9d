"""The cascade for tests: programmes, tiers, cohorts, enrolments, qualifications, sessions."""

from datetime import date, time
from typing import Any

import factory
from factory.django import DjangoModelFactory

from lms.cascade.enums import EnrolmentState
from lms.cascade.models import (
    Cohort,
    Enrolment,
    Programme,
    Qualification,
    SessionDay,
    Tier,
    TrainingSession,
)
from tests.factories.people import MunicipalityFactory, UserFactory


class ProgrammeFactory(DjangoModelFactory[Programme]):
    class Meta:
        model = Programme

    code = factory.Sequence(lambda n: f"programme-{n}")
    name_ar = "برنامج المراقبين طويلي الأمد"
    name_en = "Long-term observers' programme"
    organisation_ar = "المنظمة الليبية للمراقبة"
    organisation_en = "Libyan Observation Organisation"
    starts_on = date(2025, 1, 1)
    ends_on = date(2027, 12, 31)


class TierFactory(DjangoModelFactory[Tier]):
    """By default the observers' tier: level 2, which level 1 trains."""

    class Meta:
        model = Tier
        django_get_or_create = ("programme", "level")

    programme = factory.SubFactory(ProgrammeFactory)
    level = 2
    name_ar = factory.LazyAttribute(lambda tier: "مدرب رئيسي" if tier.level == 1 else "مراقب طويل الأمد")
    name_en = factory.LazyAttribute(
        lambda tier: "Master trainer" if tier.level == 1 else "Long-term observer"
    )
    course = factory.SubFactory("tests.factories.courses.CourseFactory")
    target = 700


class QualificationFactory(DjangoModelFactory[Qualification]):
    """By default a valid trainer's qualification (level 1)."""

    class Meta:
        model = Qualification

    holder = factory.SubFactory(UserFactory)
    tier = factory.SubFactory(TierFactory, level=1)
    certificate_number = factory.Sequence(lambda n: f"Q{n:015d}")
    register_index = factory.Sequence(lambda n: 1_000_000 + n)
    valid_from = date(2025, 1, 1)
    valid_until = date(2028, 12, 31)


class CohortFactory(DjangoModelFactory[Cohort]):
    class Meta:
        model = Cohort

    tier = factory.SubFactory(TierFactory)
    trainer = factory.SubFactory(UserFactory)
    municipality = factory.SubFactory(MunicipalityFactory)
    name_ar = factory.Sequence(lambda n: f"الدفعة {n}")
    name_en = factory.Sequence(lambda n: f"Cohort {n}")
    starts_on = date(2026, 1, 10)
    ends_on = date(2026, 6, 30)


class EnrolmentFactory(DjangoModelFactory[Enrolment]):
    class Meta:
        model = Enrolment

    cohort = factory.SubFactory(CohortFactory)
    tier = factory.SelfAttribute("cohort.tier")
    learner = factory.SubFactory(UserFactory)
    state = EnrolmentState.ACTIVE


class TrainingSessionFactory(DjangoModelFactory[TrainingSession]):
    """A session of one day (`days=[date, ...]` for others), taught by the cohort's trainer with a valid
    qualification.
    """

    class Meta:
        model = TrainingSession
        skip_postgeneration_save = True

    cohort = factory.SubFactory(CohortFactory)
    trainer = factory.SelfAttribute("cohort.trainer")
    trainer_qualification = factory.Maybe(
        "trainer",
        yes_declaration=factory.SubFactory(
            QualificationFactory,
            holder=factory.SelfAttribute("..trainer"),
            tier__programme=factory.SelfAttribute("...cohort.tier.programme"),
        ),
        no_declaration=None,
    )
    title = "اليوم الأول: مبادئ المراقبة"
    place = "قاعة المجلس البلدي"
    materials_version = "2026-01"

    @factory.post_generation
    def days(self, create: bool, extracted: list[date] | None, **kwargs: Any) -> None:
        if create:
            for day in extracted or [date(2026, 2, 1)]:
                SessionDay.objects.create(session=self, date=day, starts_at=time(9), ends_at=time(15))
