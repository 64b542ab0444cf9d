"""Pages as readers meet them: who sees what, in which language, with what to do next."""

from collections.abc import Callable
from copy import deepcopy
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail_factories import ImageFactory

from lms.courses.models import LessonProgress
from lms.courses.services import complete_lessons, open_lesson
from lms.home.services import ensure_site
from lms.people.enums import Role
from lms.people.models import User
from tests.factories.courses import CourseFactory, CoursePages, enrol_in, make_course_pages, text_block
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]


@pytest.fixture(scope="module")
def pages(build_once: Callable[..., CoursePages]) -> CoursePages:
    def build() -> CoursePages:
        ensure_site()
        return make_course_pages(CourseFactory(code="LTO"), modules=1, lessons=2, coming=1)

    return build_once(build)


@pytest.fixture
def made(pages: CoursePages) -> CoursePages:
    return deepcopy(pages)


@pytest.fixture
def learner(made: CoursePages) -> User:
    user: User = enrol_in(made.course)
    return user


LESSON = "/ar/courses/lto/01-module/01-lesson/"


def done_url(made: CoursePages, number: int = 0, language: str = "ar") -> str:
    return f"/{language}/learn/lessons/{made.lessons['ar'][number].translation_key}/done/"


# --- Visitors -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("/ar/courses/", "دورة المراقب طويل الأمد"),
        ("/en/courses/", "Long-term observer course"),
        ("/ar/courses/lto/", "Module 2 ar"),
        ("/en/courses/lto/01-module/", "Lesson 1.2 en"),
        ("/en/courses/lto/02-module/", "Objective 2"),
    ],
)
def test_visitor_sees_what_a_course_teaches(client: Client, made: CoursePages, url: str, text: str) -> None:
    response = client.get(url)
    assert response.status_code == 200
    assert text in response.content.decode()


def test_visitor_is_asked_to_sign_in_for_a_lesson_and_comes_back(client: Client, made: CoursePages) -> None:
    response = client.get(LESSON)
    assert response.status_code == 302
    assert response.headers["Location"] == f"/ar/accounts/login/?next={LESSON}"
    assert not LessonProgress.objects.exists()


def test_lessons_of_a_coming_module_are_not_listed(client: Client, made: CoursePages) -> None:
    response = client.get("/en/courses/lto/02-module/")
    assert "Lesson 2.1" not in response.content.decode()
    assert "This module is being prepared" in response.content.decode()


def test_catalogue_address_leads_to_the_page_of_the_language(client: Client, made: CoursePages) -> None:
    assert client.get("/en/learn/catalogue/").headers["Location"].endswith("/en/courses/")


# --- Who reads a lesson ---------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ar", "en"])
def test_enrolled_learner_reads_and_is_remembered(
    as_user: SignIn, made: CoursePages, learner: User, language: str
) -> None:
    response = as_user(learner).get(LESSON.replace("/ar/", f"/{language}/"))
    assert response.status_code == 200
    assert f'lang="{language}"' in response.content.decode()
    progress = LessonProgress.objects.get()
    assert (progress.learner, progress.course) == (learner, made.course)
    assert progress.lesson_key == made.lesson.translation_key
    assert progress.completed_at is None


def test_signed_in_stranger_is_told_why_not(as_user: SignIn, made: CoursePages) -> None:
    response = as_user(UserFactory()).get(LESSON.replace("/ar/", "/en/"))
    assert response.status_code == 403
    body = response.content.decode()
    assert "not enrolled in “Long-term observer course”" in body
    assert "نص الدرس" not in body
    assert not LessonProgress.objects.exists()


def test_learner_of_another_course_is_a_stranger(as_user: SignIn, made: CoursePages) -> None:
    assert as_user(enrol_in(CourseFactory())).get(LESSON).status_code == 403


def test_withdrawn_learner_is_a_stranger(as_user: SignIn, made: CoursePages) -> None:
    assert as_user(enrol_in(made.course, state="withdrawn")).get(LESSON).status_code == 403


@pytest.mark.parametrize("role", [Role.MASTER_TRAINER, Role.PROGRAMME_LEAD, Role.REVIEWER, Role.AUDITOR])
def test_staff_read_every_lesson(as_user: SignIn, made: CoursePages, role: Role) -> None:
    client = as_user(UserFactory(role=role))
    assert client.get(LESSON).status_code == 200
    assert client.get("/ar/courses/lto/02-module/01-lesson/").status_code == 200


