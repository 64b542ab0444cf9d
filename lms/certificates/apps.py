from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CertificatesConfig(AppConfig):
    name = "lms.certificates"
    label = "certificates"
    verbose_name = _("Certificates")

    def ready(self) -> None:
        from lms.plugin_api.host import register_gate_key_usage

        from . import checks  # noqa: F401 - registers the system checks
        from .gates import gate_keys_in_use

        register_gate_key_usage(gate_keys_in_use)
