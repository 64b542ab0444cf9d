"""Roles, places and accounts."""

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from wagtail.models import GroupCollectionPermission, GroupPagePermission, Page

from lms.people import services
from lms.people.enums import Role
from lms.people.models import Municipality, Region
from lms.people.roles import ROLE_MEDIA_PERMISSIONS, ROLE_PERMISSIONS
from tests.factories.people import UserFactory

pytestmark = pytest.mark.django_db


def permissions_of(role):
    held = Group.objects.get(name=role.value).permissions.select_related("content_type")
    return {f"{permission.content_type.app_label}.{permission.codename}" for permission in held}


class TestRoles:
    @pytest.mark.parametrize("role", Role)
    def test_every_role_has_its_permissions_after_migrating(self, role):
        assert permissions_of(role) >= set(ROLE_PERMISSIONS[role])

    def test_every_permission_that_a_role_names_exists(self):
        known = {
            f"{permission.content_type.app_label}.{permission.codename}"
            for permission in Permission.objects.select_related("content_type")
        }
        named = {
            name
            for table in (ROLE_PERMISSIONS, ROLE_MEDIA_PERMISSIONS)
            for names in table.values()
            for name in names
        }
        assert named <= known

    def test_sync_roles_gives_back_what_is_missing_and_keeps_what_was_added(self):
        group = Group.objects.get(name=Role.AUDITOR.value)
        added = Permission.objects.get(codename="add_redirect")
        group.permissions.set([added])
        services.sync_roles()
        assert permissions_of(Role.AUDITOR) == {
            *ROLE_PERMISSIONS[Role.AUDITOR],
            "wagtailredirects.add_redirect",
        }

    def test_sync_roles_twice_changes_nothing(self):
        before = {role: permissions_of(role) for role in Role}
        media = GroupCollectionPermission.objects.count()
        services.sync_roles()
        services.sync_roles(sender=apps.get_app_config("cascade"))
        assert {role: permissions_of(role) for role in Role} == before
        assert GroupCollectionPermission.objects.count() == media

    def test_no_role_deletes_people_or_changes_groups(self):
        for role in Role:
            assert not {"people.delete_user", "auth.change_group"} & permissions_of(role)

    def test_trainers_may_add_images_and_reviewers_may_choose_them(self):
        def media(role):
            return set(
                GroupCollectionPermission.objects.filter(group__name=role.value).values_list(
                    "permission__codename", flat=True
                )
            )

        assert {"add_image", "choose_image", "add_document"} <= media(Role.MASTER_TRAINER)
        assert media(Role.REVIEWER) == {"choose_image", "choose_document"}
        assert media(Role.AUDITOR) == set()

    def test_grant_page_permissions_opens_a_tree_to_a_role(self):
        page = Page.objects.get(depth=1)
        for _ in range(2):
            services.grant_page_permissions(
                role=Role.MASTER_TRAINER, page=page, permissions=["add", "change", "publish"]
            )
        granted = GroupPagePermission.objects.filter(group__name=Role.MASTER_TRAINER.value, page=page)
        assert set(granted.values_list("permission__codename", flat=True)) == {
            "add_page",
            "change_page",
            "publish_page",
        }
        trainer = UserFactory(role=Role.MASTER_TRAINER)
        assert page.permissions_for_user(trainer).can_add_subpage()

    def test_grant_permissions_refuses_a_name_that_does_not_exist(self):
        with pytest.raises(LookupError, match=r"survey\.read_minds"):
            services.grant_permissions(role=Role.AUDITOR, permissions=["survey.read_minds"])
        services.grant_permissions(role=Role.AUDITOR, permissions=["wagtailredirects.add_redirect"])
        assert "wagtailredirects.add_redirect" in permissions_of(Role.AUDITOR)


class TestPlaces:
    def test_load_places_brings_the_three_regions_and_all_municipalities(self):
        assert services.load_places() == 29
        assert list(Region.objects.values_list("name_en", "name_ar")) == [
            ("West", "الغرب"),
            ("East", "الشرق"),
            ("South", "الجنوب"),
        ]
        assert Municipality.objects.count() == 29
        misrata = Municipality.objects.get(name_ar="مصراتة")
        assert (misrata.name_en, misrata.region.code) == ("Misrata", "west")

    def test_load_places_twice_keeps_corrections(self):
        services.load_places()
        Municipality.objects.filter(code="ubari").update(name_ar="أوباري (مصححة)")
        services.load_places()
        assert Municipality.objects.count() == 29
        assert Municipality.objects.get(code="ubari").name_ar == "أوباري (مصححة)"


def test_sync_email_addresses_forgets_the_former_address():
    person = UserFactory(email="old@example.org")
    services.sync_email_addresses(person=person)
    person.email = "new@example.org"
    person.save()
    services.sync_email_addresses(person=person)
    assert list(EmailAddress.objects.values_list("email", "primary")) == [("new@example.org", True)]
    person.email = None
    person.save()
    services.sync_email_addresses(person=person)
    assert not EmailAddress.objects.exists()
