"""The plugin's part of the demo world: the code, signed by almost everybody.

No body here exists: each carries the word "demo" in its name, in Arabic, and its addresses end in a domain
that is reserved for examples.
"""

from collections.abc import Iterator
from datetime import date
from itertools import cycle
from typing import Any

from django.apps import apps

from lms.plugin_api import DemoWorld

from .enums import Role
from .models import CodeVersion
from .services import (
    Signature,
    Signed,
    accept_endorsement,
    decline_endorsement,
    load_draft,
    name_on_record,
    publish_version,
    read_source,
    sign_many,
    withdraw_endorsement,
)

BODIES_A_SECTOR = 20
UNSIGNED_OBSERVERS = 12
PENDING_BODIES = 4
SHARE_PUBLISHED = 0.8
SHARE_IN_PERSON = 0.3

_PARTIES = (
    "النخيل",
    "الزيتون",
    "السنابل",
    "الواحة",
    "الجسر",
    "المنارة",
    "الأفق",
    "الينبوع",
    "الميزان",
    "المرفأ",
)
_TITLES = {
    Role.PARTY: "الأمين العام",
    Role.LIST: "رئيس القائمة",
    Role.SECURITY_BODY: "مدير المديرية",
    Role.SOCIAL_COUNCIL: "رئيس المجلس",
}
_PEOPLE = ("سالم التجريبي", "نجاة التجريبية", "عبد الله التجريبي", "فاطمة التجريبية", "الصادق التجريبي")


def fill(world: DemoWorld) -> None:
    """Publish the code, let trainers and observers sign, and 60 bodies of three sectors."""
    version = _publish(world)
    _sign_people(world, version)
    _sign_bodies(world, version)


def _publish(world: DemoWorld) -> CodeVersion:
    source = read_source()
    day = source["date"] if isinstance(source["date"], date) else date.fromisoformat(source["date"])
    return publish_version(
        code=load_draft(source=source), number=str(source["version"]), date=day, user=world.leads[0]
    )


def _sign_people(world: DemoWorld, version: CodeVersion) -> None:
    """All trainers and all observers but a few, most of whom let their names be shown."""
    observers = list(world.observers)
    unsigned = {
        person.pk for person in world.random.sample(observers, min(UNSIGNED_OBSERVERS, len(observers) // 10))
    }
    people = [*world.trainers, *(person for person in observers if person.pk not in unsigned)]
    signatures = [
        Signature(
            instrument_sha256=version.instrument_sha256,
            role=Role.OBSERVER,
            name=name_on_record(person),
            agreed_text=True,
            agreed_electronic=True,
            agreed_publication=world.random.random() < SHARE_PUBLISHED,
            user=person,
            municipality=getattr(person, "municipality", None),
        )
        for person in world.track(people, "code of conduct", len(people))
    ]
    if signatures:
        sign_many(signatures=signatures)


def _sign_bodies(world: DemoWorld, version: CodeVersion) -> None:
    reviewer = world.leads[0]
    signed = sign_many(signatures=list(_body_signatures(version)))
    *accepted, declined = signed[:-PENDING_BODIES]
    for one in world.track(accepted, "endorsements by bodies", len(accepted)):
        accept_endorsement(
            endorsement=one.endorsement, reviewer=reviewer, in_person=world.random.random() < SHARE_IN_PERSON
        )
    decline_endorsement(
        endorsement=declined.endorsement, reviewer=reviewer, reason="لم يُرفق قرار التفويض (بيانات تجريبية)"
    )
    _withdraw(accepted[-1])


def _withdraw(signed: Signed) -> None:
    withdraw_endorsement(endorsement=signed.endorsement, reason="قرار داخلي للجهة (بيانات تجريبية)")


def _body_signatures(version: CodeVersion) -> Iterator[Signature]:
    """Twenty bodies a sector, then one that will withdraw, one that is declined and those that wait."""
    places = list(apps.get_model("people", "Municipality")._default_manager.select_related("region")[:30])
    names = [*_political(places), *_security(places), *_social(places), *_more(places)]
    for number, ((role, name, place), person) in enumerate(zip(names, cycle(_PEOPLE), strict=False), start=1):
        yield Signature(
            instrument_sha256=version.instrument_sha256,
            role=role,
            name=name,
            agreed_text=True,
            agreed_electronic=True,
            agreed_publication=True,
            signatory_name=person,
            signatory_title=_TITLES.get(role, "الممثل المفوض"),
            municipality=place,
            contact=f"demo-body-{number}@example.org",
        )


def _political(places: list[Any]) -> Iterator[tuple[Role, str, Any]]:
    yield from ((Role.PARTY, f"حزب {name} التجريبي", None) for name in _PARTIES)
    rest = BODIES_A_SECTOR - len(_PARTIES)
    yield from (
        (Role.LIST, f"القائمة الانتخابية التجريبية – {place.name_ar}", place) for place in places[:rest]
    )


def _security(places: list[Any]) -> Iterator[tuple[Role, str, Any]]:
    for place in places[:BODIES_A_SECTOR]:
        yield Role.SECURITY_BODY, f"غرفة تأمين الانتخابات التجريبية – {place.name_ar}", place


def _social(places: list[Any]) -> Iterator[tuple[Role, str, Any]]:
    for place in places[:BODIES_A_SECTOR]:
        yield Role.SOCIAL_COUNCIL, f"مجلس الأعيان والحكماء التجريبي – {place.name_ar}", place


def _more(places: list[Any]) -> Iterator[tuple[Role, str, Any]]:
    for place in places[-2 - PENDING_BODIES :]:
        yield Role.CSO, f"جمعية المراقبة التجريبية – {place.name_ar}", place
