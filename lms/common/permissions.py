"""Permission policies that Wagtail does not bring."""

from typing import Any

from wagtail.permissions import ModelPermissionPolicy


class ViewOnlyPolicy(ModelPermissionPolicy):
    """For records that services alone may write: nobody changes them in a form, superusers included."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "view" and super().user_has_permission(user, action)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return "view" in actions and super().user_has_permission(user, "view")
