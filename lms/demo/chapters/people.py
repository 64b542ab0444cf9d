"""Places, accounts and roles."""

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from lms.people.enums import Role, Sex
from lms.people.models import Municipality, User
from lms.people.services import load_places, sync_email_addresses, sync_roles

from ..names import draw_name
from ..world import PASSWORD, World

#: The eighteen municipalities of the programme; the others of the file are spare.
PLACES = [
    "misrata",
    "zintan",
    "kabaw",
    "al-shuwayrif",
    "qasr-bin-ghashir",
    "sabratha",
    "surman",
    "bani-walid",
    "tarhuna",
    "benghazi",
    "tobruk",
    "al-qubbah",
    "al-abyar",
    "al-marj",
    "sebha",
    "ubari",
    "brak-al-shati",
    "ghat",
]
OBSERVERS = 700
WOMEN_SHARE = 0.38
CONSENT_SHARE, DISABILITY_SHARE = 0.85, 0.04


def tell(world: World) -> None:
    load_places()
    sync_roles()
    by_code = Municipality.objects.select_related("region").in_bulk(PLACES, field_name="code")
    world.places = [by_code[code] for code in PLACES]
    # Hashed once: 720 separate Argon2 hashes of one public password would protect nobody.
    password = make_password(PASSWORD)
    world.leads = [_staff(world, "lead", Role.PROGRAMME_LEAD, password)]
    world.reviewers = [_staff(world, "reviewer", Role.REVIEWER, password)]
    world.auditors = [_staff(world, "auditor", Role.AUDITOR, password)]
    world.trainers = [
        _staff(world, f"trainer{number}", Role.MASTER_TRAINER, password, place=place)
        for number, place in enumerate(world.places, 1)
    ]
    numbers = range(1, OBSERVERS + 1)
    world.observers = [
        _person(world, f"observer{number}", password, place=world.places[number % len(world.places)])
        for number in world.track(numbers, "people", OBSERVERS)
    ]


def _staff(world: World, login: str, role: Role, password: str, *, place: Municipality | None = None) -> User:
    person = _person(world, login, password, place=place or world.places[0], is_staff=True)
    person.groups.add(Group.objects.get(name=role.value))
    return person


def _person(world: World, login: str, password: str, *, place: Municipality, is_staff: bool = False) -> User:
    is_woman = world.chance(WOMEN_SHARE)
    name = draw_name(world.random, is_woman=is_woman)
    number = world.random.randrange(10**7)
    person = User(
        email=f"{login}@demo.example",
        phone=f"+21891{number:07d}",
        name_ar=name.ar,
        name_en=name.en,
        sex=Sex.FEMALE if is_woman else Sex.MALE,
        birth_year=world.random.randint(1968, 2005),
        has_disability=world.chance(DISABILITY_SHARE) if world.chance(CONSENT_SHARE) else None,
        municipality=place,
        is_staff=is_staff,
        password=password,
    )
    while User.objects.filter(phone=person.phone).exists():
        person.phone = f"+21891{world.random.randrange(10**7):07d}"
    person.full_clean(exclude=["password"])
    person.save()
    sync_email_addresses(person=person)
    return person
