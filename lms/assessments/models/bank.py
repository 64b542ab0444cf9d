"""The question bank.

A question is a code in a bank; what people answer is one of its versions. A published version never
changes again: saving, updating or deleting it or its options is refused here, slots of frozen forms
protect it in the database, and its digest shows a change made behind the application's back.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Self, cast

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Max, OuterRef, Q, Subquery
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from lms.assessments.content import (
    Bilingual,
    Criterion,
    Kind,
    OptionContent,
    QuestionContent,
    Stimulus,
    digest,
)
from lms.assessments.enums import Difficulty, QuestionKind
from lms.assessments.spec import read_region, read_spec, write_region
from lms.common.models import BilingualNameModel, PublicIdModel

from .images import IllustratedModel


class ImmutableVersionError(Exception):
    """Somebody tried to change or delete a published version. Write a new version instead."""


class QuestionBank(PublicIdModel, BilingualNameModel):
    """Questions that are kept together. A bank serves either exams or practice: practice gives answers away."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    practice_course = models.ForeignKey(
        "courses.Course",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="practice_banks",
        verbose_name=_("course to practise for"),
        help_text=_(
            "If set, this bank is for practice: its learners see the right answers, and no exam uses it."
        ),
    )

    class Meta:
        ordering = ["code"]
        verbose_name = _("question bank")
        verbose_name_plural = _("question banks")


class QuestionArea(BilingualNameModel):
    """A part of the syllabus. Forms are drawn across areas, and a learner's result is shown by area."""

    bank = models.ForeignKey(
        QuestionBank, on_delete=models.PROTECT, related_name="areas", verbose_name=_("question bank")
    )
    code = models.SlugField(_("code"), max_length=40)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["bank", "order", "code"]
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        constraints = [models.UniqueConstraint(fields=["bank", "code"], name="area_code_once_a_bank")]


class Question(PublicIdModel):
    """What does not change when the wording does: where the question belongs and how hard it is."""

    bank = models.ForeignKey(
        QuestionBank, on_delete=models.PROTECT, related_name="questions", verbose_name=_("question bank")
    )
    code = models.CharField(_("code"), max_length=40)
    area = models.ForeignKey(
        QuestionArea, on_delete=models.PROTECT, related_name="questions", verbose_name=_("area")
    )
    topic = models.SlugField(_("topic"), max_length=60)
    objective = models.CharField(_("objective"), max_length=20, blank=True)
    difficulty = models.CharField(_("difficulty"), max_length=6, choices=Difficulty.choices)
    scenario = models.ForeignKey(
        "Scenario",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="questions",
        verbose_name=_("scenario"),
        help_text=_("Questions of a scenario are drawn together, with its text above each."),
    )
    scenario_order = models.PositiveSmallIntegerField(_("place in the scenario"), default=0)
    is_retired = models.BooleanField(
        _("retired"), default=False, help_text=_("A retired question is no longer drawn for new forms.")
    )

    class Meta:
        ordering = ["bank", "code"]
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [models.UniqueConstraint(fields=["bank", "code"], name="question_code_once_a_bank")]

    def __str__(self) -> str:
        return self.code


class QuestionVersionQuerySet(models.QuerySet["QuestionVersion"]):
    def current(self) -> Self:
        """The newest published version of each question, which is what new forms use."""
        newest = (
            QuestionVersion.objects.filter(question=OuterRef("question"), published_at__isnull=False)
            .order_by()
            .values("question")
            .annotate(newest=Max("number"))
            .values("newest")
        )
        return self.filter(number=Subquery(newest))

    def with_content(self) -> Self:
        """What `content()` of published versions reads, in three queries."""
        return self.select_related("image", "stimulus__image").prefetch_related("options", "rubric")

    def update(self, **values: Any) -> int:
        _refuse_if_any(self.filter(published_at__isnull=False))
        return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        _refuse_if_any(self.filter(published_at__isnull=False))
        return super().delete()


