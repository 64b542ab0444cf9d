"""People, however they are named and reached."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone, translation

from lms.people.models import User
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def test_user_is_reached_by_email_or_phone():
    with pytest.raises(IntegrityError):
        UserFactory(email=None, phone=None)


def test_user_clean_leaves_the_email_of_a_phone_only_person_empty():
    person = UserFactory(email=None)
    person.full_clean()
    assert person.email is None


def test_user_clean_finds_an_address_that_differs_only_in_case():
    UserFactory(email="khadija@example.org")
    with pytest.raises(ValidationError, match="email"):
        User(email="KHADIJA@example.org", name_ar="خديجة", password="!").full_clean()


def test_user_without_phone_may_be_one_of_many():
    for _ in range(2):
        person = UserFactory(phone=None)
        person.phone = ""
        person.full_clean()
        person.save()
    assert User.objects.filter(phone=None).count() == 2


@pytest.mark.parametrize(
    "typed", ["احمد", "أحمد عبد الله", "عبدالله احمد", "الترهوني أحمد", "Ahmed", "AHMED tarhuni", "أَحْمَد"]
)
def test_search_name_finds_a_person_however_the_name_is_typed(typed):
    person = UserFactory(name_ar="أحمد عبد الله الترهوني", name_en="Ahmed Abdullah Tarhuni")
    UserFactory(name_ar="خديجة المصراتي", name_en="Khadija Misrati")
    assert list(User.objects.search_name(typed)) == [person]


def test_search_name_follows_a_change_of_name_alone():
    person = UserFactory(name_ar="أحمد", name_en="Ahmed")
    person.name_ar = "محمود"
    person.save(update_fields=["name_ar"])
    assert list(User.objects.search_name("محمود")) == [person]


def test_user_name_is_the_readers_or_the_one_there_is():
    person = UserFactory(name_ar="خديجة", name_en="")
    with translation.override("en"):
        assert person.name == "خديجة"
        person.name_en = "Khadija"
        assert str(person) == "Khadija"
        person.erased_at = timezone.now()
        assert str(person) == "Person whose data was erased"
