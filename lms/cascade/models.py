"""The cascade: a programme trains trainers, who train observers, to any depth.

A trainer teaches only while holding a valid qualification for a tier above the cohort's.
Qualifications are granted and ended by the certificates app in the transaction that issues or
revokes the certificate, so this app never needs to know how certificates work.
"""

from datetime import date
from textwrap import wrap

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from lms.common.models import BilingualNameModel, PublicIdModel
from lms.people.enums import Sex
from lms.people.models import Municipality

from .enums import EnrolmentState


class Programme(PublicIdModel, BilingualNameModel):
    code = models.SlugField(_("code"), max_length=40, unique=True)
    organisation_ar = models.CharField(_("organisation in Arabic"), max_length=200)
    organisation_en = models.CharField(_("organisation in English"), max_length=200)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    municipalities_min = models.PositiveSmallIntegerField(_("fewest municipalities"), default=14)
    municipalities_max = models.PositiveSmallIntegerField(_("most municipalities"), default=18)
    women_share_target = models.PositiveSmallIntegerField(
        _("target share of women, per cent"), default=30, validators=[MaxValueValidator(100)]
    )

    class Meta:
        ordering = ["-starts_on", "code"]
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        permissions = [
            ("view_dashboard", _("Can see the programme dashboard")),
            ("import_trainees", _("Can import trainees")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="programme_dates_ordered"),
            models.CheckConstraint(
                condition=Q(municipalities_max__gte=F("municipalities_min")),
                name="programme_municipality_bounds_ordered",
            ),
        ]


class Tier(BilingualNameModel):
    """A rung of the cascade. Level 1 is trained by the programme itself, level n by level n - 1."""

    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, related_name="tiers", verbose_name=_("programme")
    )
    level = models.PositiveSmallIntegerField(_("level"), validators=[MinValueValidator(1)])
    course = models.ForeignKey(
        "courses.Course", on_delete=models.PROTECT, related_name="tiers", verbose_name=_("course")
    )
    target = models.PositiveIntegerField(_("target number of people"))

    class Meta:
        ordering = ["programme", "level"]
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        constraints = [
            models.UniqueConstraint(fields=["programme", "level"], name="tier_level_once_a_programme"),
            models.CheckConstraint(condition=Q(level__gte=1), name="tier_level_from_one"),
        ]


class QualificationQuerySet(models.QuerySet["Qualification"]):
    def in_force(self, day: date) -> "QualificationQuerySet":
        """Those that entitle their holder on `day`: the same rule as `is_valid_on`, asked of the database."""
        return self.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=day),
            Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=day),
            valid_from__lte=day,
        )


class Qualification(models.Model):
    """That a person may act at a tier: the shadow of one certificate, kept by the certificates app."""

    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="qualifications"
    )
    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="qualifications")
    certificate_number = models.CharField(_("certificate number"), max_length=16, unique=True)
    register_index = models.PositiveBigIntegerField(_("register index"), unique=True)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)

    objects = QualificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("qualification")
        verbose_name_plural = _("qualifications")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                name="qualification_dates_ordered",
            ),
        ]

    def __str__(self) -> str:
        """The number as it is printed, in fours."""
        return "-".join(wrap(self.certificate_number, 4))

    def is_valid_on(self, day: date) -> bool:
        """Whether the certificate entitled its holder on `day` (a withdrawal counts from its own day)."""
        return (
            self.valid_from <= day
            and (self.valid_until is None or day <= self.valid_until)
            and (self.withdrawn_on is None or day < self.withdrawn_on)
        )


class CohortQuerySet(models.QuerySet["Cohort"]):
    def with_numbers(self) -> "CohortQuerySet":
        """Annotated with `learners` (all who have not withdrawn), `women` and `certified` among them."""
        here = ~Q(enrolments__state=EnrolmentState.WITHDRAWN)
        return self.annotate(
            learners=Count("enrolments", filter=here),
            women=Count("enrolments", filter=here & Q(enrolments__learner__sex=Sex.FEMALE)),
            certified=Count("enrolments", filter=Q(enrolments__state=EnrolmentState.CERTIFIED)),
        )


class Cohort(PublicIdModel, BilingualNameModel):
    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="cohorts", verbose_name=_("tier"))
    trainer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cohorts_taught",
        verbose_name=_("trainer"),
        help_text=_("Empty where the programme itself trains."),
    )
    municipality = models.ForeignKey(
        Municipality, on_delete=models.PROTECT, related_name="cohorts", verbose_name=_("municipality")
    )
    capacity = models.PositiveSmallIntegerField(_("capacity"), default=50, validators=[MinValueValidator(1)])
    women_share_target = models.PositiveSmallIntegerField(
        _("target share of women, per cent"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(100)],
        help_text=_("Empty where the programme's own target applies."),
    )
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))

    # Only on cohorts that came `with_numbers`.
    learners: int
    women: int
    certified: int

    objects = CohortQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on", "name_ar"]
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="cohort_dates_ordered"),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="cohort_capacity_positive"),
        ]