def test_learner_does_not_reach_a_coming_lesson(as_user: SignIn, made: CoursePages, learner: User) -> None:
    assert as_user(learner).get("/ar/courses/lto/02-module/01-lesson/").status_code == 404


def test_nothing_shows_below_an_unpublished_course(as_user: SignIn, made: CoursePages, learner: User) -> None:
    made.pages["ar"].unpublish()
    client = as_user(learner)
    assert client.get(LESSON).status_code == 404
    assert client.get("/ar/courses/lto/01-module/").status_code == 404
    assert client.get("/en" + LESSON[3:]).status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_pages_are_only_read(as_user: SignIn, made: CoursePages, learner: User, method: str) -> None:
    assert getattr(as_user(learner), method)(LESSON).status_code == 405


# --- Completing -----------------------------------------------------------------------------


def test_completing_goes_on_to_the_next_lesson(as_user: SignIn, made: CoursePages, learner: User) -> None:
    client = as_user(learner)
    response = client.post(done_url(made, language="en"))
    assert response.headers["Location"].endswith("/en/courses/lto/01-module/02-lesson/")
    assert LessonProgress.objects.get().completed_at is not None
    page = client.get("/ar/courses/lto/01-module/").content.decode()
    assert "مُنجز" in page


def test_completing_the_last_lesson_leads_to_the_course(
    as_user: SignIn, made: CoursePages, learner: User
) -> None:
    response = as_user(learner).post(done_url(made, 1))
    assert response.headers["Location"].endswith("/ar/courses/lto/")


def test_completing_twice_is_harmless(as_user: SignIn, made: CoursePages, learner: User) -> None:
    client = as_user(learner)
    client.post(done_url(made))
    first = LessonProgress.objects.get().completed_at
    client.post(done_url(made))
    assert LessonProgress.objects.get().completed_at == first


def test_completing_needs_a_post_with_a_token(made: CoursePages, learner: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(learner, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(done_url(made)).status_code == 405
    assert client.post(done_url(made)).status_code == 403
    assert not LessonProgress.objects.exists()


def test_completing_from_outside_is_refused(client: Client, as_user: SignIn, made: CoursePages) -> None:
    assert client.post(done_url(made)).status_code == 302
    assert as_user(UserFactory()).post(done_url(made)).status_code == 404
    assert not LessonProgress.objects.exists()


def test_completing_what_is_not_open_or_not_there_is_not_found(
    as_user: SignIn, made: CoursePages, learner: User
) -> None:
    client = as_user(learner)
    coming = made.lessons["ar"][2].translation_key
    for key in (coming, uuid4(), made.modules["ar"][0].translation_key):
        assert client.post(f"/ar/learn/lessons/{key}/done/").status_code == 404
    made.lesson.unpublish()
    assert client.post(done_url(made)).status_code == 404
    assert not LessonProgress.objects.exists()


# --- My learning ----------------------------------------------------------------------------


def test_my_learning_asks_to_sign_in(client: Client) -> None:
    assert client.get("/ar/learn/").status_code == 302


def test_my_learning_of_somebody_without_a_course_says_what_happens_next(as_user: SignIn) -> None:
    body = as_user(UserFactory()).get("/en/learn/").content.decode()
    assert "You are not enrolled in a course yet" in body


def test_my_learning_leads_to_the_first_lesson_then_to_where_i_left(
    as_user: SignIn, made: CoursePages, learner: User
) -> None:
    client = as_user(learner)
    assert "Your first lesson" in client.get("/en/learn/").content.decode()
    open_lesson(learner=learner, course=made.course, lesson_key=made.lessons["ar"][1].translation_key)
    body = client.get("/en/learn/").content.decode()
    assert "Go on where you left off" in body
    assert body.index('class="next-step"') < body.index("Lesson 1.2 en") < body.index("My courses")


def test_my_learning_ends_well(as_user: SignIn, made: CoursePages, learner: User) -> None:
    for lesson in made.lessons["ar"][:2]:
        complete_lessons(learner=learner, course=made.course, lesson_keys=[lesson.translation_key])
    body = as_user(learner).get("/en/learn/").content.decode()
    assert "You have completed every lesson that is open" in body


# --- Search ---------------------------------------------------------------------------------


@pytest.fixture
def searchable(made: CoursePages) -> CoursePages:
    for number, title in enumerate(["التعهُّد والأمانة", "زيارة مدينة مصراتة"]):
        lesson = made.lessons["ar"][number]
        lesson.title = title
        lesson.save_revision().publish()
    return made


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("التعهد", "التعهُّد"),
        ("تعهد", "التعهُّد"),
        ("والامانه", "التعهُّد"),
        ("مصراته", "مصراتة"),
        ("مصـــراتة", "مصراتة"),
        ("مدينه", "مصراتة"),
    ],
)
def test_search_finds_arabic_however_it_is_typed(
    client: Client, searchable: CoursePages, query: str, title: str
) -> None:
    body = client.get("/ar/courses/", {"q": query}).content.decode()
    assert title in body
    assert body.count("<li><div") == 1


