"""What has to stay the same across the languages of a course."""

from typing import Any

from django.db import transaction

from ..models import Course, CoursePage, LearnerPage


@transaction.atomic
def share_facts(*, page: LearnerPage) -> None:
    """Carry what is language-free (number, hours, status, kind, minutes) to the page's translations."""
    facts = {name: getattr(page, name) for name in page.shared_facts}
    for twin in page.get_translations():
        if any(getattr(twin, name) != value for name, value in facts.items()):
            _revise(twin, **facts)


@transaction.atomic
def rename_course_pages(*, course: Course) -> None:
    """The course's pages carry its name: called after the name changed."""
    for page in CoursePage.objects.filter(course=course).select_related("locale"):
        title = course.name_in(page.locale.language_code)
        if page.title != title:
            _revise(page, title=title, draft_title=title)


def _revise(page: LearnerPage, **values: Any) -> None:
    """A new revision with these values, published unless somebody is in the middle of an edit.

    In that case both the draft and the live page get the values, and the rest of the draft stays a draft.
    """
    has_draft = page.has_unpublished_changes
    newest = page.get_latest_revision_as_object()
    for name, value in values.items():
        setattr(newest, name, value)
    revision = newest.save_revision(clean=False)
    if page.live and not has_draft:
        revision.publish()
    else:
        type(page).objects.filter(pk=page.pk).update(**values)
