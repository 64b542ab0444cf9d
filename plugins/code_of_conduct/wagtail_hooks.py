"""The plugin in the Wagtail administration."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry

from .viewsets import ConductViewSetGroup


@hooks.register("register_admin_viewset")
def conduct_viewsets() -> ConductViewSetGroup:
    return ConductViewSetGroup()


@hooks.register("register_log_actions")
def conduct_log_actions(actions: LogActionRegistry) -> None:
    for name, label, message in (
        ("publish", _("Publish a version"), _("Published a version")),
        ("accept", _("Accept the endorsement"), _("Accepted the endorsement")),
        ("decline", _("Decline the endorsement"), _("Declined the endorsement")),
        ("withdraw", _("Withdraw the endorsement"), _("Recorded the withdrawal")),
    ):
        actions.register_action(f"code_of_conduct.{name}", label, message)
