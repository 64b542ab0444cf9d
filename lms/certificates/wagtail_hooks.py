from django.urls import URLPattern, path, register_converter
from django.urls.converters import StringConverter
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry

from .staff import STEPS, CertificateGroup, CertificateStepView
from .staff_issuing import IssueView


class StepConverter(StringConverter):
    regex = "|".join(STEPS)


register_converter(StepConverter, "certificate_step")


@hooks.register("register_admin_viewset")
def register_certificates() -> CertificateGroup:
    return CertificateGroup()


@hooks.register("register_admin_urls")
def register_steps() -> list[URLPattern]:
    return [
        path("certificates/issue/", IssueView.as_view(), name="certificates_issue"),
        path(
            "certificates/<int:pk>/<certificate_step:step>/",
            CertificateStepView.as_view(),
            name="certificate_step",
        ),
    ]


@hooks.register("register_icons")
def register_icons(icons: list[str]) -> list[str]:
    return [*icons, "certificates/icons/sanad-award.svg"]


@hooks.register("register_log_actions")
def register_log_actions(actions: LogActionRegistry) -> None:
    for action, label, message in (
        ("certificates.issue", _("Issue certificate"), _("Certificate issued")),
        ("certificates.revoke", _("Revoke certificate"), _("Certificate revoked")),
        ("certificates.suspend", _("Suspend certificate"), _("Certificate suspended")),
        ("certificates.restore", _("Restore certificate"), _("Certificate restored")),
        ("certificates.override_gate", _("Waive a condition"), _("Condition waived")),
    ):
        actions.register_action(action, label, message)
