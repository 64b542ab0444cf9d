"""What readers see of courses. Wagtail finds the page of an address; these functions show it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lms.people.models import User

from . import selectors, services
from .models import CourseIndexPage, CoursePage, LearnerPage, LessonPage, ModulePage

PageType = TypeVar("PageType", bound=LearnerPage)
View = Callable[[HttpRequest, PageType], HttpResponse]

MAX_QUERY = 200
LONG_AGO = datetime.min.replace(tzinfo=UTC)


class SignedInRequest(HttpRequest):
    """A request behind `login_required`."""

    user: User


def serves(page_class: type[PageType]) -> Callable[[View[PageType]], View[PageType]]:
    """Make the function what readers see of this type of page, in Wagtail's preview too."""

    def attach(view: View[PageType]) -> View[PageType]:
        page_class.view = staticmethod(view)
        return view

    return attach


# --- The pages of a course -------------------------------------------------------------------


@serves(CourseIndexPage)
def catalogue(request: HttpRequest, page: CourseIndexPage) -> HttpResponse:
    """Every course, or what a search found in them."""
    query = request.GET.get("q", "").strip()[:MAX_QUERY]
    context: dict[str, object] = {"page": page, "query": query}
    if query:
        context["results"] = selectors.search_courses(page, query)
    else:
        pages = selectors.course_pages(page.locale.language_code)
        context["outlines"] = selectors.outlines(list(pages), request.user)
    return render(request, "courses/catalogue.html", context)


@serves(CoursePage)
def course(request: HttpRequest, page: CoursePage) -> HttpResponse:
    """A course with its modules; anybody may see what it teaches."""
    (outline,) = selectors.outlines([page], request.user)
    may_read = request.user.has_perm("courses.read_lessons", page.course)
    return render(request, "courses/course.html", {"page": page, "outline": outline, "may_read": may_read})


@serves(ModulePage)
def module(request: HttpRequest, page: ModulePage) -> HttpResponse:
    """A module with its objectives and the titles of its lessons, for anybody."""
    course_page = _published_course(request, page)
    (outline,) = selectors.outlines([course_page], request.user)
    context = {
        "page": page,
        "course_page": course_page,
        "module": outline.module_of(page),
        "may_read": request.user.has_perm("courses.read_lessons", course_page.course),
    }
    return render(request, "courses/module.html", context)


@serves(LessonPage)
def lesson(request: HttpRequest, page: LessonPage) -> HttpResponse:
    """A lesson, for those who are enrolled and for staff. Reading it is remembered, previewing it is not."""
    course_page = _published_course(request, page)
    may_read = request.user.has_perm("courses.read_lessons", course_page.course)
    if not may_read:
        return _turn_away(request, page, course_page)
    (outline,) = selectors.outlines([course_page], request.user)
    entry = outline.entry(page.translation_key)
    if entry is None and not request.user.has_perm("wagtailadmin.access_admin"):
        raise Http404
    if entry is not None and isinstance(request.user, User) and not _is_preview(request):
        services.open_lesson(learner=request.user, course=course_page.course, lesson_key=entry.key)
    selectors.prefetch_renditions(page)
    context = {
        "page": page,
        "course_page": course_page,
        "module_page": selectors.module_page_of(page),
        "entry": entry,
        "before": outline.before(page.translation_key),
        "after": outline.after(page.translation_key),
    }
    return render(request, "courses/lesson.html", context)


def _published_course(request: HttpRequest, page: LearnerPage) -> CoursePage:
    """The course page above. Below one that is not published there is nothing, except for a preview."""
    course_page = selectors.course_page_of(page)
    if not course_page.live and not _is_preview(request):
        raise Http404
    return course_page


def _is_preview(request: HttpRequest) -> bool:
    return bool(getattr(request, "is_preview", False))


def _turn_away(request: HttpRequest, page: LessonPage, course_page: CoursePage) -> HttpResponse:
    if not request.user.is_authenticated:
        messages.info(request, _("Sign in to read the lessons."))
        return redirect_to_login(request.get_full_path())
    context = {"page": page, "course_page": course_page}
    return render(request, "courses/lesson_refused.html", context, status=403)


# --- The reader's own ------------------------------------------------------------------------


@require_safe
def catalogue_entry(request: HttpRequest) -> HttpResponse:
    """The catalogue's fixed address, for menus: it leads to the page of the language."""
    index = CourseIndexPage.objects.live().filter(locale__language_code=get_language()).first()
    if index is None:
        return render(request, "courses/catalogue.html", {"outlines": []})
    return redirect(index.get_url(request))


@require_safe
@login_required
def my_learning(request: SignedInRequest) -> HttpResponse:
    """The reader's courses, with where to go on above everything else."""
    pages = selectors.course_pages(get_language()).filter(course__in=selectors.readable_courses(request.user))
    outlines = selectors.outlines(list(pages), request.user)
    going_on = [outline for outline in outlines if outline.next_lesson]
    going_on.sort(key=lambda outline: outline.last_opened_at or LONG_AGO, reverse=True)
    return render(
        request,
        "courses/my_learning.html",
        {"outlines": outlines, "current": going_on[0] if going_on else None},
    )


@require_POST
@login_required
def complete(request: SignedInRequest, lesson_key: UUID) -> HttpResponse:
    """Mark a lesson as done and go on to the next one."""
    page = (
        LessonPage.objects.live()
        .filter(translation_key=lesson_key, locale__language_code=get_language())
        .first()
    )
    if page is None:
        raise Http404
    course_page = _published_course(request, page)
    if not request.user.has_perm("courses.read_lessons", course_page.course):
        raise Http404
    (outline,) = selectors.outlines([course_page], request.user)
    if outline.entry(lesson_key) is None:
        raise Http404
    services.complete_lessons(learner=request.user, course=course_page.course, lesson_keys=[lesson_key])
    messages.success(request, _("Lesson completed: %(title)s") % {"title": page.title})
    after = outline.after(lesson_key)
    return redirect((after.page if after else course_page).get_url(request))
