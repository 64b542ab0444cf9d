"""Courses, and what a person has done of them.

`Course` is the language-free identity that cohorts, exams and certificates refer to. Its pages
exist once a language and share Wagtail's translation key, so an Arabic and an English page are
one lesson and completing either completes both.
"""

from collections.abc import Callable
from http import HTTPMethod
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.models import Page
from wagtail.search import index
from wagtail_localize.fields import SynchronizedField

from lms.common.models import BilingualNameModel
from lms.common.streamfield import LightStreamField

from .blocks import LessonBody, Objectives, Sources
from .enums import CourseTier, LessonKind, ModuleStatus
from .words import search_words

PageView = Callable[[HttpRequest, Any], HttpResponse]


class Course(BilingualNameModel):  # type: ignore[django-manager-missing]  # Wagtail has no types
    code = models.CharField(_("code"), max_length=20, unique=True)
    tier = models.CharField(
        _("prepares"), max_length=10, choices=CourseTier.choices, default=CourseTier.OBSERVER
    )
    hours = models.PositiveSmallIntegerField(_("hours"), validators=[MinValueValidator(1)])

    class Meta:
        ordering = ["code"]
        verbose_name = _("course")
        verbose_name_plural = _("courses")

    def name_in(self, language: str) -> str:
        return self.name_en if language == "en" else self.name_ar


class LessonProgress(models.Model):
    """Where one person stands in one lesson, whichever language it was read in."""

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="lesson_progress"
    )
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="+")
    lesson_key = models.UUIDField(_("lesson"), help_text=_("The translation key of the lesson's pages."))
    opened_at = models.DateTimeField(_("last opened"))
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True)

    class Meta:
        verbose_name = _("lesson progress")
        verbose_name_plural = _("lesson progress")
        constraints = [models.UniqueConstraint(fields=["learner", "lesson_key"], name="lesson_progress_once")]
        indexes = [models.Index(fields=["learner", "course", "-opened_at"], name="lesson_progress_resume")]

    def __str__(self) -> str:
        return str(self.lesson_key)


class LearnerPage(Page):
    """A page of a course. What it looks like to a reader is told by a function in `views`.

    The view is attached by `views.serves`, because views know progress and permissions, which
    models must not. Wagtail's preview calls `serve` too, so a preview is the page itself.
    """

    view: ClassVar[PageView]
    #: What is the same in every language: publishing one language carries these to the others.
    shared_facts: ClassVar[tuple[str, ...]] = ()

    allowed_http_methods = [HTTPMethod.GET, HTTPMethod.HEAD, HTTPMethod.OPTIONS]
    override_translatable_fields = [SynchronizedField("slug")]

    class Meta:
        abstract = True

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Not self.view, which Python would bind to the page.
        return type(self).view(request, self)

    @property
    def type_label(self) -> str:
        return str(self._meta.verbose_name)

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        return self.serve(request)

    def searchable_texts(self) -> list[str]:
        return [self.title]

    @property
    def search_text(self) -> str:
        return search_words(" ".join(self.searchable_texts()))

    search_fields = [*Page.search_fields, index.SearchField("search_text")]


class CourseIndexPage(LearnerPage):
    """The catalogue: the root of the course tree of one language."""

    max_count_per_parent = 1
    subpage_types = ["courses.CoursePage"]

    class Meta:
        verbose_name = _("course catalogue")
        verbose_name_plural = _("course catalogues")


class CoursePage(LearnerPage):
    """A course in one language. Its title is the course's name, which certificates print."""

    course = models.ForeignKey(
        Course, on_delete=models.PROTECT, related_name="pages", verbose_name=_("course")
    )
    summary = models.TextField(_("summary"))

    parent_page_types = ["courses.CourseIndexPage"]
    subpage_types = ["courses.ModulePage"]
    content_panels = [FieldPanel("course"), FieldPanel("summary")]

    class Meta:
        verbose_name = _("course page")
        verbose_name_plural = _("course pages")

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        self._take_name()
        super().full_clean(*args, **kwargs)

    def minimal_clean(self) -> None:
        """What Wagtail checks of a draft."""
        self._take_name()
        super().minimal_clean()

    @property
    def type_label(self) -> str:
        return str(Course._meta.verbose_name)

    def _take_name(self) -> None:
        if self.course_id and self.locale_id:
            self.title = self.draft_title = self.course.name_in(self.locale.language_code)

    def clean(self) -> None:
        super().clean()
        twins = CoursePage.objects.filter(course=self.course_id, locale=self.locale_id).exclude(pk=self.pk)
        if self.course_id and twins.exists():
            raise ValidationError({"course": _("This course already has a page in this language.")})

    def searchable_texts(self) -> list[str]:
        return [self.title, self.course.code, self.summary]


class ModulePage(LearnerPage):
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1)])
    hours = models.PositiveSmallIntegerField(_("hours"), validators=[MinValueValidator(1)])
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=ModuleStatus.choices,
        default=ModuleStatus.OPEN,
        help_text=_("Readers see the title and objectives of a coming module, and not its lessons."),
    )
    summary = models.TextField(_("summary"))
    objectives = LightStreamField(Objectives(), verbose_name=_("objectives"), blank=True)

    shared_facts = ("number", "hours", "status")
    parent_page_types = ["courses.CoursePage"]
    subpage_types = ["courses.LessonPage"]
    content_panels = [
        *Page.content_panels,
        FieldRowPanel([FieldPanel("number"), FieldPanel("hours"), FieldPanel("status")]),
        FieldPanel("summary"),
        FieldPanel("objectives"),
    ]

    class Meta:
        verbose_name = _("module")
        verbose_name_plural = _("modules")

    @property
    def is_open(self) -> bool:
        return self.status == ModuleStatus.OPEN

    def searchable_texts(self) -> list[str]:
        return [self.title, self.summary, *(str(objective.value) for objective in self.objectives)]


class LessonPage(LearnerPage):
    kind = models.CharField(_("kind"), max_length=10, choices=LessonKind.choices, default=LessonKind.LESSON)
    minutes = models.PositiveSmallIntegerField(
        _("minutes of reading"), validators=[MinValueValidator(1), MaxValueValidator(600)]
    )
    summary = models.TextField(_("summary"))
    body = LightStreamField(LessonBody(), verbose_name=_("text of the lesson"), blank=True)
    sources = LightStreamField(Sources(), verbose_name=_("sources"), blank=True)

    shared_facts = ("kind", "minutes")
    parent_page_types = ["courses.ModulePage"]
    subpage_types: ClassVar[list[str]] = []
    content_panels = [
        *Page.content_panels,
        FieldRowPanel([FieldPanel("kind"), FieldPanel("minutes")]),
        FieldPanel("summary"),
        FieldPanel("body"),
        FieldPanel("sources"),
    ]

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")

    def searchable_texts(self) -> list[str]:
        body = self._meta.get_field("body").get_searchable_content(self.body)
        return [self.title, self.summary, *(str(text) for text in body)]
