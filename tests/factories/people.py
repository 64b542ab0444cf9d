"""People, places and bodies for tests."""

from typing import Any

import factory
from django.contrib.auth.models import Group
from factory.django import DjangoModelFactory

from lms.people.enums import Role, Sector, Sex
from lms.people.models import Municipality, Organisation, Region, User

FIRST_NAMES = ["خديجة", "أحمد", "مبروكة", "عبد السلام", "نجاة", "الصادق", "فاطمة", "محمد"]
FAMILY_NAMES = ["الترهوني", "المصراتي", "الزنتاني", "العبيدي", "القذافي", "المقرحي", "بن عمر"]


class RegionFactory(DjangoModelFactory[Region]):
    class Meta:
        model = Region
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"region-{n}")
    name_ar = factory.Sequence(lambda n: f"المنطقة {n}")
    name_en = factory.Sequence(lambda n: f"Region {n}")
    order = factory.Sequence(lambda n: n)


class MunicipalityFactory(DjangoModelFactory[Municipality]):
    class Meta:
        model = Municipality
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"municipality-{n}")
    name_ar = factory.Sequence(lambda n: f"بلدية {n}")
    name_en = factory.Sequence(lambda n: f"Municipality {n}")
    region = factory.SubFactory(RegionFactory)


class OrganisationFactory(DjangoModelFactory[Organisation]):
    class Meta:
        model = Organisation

    name_ar = factory.Sequence(lambda n: f"جمعية المراقبين {n}")
    name_en = factory.Sequence(lambda n: f"Observers' Association {n}")
    sector = Sector.CIVIL


class UserFactory(DjangoModelFactory[User]):
    """A person who can be reached by e-mail and by phone.

    `UserFactory(password="...")` may sign in with it; without one the account waits for its invitation.
    `UserFactory(role=Role.PROGRAMME_LEAD)` belongs to that group (which `post_migrate` has given its
    permissions).
    """

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    phone = factory.Sequence(lambda n: f"+21891{n:07d}")
    name_ar = factory.Sequence(
        lambda n: f"{FIRST_NAMES[n % len(FIRST_NAMES)]} {FAMILY_NAMES[n % len(FAMILY_NAMES)]}"
    )
    name_en = factory.Sequence(lambda n: f"Person Number {n}")
    sex = factory.Iterator([Sex.FEMALE, Sex.MALE])
    birth_year = 1990
    municipality = factory.SubFactory(MunicipalityFactory)

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        return model_class.objects.create_user(**kwargs)

    @factory.post_generation
    def role(self, create: bool, extracted: Role | None, **kwargs: Any) -> None:
        if create and extracted:
            self.groups.add(Group.objects.get_or_create(name=extracted.value)[0])
