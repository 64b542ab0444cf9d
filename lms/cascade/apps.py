from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext_lazy as _


class CascadeConfig(AppConfig):
    name = "lms.cascade"
    label = "cascade"
    verbose_name = _("Cascade")

    def ready(self) -> None:
        user_logged_in.connect(begin_waiting_trainings, dispatch_uid="cascade.begin_waiting_trainings")


def begin_waiting_trainings(user: Any, **_signal: Any) -> None:
    """A password may also have been set by a reset instead of the invitation."""
    from .invitations import begin_waiting_trainings

    begin_waiting_trainings(person=user)
