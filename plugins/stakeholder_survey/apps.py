from django.utils.translation import gettext_lazy as _

from lms.plugin_api import LmsPlugin


class StakeholderSurveyConfig(LmsPlugin):
    name = "plugins.stakeholder_survey"
    verbose_name = _("Stakeholder survey")
    hook_api = 1
    urls = "urls"
    url_prefix = "survey"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from .permissions import grant_role_permissions

        super().ready()
        post_migrate.connect(
            grant_role_permissions, sender=self, dispatch_uid="stakeholder_survey.permissions"
        )
