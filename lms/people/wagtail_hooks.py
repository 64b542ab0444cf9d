"""What people add to the administration."""

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.widgets.button import Button
from wagtail.users.views.bulk_actions import (
    AssignRoleBulkAction,
    DeleteBulkAction,
    SetActiveStateBulkAction,
)

from . import admin_views
from .models import User
from .permissions import PeoplePermissionPolicy
from .viewsets import MunicipalityViewSet, OrganisationViewSet, RegionViewSet


class PlacesViewSetGroup(ViewSetGroup):
    menu_label = _("Places and bodies")
    menu_icon = "site"
    menu_order = 400
    items = (
        RegionViewSet("regions"),
        MunicipalityViewSet("municipalities"),
        OrganisationViewSet("organisations"),
    )


@hooks.register("register_admin_viewset")
def register_places() -> PlacesViewSetGroup:
    return PlacesViewSetGroup()


@hooks.register("register_admin_urls")
def register_privacy_urls() -> list[URLPattern]:
    return [
        path("people/privacy/", admin_views.privacy_record, name="people_privacy_record"),
        path("people/<uuid:public_id>/erase/", admin_views.erase, name="people_erase"),
        path("people/<uuid:public_id>/sign-in-link/", admin_views.sign_in_link, name="people_sign_in_link"),
    ]


class PermittedMenuItem(MenuItem):
    """A menu item for those who hold a permission."""

    def __init__(self, *args: Any, permission: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.permission = permission

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(self.permission))


@hooks.register("register_reports_menu_item")
def register_privacy_menu_item() -> PermittedMenuItem:
    return PermittedMenuItem(
        _("Personal data"),
        reverse("people_privacy_record"),
        icon_name="key",
        order=900,
        permission="people.view_privacy",
    )


@hooks.register("register_user_listing_buttons")
def offer_erasure(user: User, request_user: User) -> list[Button]:
    if not request_user.has_perm("people.erase_person") or user.erased_at:
        return []
    return [
        Button(
            _("Erase personal data"),
            reverse("people_erase", args=[user.public_id]),
            icon_name="bin",
            priority=50,
        )
    ]


class ActionOfAdministrators(AssignRoleBulkAction):
    """Roles in bulk are for administrators: whoever may change people could otherwise take any right."""

    def check_perm(self, obj: User) -> bool:
        return bool(self.request.user.is_superuser)


class ActionOnPermittedPeople(SetActiveStateBulkAction):
    def check_perm(self, obj: User) -> bool:
        return PeoplePermissionPolicy(User).user_has_permission_for_instance(self.request.user, "change", obj)


class NoDeletion(DeleteBulkAction):
    """People are erased one by one, with a report of what stays and why, and never deleted."""

    def check_perm(self, obj: User) -> bool:
        return False


# Registered late, these take the place of Wagtail's own actions of the same type.
for action in (ActionOfAdministrators, ActionOnPermittedPeople, NoDeletion):
    hooks.register("register_bulk_action", action, order=100)


@hooks.register("register_log_actions")
def register_log_actions(actions: Any) -> None:
    actions.register_action("people.erase", _("Erase personal data"), _("Personal data erased"))
    actions.register_action(
        "people.make_sign_in_link", _("Make a sign-in link"), _("Sign-in link made for this account")
    )
    actions.register_action(
        "people.accept_invitation", _("Accept an invitation"), _("Invitation accepted, password set")
    )
