"""The tree of pages before there is a course in it, and how it grows."""

import pytest
from django.test import Client
from wagtail.models import Page

from lms.courses.models import LessonPage
from lms.courses.services import ensure_course_tree
from lms.home.services import ensure_site
from tests.factories.courses import make_course_pages

pytestmark = pytest.mark.django_db


def test_catalogue_without_courses_says_so(client: Client) -> None:
    response = client.get("/en/learn/catalogue/")
    assert "No courses are published yet" in response.content.decode()


def test_tree_is_made_once_and_its_languages_are_one() -> None:
    ensure_site()
    made = make_course_pages(lessons=1)
    index = made.pages["ar"].get_parent().specific
    assert ensure_course_tree(locale=index.locale) == index
    assert index.get_translations().count() == 1
    assert Page.find_problems() == ([], [], [], [], [])
    assert LessonPage.objects.count() == 2