def test_search_that_finds_nothing_says_what_to_do(client: Client, searchable: CoursePages) -> None:
    body = client.get("/en/courses/", {"q": "zzz"}).content.decode()
    assert "Nothing was found" in body


def test_search_hides_lessons_that_are_coming(client: Client, made: CoursePages) -> None:
    body = client.get("/en/courses/", {"q": "Lesson"}).content.decode()
    assert "Lesson 1.1" in body
    assert "Lesson 2.1" not in body


@pytest.mark.parametrize(
    "query", ["\x00", "'\"; DROP TABLE", "((( OR *", "%", "a" * 5000, "<script>alert(1)</script>"]
)
def test_search_bears_anything(client: Client, made: CoursePages, query: str) -> None:
    response = client.get("/en/courses/", {"q": query})
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


# --- Languages, previews, cost --------------------------------------------------------------


def test_language_link_of_a_lesson_leads_to_its_twin(
    as_user: SignIn, made: CoursePages, learner: User
) -> None:
    body = as_user(learner).get(LESSON).content.decode()
    assert 'href="/en/courses/lto/01-module/01-lesson/"' in body


def test_preview_of_a_draft_shows_it_and_remembers_nothing(made: CoursePages) -> None:
    trainer = UserFactory(role=Role.MASTER_TRAINER)
    lesson = made.lesson
    lesson.body = [text_block("<p>مسودة</p>")]
    client = Client()
    client.force_login(trainer, backend="django.contrib.auth.backends.ModelBackend")
    request = client.get(LESSON).wsgi_request
    LessonProgress.objects.all().delete()
    response = lesson.make_preview_request(original_request=request)
    assert response.status_code == 200
    assert "مسودة" in response.content.decode()
    assert not LessonProgress.objects.exists()


def queries_of(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_pages_cost_the_same_however_many_lessons(as_user: SignIn) -> None:
    ensure_site()
    counts: dict[str, set[int]] = {}
    for lessons in (1, 3, 30):
        course = CourseFactory(code=f"LTO-{lessons}")
        make_course_pages(course, lessons=lessons, languages=["ar"])
        client = as_user(enrol_in(course))
        for place in ("/", "/01-module/", "/01-module/01-lesson/"):
            counts.setdefault(place, set()).add(queries_of(client, f"/ar/courses/lto-{lessons}{place}"))
        counts.setdefault("my learning", set()).add(queries_of(client, "/ar/learn/"))
    assert all(len(numbers) == 1 and max(numbers) <= 40 for numbers in counts.values()), counts


def test_catalogue_costs_the_same_however_many_courses(client: Client) -> None:
    ensure_site()
    counts = set()
    for courses in (1, 2, 27):
        for _number in range(courses):
            make_course_pages(lessons=1, languages=["ar"])
        counts.add(queries_of(client, "/ar/courses/"))
    assert len(counts) == 1, counts


def test_lesson_costs_the_same_however_many_pictures(as_user: SignIn) -> None:
    ensure_site()
    counts = set()
    for number in (1, 3, 30):
        course = CourseFactory(code=f"P-{number}")
        pictures = [
            ("image", {"file": ImageFactory(), "alt": "صورة", "caption": ""}) for _picture in range(number)
        ]
        make_course_pages(course, lessons=1, languages=["ar"], body=pictures)
        client = as_user(enrol_in(course))
        counts.add(queries_of(client, f"/ar/courses/p-{number}/01-module/01-lesson/"))
    assert len(counts) == 1, counts
