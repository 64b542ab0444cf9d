"""Who may do what with accounts in the administration."""

from typing import Any

from wagtail.permissions import ModelPermissionPolicy

from .models import User


class PeoplePermissionPolicy(ModelPermissionPolicy):
    """People are never deleted, only erased; and nobody changes the account of somebody with more rights."""

    def user_has_permission(self, user: User, action: str) -> bool:
        return action != "delete" and super().user_has_permission(user, action)

    def user_has_permission_for_instance(self, user: User, action: str, instance: Any) -> bool:
        return self.user_has_permission(user, action) and (user.is_superuser or not instance.is_superuser)


def may_make_sign_in_link(user: User, person: User) -> bool:
    """Whoever may change an account may hand its owner a way in, but never to a closed account and never to
    oneself: changing one's own password asks for the old one.
    """
    policy = PeoplePermissionPolicy(User)
    return (
        person != user
        and person.is_active
        and policy.user_has_permission_for_instance(user, "change", person)
    )
