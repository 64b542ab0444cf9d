from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PluginApiConfig(AppConfig):
    name = "lms.plugin_api"
    verbose_name = _("Plugins")

    def ready(self) -> None:
        from lms.plugin_api import checks  # noqa: F401 - registers the system checks
