"""What courses add to the administration."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.documents.models import Document
from wagtail.models import Page
from wagtail.permissions import page_permission_policy

from .byte_ranges import UnsatisfiableRangeError, requested_part
from .models import CourseIndexPage, CoursePage
from .viewsets import CourseViewSet, TranslationsReportView

MAX_PART = 1024 * 1024


class PageEditorsMenuItem(MenuItem):
    """For those who may work on pages."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(
            page_permission_policy.user_has_any_permission(request.user, ["add", "change", "publish"])
        )


class CoursesViewSetGroup(ViewSetGroup):
    menu_label = _("Courses")
    menu_icon = "doc-full-inverse"
    menu_order = 150
    items = (CourseViewSet("courses_admin", url_prefix="courses/list"),)

    def get_submenu_items(self) -> list[MenuItem]:
        return [
            PageEditorsMenuItem(
                _("Pages and lessons"),
                reverse_lazy("courses_explore"),
                icon_name="folder-open-inverse",
                order=0,
            ),
            PageEditorsMenuItem(
                _("Lessons in both languages"),
                reverse_lazy("courses_translations"),
                icon_name="globe",
                order=1,
            ),
            *super().get_submenu_items(),
        ]


@hooks.register("register_admin_viewset")
def register_courses() -> CoursesViewSetGroup:
    return CoursesViewSetGroup()


@hooks.register("register_admin_urls")
def register_course_urls() -> list[URLPattern]:
    report = TranslationsReportView
    return [
        path("courses/pages/", explore, name="courses_explore"),
        path("courses/translations/", report.as_view(), name="courses_translations"),
        path(
            "courses/translations/results/",
            report.as_view(results_only=True),
            name="courses_translations_results",
        ),
    ]


def explore(request: HttpRequest) -> HttpResponse:
    """The course pages in the explorer, in the editor's language."""
    index = CourseIndexPage.objects.filter(locale__language_code=get_language()).order_by("path").first()
    return redirect("wagtailadmin_explore", *([index.pk] if index else []))


@hooks.register("before_serve_document", order=100)  # after the check of a private collection
def serve_part(document: Document, request: HttpRequest) -> HttpResponse | None:
    """A part of a sound or film, so that players can start at once, seek, and go on after a lost connection.

    Wagtail sends documents whole, which leaves a film of twelve megabytes unseekable on a phone.
    """
    header = request.headers.get("Range")
    if (
        not header
        or "If-Range" in request.headers
        or not document.content_type.startswith(("audio/", "video/"))
    ):
        return None
    size = document.file.size
    try:
        part = requested_part(header, size, MAX_PART)
    except UnsatisfiableRangeError:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    if part is None:
        return None
    first, last = part
    with document.file.open("rb") as stream:
        stream.seek(first)
        content = stream.read(last - first + 1)
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Encoding": "identity",  # a compressed part would not be the bytes that were asked for
        "Content-Range": f"bytes {first}-{last}/{size}",
        "Content-Security-Policy": "default-src 'none'",
        "ETag": f'"{document.file_hash}"',
    }
    return HttpResponse(content, status=206, content_type=document.content_type, headers=headers)


@hooks.register("before_copy_page")
def refuse_second_course_page(request: HttpRequest, page: Page) -> HttpResponse | None:
    """A course has one page in a language, so a copy could not be saved; say it before the form."""
    if isinstance(page.specific, CoursePage):
        messages.error(request, _("A course has one page in each language. Copy its modules instead."))
        return redirect("wagtailadmin_explore", page.pk)
    return None
