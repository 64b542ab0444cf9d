"""The place of the courses in the page tree, and who may work there."""

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext, override
from wagtail.models import (
    GroupApprovalTask,
    GroupPagePermission,
    Locale,
    Page,
    Site,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from lms.people.enums import Role

from ..models import CourseIndexPage

CATALOGUE_SLUG = "courses"

#: What a role may do with every page below the catalogue. Whoever may publish may also ask for a review instead;
#: approving a review publishes, so reviewers may.
_PAGE_PERMISSIONS = {
    Role.PROGRAMME_LEAD: ("add", "change", "publish", "lock", "unlock"),
    Role.MASTER_TRAINER: ("add", "change", "publish"),
    Role.REVIEWER: ("change", "publish"),
}


@transaction.atomic
def ensure_course_tree(*, locale: Locale) -> CourseIndexPage:
    """The catalogue of one language, made with its permissions and review workflow if it is not there.

    It stands below the home page of that language; a site that has none in this language gets a copy of
    the one it has. Catalogues of different languages are translations of each other.
    """
    index: CourseIndexPage | None = CourseIndexPage.objects.filter(locale=locale).order_by("path").first()
    if index is not None:
        return index
    home = _home_page(locale)
    with override(locale.language_code):
        title = gettext("Courses")
    index = CourseIndexPage(title=title, slug=CATALOGUE_SLUG, locale=locale, live=False)
    twin = CourseIndexPage.objects.exclude(locale=locale).order_by("path").first()
    if twin is not None:
        index.translation_key = twin.translation_key
    home.add_child(instance=index)
    index.save_revision().publish()
    _grant(index)
    _ask_for_review(index)
    index.refresh_from_db()
    return index


def _home_page(locale: Locale) -> Page:
    site = Site.objects.select_related("root_page").get(is_default_site=True)
    home = site.root_page
    if home.locale_id == locale.pk:
        return home.specific
    translated = home.get_translation_or_none(locale)
    if translated is None:
        translated = home.specific.copy_for_translation(locale)
        translated.save_revision().publish()
        translated.refresh_from_db()
    return translated.specific


def _grant(index: CourseIndexPage) -> None:
    for role, permission_types in _PAGE_PERMISSIONS.items():
        group, _created = Group.objects.get_or_create(name=role.value)
        for permission_type in permission_types:
            GroupPagePermission.objects.create(group=group, page=index, permission_type=permission_type)


def _ask_for_review(index: CourseIndexPage) -> None:
    """Lessons sent for review go to the reviewers, by one workflow for all languages."""
    shared = WorkflowPage.objects.filter(page__in=index.get_translations(inclusive=True)).first()
    workflow = shared.workflow if shared else _review_workflow()
    WorkflowPage.objects.create(page=index, workflow=workflow)


def _review_workflow() -> Workflow:
    workflow = Workflow.objects.create(name=gettext("Review of lessons"))
    task = GroupApprovalTask.objects.create(name=gettext("Approval by a reviewer"))
    task.groups.set(Group.objects.filter(name=Role.REVIEWER.value))
    WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    return workflow
