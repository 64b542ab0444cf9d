"""Roles, places and accounts."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from allauth.account.models import EmailAddress
from django.apps import apps
from django.apps.config import AppConfig
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied
from django.db import transaction
from wagtail.log_actions import log
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Page

from .enums import Role
from .invitations import invitation_url, read_invitation
from .models import Municipality, Region, User
from .permissions import may_make_sign_in_link
from .roles import ROLE_MEDIA_PERMISSIONS, ROLE_PERMISSIONS

PLACES_FILE = Path(__file__).parent / "data" / "places.yaml"


@transaction.atomic
def load_places(path: Path = PLACES_FILE) -> int:
    """Add the regions and municipalities that are missing and return how many municipalities there are in the
    file.

    What is there already keeps the names it was given in the administration.
    """
    count = 0
    for order, entry in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")), start=1):
        region, _created = Region.objects.get_or_create(
            code=entry["code"],
            defaults={"name_ar": entry["name_ar"], "name_en": entry["name_en"], "order": order},
        )
        for place in entry["municipalities"]:
            Municipality.objects.get_or_create(
                code=place["code"],
                defaults={"name_ar": place["name_ar"], "name_en": place["name_en"], "region": region},
            )
            count += 1
    return count


def sync_roles(sender: AppConfig | None = None, **_signal: Any) -> None:
    """Make the groups of all roles and give them their permissions; nothing is ever taken away.

    As a receiver of post_migrate it sees to the permissions of the one app that was migrated: those of the
    apps after it do not exist yet. Called by hand it sees to all apps.
    """
    groups = {role: Group.objects.get_or_create(name=role.value)[0] for role in Role}
    for config in [sender] if sender else apps.get_app_configs():
        labels = {name.partition(".")[0] for names in ROLE_PERMISSIONS.values() for name in names}
        if config.label not in labels:
            continue
        # Django makes them in the same signal, and nothing says that its receiver has run before this one.
        create_permissions(config, verbosity=0)
        for role, names in ROLE_PERMISSIONS.items():
            groups[role].permissions.add(*_permissions(names, config.label))
    for role, names in ROLE_MEDIA_PERMISSIONS.items():
        _grant_media_permissions(groups[role], names)


def _permissions(names: Iterable[str], app_label: str) -> list[Permission]:
    codenames = [name.partition(".")[2] for name in names if name.startswith(f"{app_label}.")]
    return list(Permission.objects.filter(content_type__app_label=app_label, codename__in=codenames))


def _grant_media_permissions(group: Group, names: Iterable[str]) -> None:
    root = Collection.get_first_root_node()
    if root is None:
        return
    for label in ("wagtailimages", "wagtaildocs"):
        for permission in _permissions(names, label):
            GroupCollectionPermission.objects.get_or_create(
                group=group, collection=root, permission=permission
            )


def grant_permissions(*, role: Role, permissions: Iterable[str]) -> None:
    """Give a role further permissions ("app_label.codename"), as a plugin does for its own screens after
    migrating.

    Raises LookupError for a name that does not exist.
    """
    group, _created = Group.objects.get_or_create(name=Role(role).value)
    for name in permissions:
        label, _dot, codename = name.partition(".")
        permission = Permission.objects.filter(content_type__app_label=label, codename=codename).first()
        if permission is None:
            raise LookupError(f"There is no permission {name!r}.")
        group.permissions.add(permission)


def grant_page_permissions(*, role: Role, page: Page, permissions: Iterable[str]) -> None:
    """Let a role work on a page and all pages below it: "add", "change", "publish", "lock", "unlock"."""
    group, _created = Group.objects.get_or_create(name=Role(role).value)
    for name in permissions:
        permission = Permission.objects.get(
            content_type__app_label="wagtailcore", codename=f"{name}_page", content_type__model="page"
        )
        GroupPagePermission.objects.get_or_create(group=group, page=page, permission=permission)


@transaction.atomic
def sync_email_addresses(*, person: User) -> None:
    """Forget addresses that are no longer the person's, since allauth would let anybody sign in with those
    too.
    """
    EmailAddress.objects.filter(user=person).exclude(email=person.email or "").delete()
    if person.email:
        EmailAddress.objects.get_or_create(user=person, email=person.email, defaults={"primary": True})


@transaction.atomic
def make_sign_in_link(*, person: User, actor: User, base_url: str) -> str:
    """A fresh link with which somebody without a working password chooses one.

    The audit log tells who made one for whom; the link itself is kept nowhere. Raises PermissionDenied.
    """
    if not may_make_sign_in_link(actor, person):
        raise PermissionDenied
    log(person, "people.make_sign_in_link", user=actor)
    return invitation_url(person, base_url)


@transaction.atomic
def accept_invitation(*, token: str, password: str) -> User:
    """Set the password that an invitation asks for; setting it is what ends the invitation.

    Raises InvitationError for a token that is used, wrong or too old, and ValidationError for a poor
    password.
    """
    person = User.objects.select_for_update().get(pk=read_invitation(token).pk)
    # Somebody may have used the link between reading it and locking the row.
    read_invitation(token, person=person)
    validate_password(password, person)
    person.set_password(password)
    person.save(update_fields=["password"])
    log(person, "people.accept_invitation", user=person)
    return person
