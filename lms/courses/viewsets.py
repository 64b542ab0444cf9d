"""Staff screens of courses: the list of courses, and which lessons exist in which language."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views import generic
from wagtail.admin.views.reports import ReportView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import page_permission_policy

from lms.common.spreadsheets import SafeSpreadsheetMixin

from . import selectors, services
from .models import Course, LessonPage


class CourseIndexView(SafeSpreadsheetMixin, generic.IndexView):
    pass


class CourseEditView(generic.EditView):
    def save_instance(self) -> Course:
        course: Course = super().save_instance()
        services.rename_course_pages(course=course)
        return course


class CourseViewSet(ModelViewSet):
    model = Course
    icon = "doc-full-inverse"
    menu_label = _("List of courses")
    index_view_class = CourseIndexView
    edit_view_class = CourseEditView
    form_fields = ["code", "name_ar", "name_en", "tier", "hours"]
    list_display = ["code", "name_ar", "name_en", "tier", "hours"]
    list_export = ["code", "name_ar", "name_en", "tier", "hours"]
    search_fields = ["code", "name_ar", "name_en"]
    copy_view_enabled = False


class TranslationsReportView(SafeSpreadsheetMixin, ReportView):
    """Every lesson once, with the state of both languages side by side."""

    page_title = _("Lessons in both languages")
    header_icon = "wagtail-localize-language"
    index_url_name = "courses_translations"
    index_results_url_name = "courses_translations_results"
    results_template_name = "courses/reports/translations_results.html"
    permission_policy = page_permission_policy
    any_permission_required = ["add", "change", "publish"]
    export_filename = "lesson-translations"
    list_export = ["title", "arabic_state", "arabic_date", "english_state", "english_date", "verdict"]
    export_headings = {
        "title": _("Lesson"),
        "arabic_state": _("Arabic"),
        "arabic_date": _("Arabic published"),
        "english_state": _("English"),
        "english_date": _("English published"),
        "verdict": _("Result"),
    }

    def get_base_queryset(self) -> QuerySet[LessonPage]:
        editable = page_permission_policy.instances_user_has_permission_for(self.request.user, "change")
        return selectors.lessons_once().filter(pk__in=editable.values("pk"))

    def decorate_paginated_queryset(self, object_list: Iterable[LessonPage]) -> list[Any]:
        return selectors.translation_rows(object_list)