class Enrolment(PublicIdModel):
    """A person's place in a cohort. `tier` repeats the cohort's so that the database can keep it single."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="enrolments")
    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="enrolments", editable=False)
    learner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="enrolments")
    state = models.CharField(
        _("state"), max_length=12, choices=EnrolmentState.choices, default=EnrolmentState.INVITED
    )
    enrolled_at = models.DateTimeField(_("enrolled"), auto_now_add=True)
    changed_at = models.DateTimeField(_("state changed"), auto_now=True)
    invited_at = models.DateTimeField(_("invitation sent"), null=True, blank=True, editable=False)

    class Meta:
        ordering = ["cohort", "learner__name_ar"]
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        constraints = [
            models.UniqueConstraint(fields=["cohort", "learner"], name="enrolment_once_a_cohort"),
            models.UniqueConstraint(
                fields=["tier", "learner"],
                condition=~Q(state=EnrolmentState.WITHDRAWN),
                name="enrolment_once_a_tier",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class TrainingSession(PublicIdModel, ClusterableModel):
    """One meeting of a cohort, of one or more days, with the materials it used."""

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="sessions")
    trainer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sessions_taught",
        verbose_name=_("trainer"),
    )
    trainer_qualification = models.ForeignKey(
        Qualification,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sessions",
        editable=False,
    )
    title = models.CharField(_("title"), max_length=200)
    place = models.CharField(_("place"), max_length=200)
    materials_version = models.CharField(_("materials version"), max_length=64)

    class Meta:
        verbose_name = _("training session")
        verbose_name_plural = _("training sessions")
        constraints = [
            models.CheckConstraint(
                condition=Q(trainer__isnull=True, trainer_qualification__isnull=True)
                | Q(trainer__isnull=False, trainer_qualification__isnull=False),
                name="session_trainer_is_qualified",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SessionDay(models.Model):
    session = ParentalKey(TrainingSession, on_delete=models.CASCADE, related_name="days")
    date = models.DateField(_("date"))
    starts_at = models.TimeField(_("starts at"))
    ends_at = models.TimeField(_("ends at"))

    class Meta:
        ordering = ["date"]
        verbose_name = _("session day")
        verbose_name_plural = _("session days")
        constraints = [
            models.UniqueConstraint(fields=["session", "date"], name="session_day_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="session_day_times_ordered"),
        ]

    def __str__(self) -> str:
        return f"{self.date}"


class Attendance(models.Model):
    day = models.ForeignKey(SessionDay, on_delete=models.PROTECT, related_name="attendance")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="attendance")
    is_present = models.BooleanField(_("present"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded"), auto_now=True)

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        constraints = [models.UniqueConstraint(fields=["day", "enrolment"], name="attendance_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.is_present}"


class Training(models.Model):
    """The edge "X trained Y": written when a learner was first present, never rewritten.

    It goes only if the presence itself turns out to have been a mistake before the learner was certified.
    """

    session = models.ForeignKey(TrainingSession, on_delete=models.PROTECT, related_name="trainings")
    trainer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="trainings_given"
    )
    trainer_qualification = models.ForeignKey(
        Qualification, on_delete=models.PROTECT, null=True, related_name="trainings"
    )
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="trainings_received"
    )
    date = models.DateField(_("date"))
    place = models.CharField(_("place"), max_length=200)
    materials_version = models.CharField(_("materials version"), max_length=64)

    class Meta:
        ordering = ["date"]
        verbose_name = _("training")
        verbose_name_plural = _("trainings")
        constraints = [
            models.UniqueConstraint(fields=["session", "learner"], name="training_once_a_session"),
            models.CheckConstraint(
                condition=Q(trainer__isnull=True) | ~Q(trainer=F("learner")), name="nobody_trains_himself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date}"


class TraineeImport(PublicIdModel):
    """A list of trainees between its dry run and the decision about it.

    The file is kept in the database because another server process may answer the confirmation, and it is
    emptied as soon as it has been imported; abandoned ones are deleted after a day.
    """

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="imports")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(_("file name"), max_length=200)
    content = models.BinaryField(_("content"))
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    imported_at = models.DateTimeField(_("imported"), null=True, blank=True)
    created_count = models.PositiveIntegerField(_("new people"), default=0)
    enrolled_count = models.PositiveIntegerField(_("new enrolments"), default=0)

    class Meta:
        ordering = ["-uploaded_at"]
        verbose_name = _("import of trainees")
        verbose_name_plural = _("imports of trainees")

    def __str__(self) -> str:
        return self.file_name
