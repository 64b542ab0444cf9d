"""What each role may do with surveys. The platform does not know this plugin, so the plugin sees to it itself."""

from typing import Any

from django.contrib.auth.management import create_permissions
from wagtail.permissions import ModelPermissionPolicy

from lms.api import Role, grant_permissions

ROLE_PERMISSIONS: dict[Role, tuple[str, ...]] = {
    Role.PROGRAMME_LEAD: (
        "stakeholder_survey.add_survey",
        "stakeholder_survey.change_survey",
        "stakeholder_survey.view_survey",
        "stakeholder_survey.add_questionnaireversion",
        "stakeholder_survey.view_questionnaireversion",
        "stakeholder_survey.publish_questionnaireversion",
        "stakeholder_survey.view_response",
        "stakeholder_survey.export_response",
    ),
    Role.AUDITOR: (
        "stakeholder_survey.view_survey",
        "stakeholder_survey.view_questionnaireversion",
    ),
}


class KeptPolicy(ModelPermissionPolicy):
    """For rows that nobody deletes, superusers included: answers hang on them."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action != "delete" and super().user_has_permission(user, action)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)


def grant_role_permissions(sender: Any, **_signal: Any) -> None:
    """Give the roles their permissions after the plugin's tables have been migrated."""
    # Django makes them in the same signal, and nothing says that its receiver has run before this one.
    create_permissions(sender, verbosity=0)
    for role, permissions in ROLE_PERMISSIONS.items():
        grant_permissions(role=role, permissions=permissions)
