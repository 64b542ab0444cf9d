from django.urls import URLPattern, path, register_converter
from django.urls.converters import StringConverter
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.viewsets.model import ModelViewSetGroup
from wagtail.log_actions import LogActionRegistry

from .staff import (
    STEPS,
    CertificateStepView,
    CertificateTypeViewSet,
    CertificateViewSet,
    GateOverrideViewSet,
)
from .staff_issuing import IssueView
from .staff_mass_revocation import DECISIONS, DecideView, MassRevocationViewSet, ProposeView


class StepConverter(StringConverter):
    regex = "|".join(STEPS)


class DecisionConverter(StringConverter):
    regex = "|".join(DECISIONS)


register_converter(StepConverter, "certificate_step")
register_converter(DecisionConverter, "mass_revocation_decision")


class CertificateGroup(ModelViewSetGroup):
    menu_label = _("Certificates")
    menu_icon = "sanad-award"
    menu_order = 400
    items = (
        CertificateViewSet("issued_certificates"),
        CertificateTypeViewSet("certificate_types"),
        GateOverrideViewSet("gate_overrides"),
        MassRevocationViewSet("mass_revocations"),
    )


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
        path("certificates/mass-revocation/", ProposeView.as_view(), name="mass_revocation_propose"),
        path(
            "certificates/mass-revocation/<int:pk>/<mass_revocation_decision:decision>/",
            DecideView.as_view(),
            name="mass_revocation_decide",
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
        (
            "certificates.propose_mass_revocation",
            _("Propose a mass revocation"),
            _("Mass revocation proposed"),
        ),
        (
            "certificates.approve_mass_revocation",
            _("Approve a mass revocation"),
            _("Mass revocation approved"),
        ),
        ("certificates.reject_mass_revocation", _("Reject a mass revocation"), _("Mass revocation rejected")),
    ):
        actions.register_action(action, label, message)