class QuestionVersion(PublicIdModel, IllustratedModel, ClusterableModel):
    """The text of a question as somebody answered it: a draft until published, then immutable."""

    question = models.ForeignKey(
        Question, on_delete=models.PROTECT, related_name="versions", verbose_name=_("question")
    )
    number = models.PositiveSmallIntegerField(_("version"))
    kind = models.CharField(
        _("kind"), max_length=12, choices=QuestionKind.choices, default=QuestionKind.SINGLE
    )
    spec = models.JSONField(_("answer key apart from options"), default=dict, blank=True, editable=False)
    stimulus = models.ForeignKey(
        "Stimulus",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="versions",
        verbose_name=_("text of the scenario when published"),
    )
    stem_ar = models.TextField(_("question in Arabic"), blank=True)
    stem_en = models.TextField(_("question in English"), blank=True)
    explanation_ar = models.TextField(_("explanation in Arabic"), blank=True)
    explanation_en = models.TextField(_("explanation in English"), blank=True)
    source = models.TextField(_("source"), blank=True)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    digest = models.CharField(_("seal"), max_length=64, blank=True, editable=False)

    objects = QuestionVersionQuerySet.as_manager()

    class Meta:
        ordering = ["question", "number"]
        verbose_name = _("question version")
        verbose_name_plural = _("question versions")
        permissions = [("publish_questionversion", _("Can publish question versions"))]
        constraints = [
            models.UniqueConstraint(fields=["question", "number"], name="question_version_number_once"),
            models.UniqueConstraint(
                fields=["question"],
                condition=Q(published_at__isnull=True),
                name="question_one_draft_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True, digest="")
                | (
                    Q(published_at__isnull=False)
                    & ~Q(digest="")
                    & ~Q(stem_ar="")
                    & ~Q(stem_en="")
                    & ~Q(explanation_ar="")
                    & ~Q(explanation_en="")
                ),
                name="question_version_published_is_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question.code} v{self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            _refuse_if_any(QuestionVersion.objects.filter(pk=self.pk, published_at__isnull=False))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        _refuse_if_any(QuestionVersion.objects.filter(pk=self.pk, published_at__isnull=False))
        return super().delete(*args, **kwargs)

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    @property
    def stem(self) -> str:
        return self.stem_en if get_language() == "en" else self.stem_ar

    @property
    def explanation(self) -> str:
        return self.explanation_en if get_language() == "en" else self.explanation_ar

    def content(self) -> QuestionContent:
        """What this version says: options, rubric, image and scenario included."""
        spec = read_spec(self.spec)
        return QuestionContent(
            kind=cast(Kind, self.kind),
            stem=Bilingual(self.stem_ar, self.stem_en),
            options=self._option_contents(),
            explanation=Bilingual(self.explanation_ar, self.explanation_en),
            source=self.source,
            credit=spec.credit,
            numeric=spec.numeric,
            accepted=spec.accepted,
            rubric=tuple(row.content() for row in sorted(self.rubric.all(), key=lambda row: row.key)),
            image=self.image_content(),
            stimulus=self._stimulus_content(),
        )

    def _option_contents(self) -> tuple[OptionContent, ...]:
        options = sorted(self.options.all(), key=lambda option: option.key)
        if self.kind != QuestionKind.ORDERING:
            return tuple(option.content() for option in options)
        places = {option.key: n for n, option in enumerate(sorted(options, key=_arranged), start=1)}
        return tuple(option.content(rank=places[option.key]) for option in options)

    def _stimulus_content(self) -> Stimulus | None:
        """The scenario as it was sealed; of a draft, as it is now."""
        if self.is_published:
            return self.stimulus.content() if self.stimulus else None
        scenario = self.question.scenario
        return scenario.content() if scenario else None

    def is_intact(self) -> bool:
        """Whether a published version still says what was sealed; true for a draft, which has no seal."""
        return not self.digest or digest(self.content()) == self.digest


class PartQuerySet(models.QuerySet[Any]):
    """Rows that are part of a version, and as immutable."""

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        parts = list(objs)
        versions = {part.version_id for part in parts}
        _refuse_if_any(QuestionVersion.objects.filter(pk__in=versions, published_at__isnull=False))
        return super().bulk_create(parts, *args, **kwargs)

    def update(self, **values: Any) -> int:
        _refuse_if_any(self.filter(version__published_at__isnull=False))
        return super().update(**values)

    def delete(self) -> tuple[int, dict[str, int]]:
        _refuse_if_any(self.filter(version__published_at__isnull=False))
        return super().delete()


class VersionPart(models.Model):
    """A row of a version in both languages, under a key that is its own within the version."""

    key = models.CharField(_("key"), max_length=4)
    text_ar = models.TextField(_("text in Arabic"), blank=True)
    text_en = models.TextField(_("text in English"), blank=True)
    rank = models.PositiveSmallIntegerField(_("order"), null=True, editable=False)

    sort_order_field = "rank"
    version_id: int

    objects = PartQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.key

    def save(self, *args: Any, **kwargs: Any) -> None:
        _refuse_if_any(QuestionVersion.objects.filter(pk=self.version_id, published_at__isnull=False))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        _refuse_if_any(QuestionVersion.objects.filter(pk=self.version_id, published_at__isnull=False))
        return super().delete(*args, **kwargs)

    @property
    def text(self) -> str:
        return self.text_en if get_language() == "en" else self.text_ar


class Option(VersionPart):
    """One of the choices, pairs, steps or regions of a version.

    Learners never see `key` or `is_correct`: they choose by place. In a matching question the text is the
    prompt, and an option without one is a distractor; in an ordering question `rank` is the right order.
    """

    version = ParentalKey(QuestionVersion, on_delete=models.CASCADE, related_name="options")
    is_correct = models.BooleanField(_("correct"), default=False)
    match_ar = models.TextField(_("match in Arabic"), blank=True)
    match_en = models.TextField(_("match in English"), blank=True)
    region = models.CharField(
        pgettext_lazy("question", "region"),
        max_length=200,
        blank=True,
        help_text=_(
            "In thousandths of the image, from its top left corner. Rectangle: x y width height. "
            "Circle: x y radius. Polygon: x y of each corner."
        ),
    )

    class Meta:
        ordering = ["version", "key"]
        verbose_name = _("option")
        verbose_name_plural = _("options")
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="option_key_once")]

    @property
    def match(self) -> str:
        return self.match_en if get_language() == "en" else self.match_ar

    def clean(self) -> None:
        try:
            self.region = write_region(read_region(self.region))
        except ValueError:
            sentence = _(
                "Write the numbers only, with spaces between them, each from 0 to 1000: four for a "
                "rectangle, three for a circle, six or more for a polygon."
            )
            raise ValidationError({"region": sentence}) from None

    def content(self, *, rank: int | None = None) -> OptionContent:
        return OptionContent(
            key=self.key,
            is_correct=self.is_correct,
            text=Bilingual(self.text_ar, self.text_en),
            match=Bilingual(self.match_ar, self.match_en),
            rank=rank,
            region=read_region(self.region),
        )


class RubricRow(VersionPart):
    """What a marker looks for in an open answer, and the most marks for it."""

    version = ParentalKey(QuestionVersion, on_delete=models.CASCADE, related_name="rubric")
    marks = models.DecimalField(
        _("marks"), max_digits=5, decimal_places=2, default=1, validators=[MinValueValidator(Decimal("0.01"))]
    )

    class Meta:
        ordering = ["version", "key"]
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="criterion_key_once"),
            models.CheckConstraint(condition=Q(marks__gt=0), name="criterion_earns_marks"),
        ]

    def content(self) -> Criterion:
        return Criterion(self.key, Bilingual(self.text_ar, self.text_en), self.marks)


def _arranged(option: Option) -> tuple[bool, int, str]:
    """As the author arranged them; what was never arranged comes last, by key."""
    return (option.rank is None, option.rank or 0, option.key)


# What Wagtail must know is which questions use an image; its index of uses needs nothing else of a version.
for _name in ("question", "stimulus"):
    QuestionVersion._meta.get_field(_name).wagtail_reference_index_ignore = True  # type: ignore[union-attr]


def _refuse_if_any(published: models.QuerySet[Any]) -> None:
    if published.exists():
        raise ImmutableVersionError("A published question version never changes; write a new version.")
