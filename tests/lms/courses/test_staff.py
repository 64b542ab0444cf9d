"""What trainers, leads and reviewers may do with course pages in the administration."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupPagePermission, Page
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from lms.courses.models import Course, CoursePage, LessonPage, ModulePage
from lms.courses.selectors import lessons_once, translation_rows
from lms.courses.services import rename_course_pages
from lms.home.services import ensure_site
from lms.people.enums import Role
from lms.people.models import User
from tests.factories.courses import CourseFactory, CoursePages, make_course_pages
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]


@pytest.fixture
def made() -> CoursePages:
    ensure_site()
    return make_course_pages(CourseFactory(code="LTO"), lessons=2)


@pytest.fixture
def trainer(as_user: SignIn) -> Client:
    return as_user(UserFactory(role=Role.MASTER_TRAINER))


def edit_form(page: LessonPage, **fields: Any) -> dict[str, Any]:
    data = {
        "title": page.title,
        "slug": page.slug,
        "kind": page.kind,
        "minutes": page.minutes,
        "summary": page.summary,
        "body": streamfield([("text", rich_text("<p>نص جديد</p>"))]),
        "sources": streamfield([]),
        "comments-TOTAL_FORMS": 0,
        "comments-INITIAL_FORMS": 0,
    }
    return dict(nested_form_data(data | fields))


# --- Editing --------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ar", "en"])
def test_trainer_edits_and_publishes_a_lesson(trainer: Client, made: CoursePages, language: str) -> None:
    page = made.lessons[language][0]
    url = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert trainer.get(url).status_code == 200
    response = trainer.post(url, edit_form(page, **{"action-publish": "1"}))
    assert response.status_code == 302
    page.refresh_from_db()
    assert "نص جديد" in str(page.body[0].value)
    assert not page.has_unpublished_changes


def test_draft_does_not_reach_readers(trainer: Client, made: CoursePages) -> None:
    page = made.lesson
    trainer.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), edit_form(page))
    page.refresh_from_db()
    assert page.has_unpublished_changes
    assert "نص الدرس" in str(page.body[0].value)


def test_trainer_previews_a_lesson(trainer: Client, made: CoursePages) -> None:
    url = reverse("wagtailadmin_pages:preview_on_edit", args=[made.lesson.pk])
    trainer.post(url, edit_form(made.lesson, title="عنوان المعاينة"))
    response = trainer.get(url)
    assert response.status_code == 200
    assert "عنوان المعاينة" in response.content.decode()


@pytest.mark.parametrize("page_class", [CoursePage, ModulePage, LessonPage])
def test_trainer_adds_pages_below_the_course(
    trainer: Client, made: CoursePages, page_class: type[Page]
) -> None:
    parent = {
        CoursePage: made.pages["ar"].get_parent(),
        ModulePage: made.pages["ar"],
        LessonPage: made.modules["ar"][0],
    }
    name = page_class._meta.model_name
    url = reverse("wagtailadmin_pages:add", args=["courses", name, parent[page_class].pk])
    assert trainer.get(url).status_code == 200


def test_new_course_page_takes_the_name_of_its_course(trainer: Client, made: CoursePages) -> None:
    course = CourseFactory(name_ar="دورة جديدة")
    index = made.pages["ar"].get_parent()
    url = reverse("wagtailadmin_pages:add", args=["courses", "coursepage", index.pk])
    data = {"course": course.pk, "summary": "ملخص", "slug": "new", "action-publish": "1"}
    data |= {"comments-TOTAL_FORMS": 0, "comments-INITIAL_FORMS": 0}
    assert trainer.post(url, data).status_code == 302
    page = CoursePage.objects.get(slug="new")
    assert (page.title, page.live) == ("دورة جديدة", True)
    again = trainer.post(url, data | {"slug": "second"})
    assert again.status_code == 200
    assert CoursePage.objects.filter(course=course).count() == 1


def test_course_page_is_not_copied(trainer: Client, made: CoursePages) -> None:
    response = trainer.get(reverse("wagtailadmin_pages:copy", args=[made.pages["ar"].pk]))
    assert response.status_code == 302


def test_trainer_may_not_edit_the_home_page(trainer: Client, made: CoursePages) -> None:
    home = made.pages["ar"].get_parent().get_parent()
    assert trainer.get(reverse("wagtailadmin_pages:edit", args=[home.pk])).status_code == 302


def test_learner_does_not_enter_the_administration(as_user: SignIn, made: CoursePages) -> None:
    client = as_user(UserFactory())
    for url in (
        reverse("wagtailadmin_pages:edit", args=[made.lesson.pk]),
        reverse("courses_translations"),
        reverse("courses_explore"),
        reverse("courses_admin:index"),
    ):
        assert client.get(url).status_code in (302, 403)


def test_reviewer_approves_but_adds_nothing(made: CoursePages) -> None:
    reviewer = UserFactory(role=Role.REVIEWER)
    permissions = made.lesson.permissions_for_user(reviewer)
    assert permissions.can_edit()
    assert permissions.can_publish()
    assert not made.modules["ar"][0].permissions_for_user(reviewer).can_add_subpage()


def test_lessons_are_sent_to_the_reviewers(made: CoursePages) -> None:
    for language in ("ar", "en"):
        workflow = made.lessons[language][0].get_workflow()
        (task,) = workflow.tasks
        assert [group.name for group in task.specific.groups.all()] == [Role.REVIEWER.value]
    assert made.lesson.get_workflow() == made.lessons["en"][0].get_workflow()


def test_review_ends_in_publication(trainer: Client, made: CoursePages) -> None:
    page = made.lesson
    form = edit_form(page, **{"action-submit": "1"})
    trainer.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), form)
    state = page.current_workflow_state
    assert state is not None
    state.current_task_state.approve(user=UserFactory(role=Role.REVIEWER))
    page.refresh_from_db()
    assert "نص جديد" in str(page.body[0].value)


def test_permissions_of_the_tree_are_given_once(made: CoursePages) -> None:
    index = made.pages["ar"].get_parent()
    rows = GroupPagePermission.objects.filter(page=index).values_list("group__name", "permission__codename")
    assert sorted(codename for name, codename in rows if name == Role.MASTER_TRAINER.value) == [
        "add_page",
        "change_page",
        "publish_page",
    ]


# --- What the languages share ---------------------------------------------------------------


def test_publishing_a_fact_in_one_language_carries_it_to_the_other(made: CoursePages) -> None:
    module = made.modules["ar"][0]
    module.hours = 7
    module.save_revision().publish()
    twin = ModulePage.objects.get(pk=made.modules["en"][0].pk)
    assert twin.hours == 7
    assert twin.title == "Module 1 en"
    assert twin.get_latest_revision_as_object().hours == 7
    assert not twin.has_unpublished_changes


def test_fact_reaches_a_draft_without_publishing_it(made: CoursePages) -> None:
    english = made.modules["en"][0]
    english.title = "Draft title"
    english.save_revision()
    module = made.modules["ar"][0]
    module.status = "coming"
    module.save_revision().publish()
    twin = ModulePage.objects.get(pk=english.pk)
    draft = twin.get_latest_revision_as_object()
    assert (twin.status, twin.title) == ("coming", "Module 1 en")
    assert (draft.status, draft.title) == ("coming", "Draft title")
    assert twin.has_unpublished_changes


def test_renamed_course_renames_its_pages(as_user: SignIn, made: CoursePages) -> None:
    client = as_user(UserFactory(role=Role.PROGRAMME_LEAD))
    url = reverse("courses_admin:edit", args=[made.course.pk])
    data = {"code": "LTO", "name_ar": "اسم جديد", "name_en": "New name", "tier": "observer", "hours": 3}
    assert client.post(url, data).status_code == 302
    titles = CoursePage.objects.order_by("locale__language_code").values_list("title", flat=True)
    assert list(titles) == ["اسم جديد", "New name"]


def test_renaming_leaves_other_pages_and_drafts_alone(made: CoursePages) -> None:
    page = made.pages["ar"]
    page.summary = "مسودة"
    page.save_revision()
    Course.objects.filter(pk=made.course.pk).update(name_ar="اسم جديد")
    rename_course_pages(course=Course.objects.get(pk=made.course.pk))
    page = CoursePage.objects.get(pk=page.pk)
    assert (page.title, page.summary) == ("اسم جديد", "ملخص الدورة")
    assert page.get_latest_revision_as_object().summary == "مسودة"


# --- Report ---------------------------------------------------------------------------------


def verdicts() -> list[str]:
    return [row.verdict for row in translation_rows(lessons_once())]


def test_report_tells_the_state_of_every_lesson_once(made: CoursePages) -> None:
    first, second = made.lessons["en"]
    LessonPage.objects.filter(pk=first.pk).update(last_published_at=timezone.now() - timedelta(days=1))
    second.delete()
    assert verdicts() == ["النص الإنجليزي أقدم من العربي", "لم يُكتب بالإنجليزية"]


def test_report_includes_lessons_without_arabic(made: CoursePages) -> None:
    made.lesson.delete()
    made.lessons["ar"][1].unpublish()
    assert sorted(verdicts()) == sorted(["لم يُكتب بالعربية", "غير منشور باللغتين معًا"])


def test_report_calls_fresh_translations_up_to_date(made: CoursePages) -> None:
    assert verdicts() == ["مُحدَّث", "مُحدَّث"]


def test_trainer_opens_the_report_and_exports_it(trainer: Client, made: CoursePages) -> None:
    url = reverse("courses_translations")
    body = trainer.get(url).content.decode()
    assert "Lesson 1.1 ar" in body
    assert body.count("مُحدَّث") == 2
    sheet = b"".join(trainer.get(url, {"export": "csv"}).streaming_content).decode()
    assert "Lesson 1.2 ar" in sheet


def test_menu_leads_to_the_pages_of_the_language(trainer: Client, made: CoursePages) -> None:
    index = made.pages["ar"].get_parent()
    assert trainer.get(reverse("courses_explore")).headers["Location"] == f"/admin/pages/{index.pk}/"
    assert reverse("courses_explore") in trainer.get(reverse("wagtailadmin_home")).content.decode()
