"""What staff see in the administration: leads everything, trainers what is theirs."""

from typing import Any

from django.db.models import QuerySet
from wagtail.permissions import ModelPermissionPolicy

from lms.people.models import User


class OwnRowsPolicy(ModelPermissionPolicy):
    """Rows of one's own cohorts, unless one may see the whole programme.

    `path` leads from the model to the cohort's trainer. Nothing is deleted from a cascade in the
    administration: people withdraw, sessions keep their attendance.
    """

    def __init__(self, model: Any, path: str) -> None:
        super().__init__(model)
        self.path = path

    def user_has_permission(self, user: User, action: str) -> bool:
        return action != "delete" and bool(super().user_has_permission(user, action))

    def sees_all(self, user: User) -> bool:
        return bool(user.has_perm("cascade.view_dashboard"))

    def instances_user_has_any_permission_for(self, user: User, actions: Any) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().instances_user_has_any_permission_for(user, actions)
        return rows if self.sees_all(user) else rows.filter(pk__in=self._own(user).values("pk"))

    def _own(self, user: User) -> QuerySet[Any]:
        own: QuerySet[Any] = self.model._default_manager.filter(**{self.path: user})
        return own

    def user_has_permission_for_instance(self, user: User, action: str, instance: Any) -> bool:
        if not self.user_has_permission(user, action):
            return False
        return self.sees_all(user) or self._own(user).filter(pk=instance.pk).exists()
