from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _
from wagtail.users.apps import WagtailUsersAppConfig


class PeopleConfig(AppConfig):
    # This module holds two configurations; without the mark Django would choose neither.
    default = True
    name = "lms.people"
    label = "people"
    verbose_name = _("People")

    def ready(self) -> None:
        from .services import sync_roles

        post_migrate.connect(sync_roles, dispatch_uid="people.sync_roles")


class PeopleUsersAppConfig(WagtailUsersAppConfig):
    """Wagtail's user screens with our own user form."""

    user_viewset = "lms.people.viewsets.UserViewSet"
