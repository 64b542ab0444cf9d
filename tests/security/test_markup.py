"""Names are words: whatever somebody is called, a page prints it and never runs it."""

import pytest
from django.test import Client
from django.urls import reverse

from lms.home.services import ensure_site
from tests.factories.certificates import issued
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db

HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(2)> "فاطمة"'


@pytest.mark.parametrize(
    "view",
    [
        "home:start",
        "courses:my_learning",
        "assessments:index",
        "certificates:mine",
        "people:profile",
        "people:my_data",
    ],
)
def test_hostile_name_is_printed_as_text(view: str, client: Client) -> None:
    ensure_site()
    client.force_login(
        UserFactory(name_ar=HOSTILE, name_en=HOSTILE), backend="django.contrib.auth.backends.ModelBackend"
    )

    html = client.get(reverse(view)).content.decode()

    assert "<script>alert" not in html and "<img src=x" not in html


def test_hostile_name_on_a_certificate_is_printed_as_text(client: Client) -> None:
    ensure_site()
    certificate = issued(learner__name_ar=HOSTILE)
    client.force_login(certificate.holder, backend="django.contrib.auth.backends.ModelBackend")

    html = client.get(reverse("certificates:detail", args=[certificate.number])).content.decode()

    assert "&lt;script&gt;" in html and "<script>alert" not in html
