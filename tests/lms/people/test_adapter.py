"""Signing in by e-mail or phone, and the limits on it."""

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import translation

from tests.factories.people import UserFactory

PASSWORD = "a-long-Passphrase-7"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


def sign_in(client, login, password=PASSWORD, **extra):
    with translation.override("en"):
        return client.post(reverse("account_login"), {"login": login, "password": password}, **extra)


def is_signed_in(client):
    return "_auth_user_id" in client.session


@pytest.mark.parametrize(
    "login",
    [
        "Khadija@Example.org",
        "+218912345678",
        "0912345678",
        "091 234 5678",
        "00218912345678",
        "٠٩١٢٣٤٥٦٧٨",
        "+٢١٨٩١٢٣٤٥٦٧٨",
    ],
)
def test_login_by_any_way_of_writing_email_or_phone(client, login):
    UserFactory(email="khadija@example.org", phone="+218912345678", password=PASSWORD)
    assert sign_in(client, login).status_code == 302
    assert is_signed_in(client)


def test_login_with_only_a_phone(client):
    UserFactory(email=None, phone="+218912345678", password=PASSWORD)
    sign_in(client, "0912345678")
    assert is_signed_in(client)


@pytest.mark.parametrize("login", ["nobody@example.org", "0919999999", "somebody"])
def test_login_of_unknown_account_reads_like_a_wrong_password(client, login):
    UserFactory(email="khadija@example.org", password=PASSWORD)
    unknown = sign_in(client, login).content.decode()
    wrong = sign_in(client, "khadija@example.org", "wrong").content.decode()
    sentence = "This e-mail or phone number and this password do not belong together."
    assert sentence in unknown and sentence in wrong
    assert not is_signed_in(client)


def test_login_of_a_closed_account_is_refused(client):
    UserFactory(email="khadija@example.org", password=PASSWORD, is_active=False)
    sign_in(client, "khadija@example.org")
    assert not is_signed_in(client)


def test_forty_logins_from_one_address_within_a_minute_all_succeed(client_factory):
    people = [UserFactory(email=None, password=PASSWORD) for _ in range(40)]
    for person in people:
        client = client_factory()
        sign_in(client, str(person.phone), REMOTE_ADDR="41.208.70.1")
        assert is_signed_in(client)


@pytest.mark.parametrize("login", ["khadija@example.org", "0912345678"])
def test_ten_wrong_passwords_for_one_account_are_slowed(client, login):
    UserFactory(email="khadija@example.org", phone="+218912345678", password=PASSWORD)
    answers = [sign_in(client, login, f"wrong-{n}").content.decode() for n in range(10)]
    slowed = ["Too many wrong passwords for this account. Wait five minutes" in answer for answer in answers]
    assert slowed == [False] * 5 + [True] * 5
    sign_in(client, login)
    assert not is_signed_in(client)


def test_wrong_passwords_count_whichever_way_the_phone_is_written(client):
    UserFactory(phone="+218912345678", password=PASSWORD)
    for login in ["0912345678", "+218912345678", "٠٩١٢٣٤٥٦٧٨", "091-234-5678", "00218912345678"]:
        sign_in(client, login, "wrong")
    sign_in(client, "0912345678")
    assert not is_signed_in(client)


def test_wrong_passwords_for_one_phone_do_not_lock_out_another(client):
    UserFactory(phone="+218912345678", password=PASSWORD)
    UserFactory(phone="+218923456789", password=PASSWORD)
    for n in range(10):
        sign_in(client, "0912345678", f"wrong-{n}")
    sign_in(client, "0923456789")
    assert is_signed_in(client)


def test_signup_is_closed(client):
    with translation.override("en"):
        page = client.post(
            reverse("account_signup"),
            {"email": "a@example.org", "password1": PASSWORD, "password2": PASSWORD},
        )
    assert not is_signed_in(client)
    assert page.status_code == 200
