"""The office's screens: what certificates there are, the steps that end, suspend or restore one, and waivers."""

import logging
from collections.abc import Callable
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import CreateView, IndexView, InspectView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button, HeaderButton

from lms.common.permissions import ViewOnlyPolicy
from lms.common.spreadsheets import SafeSpreadsheetMixin

from .enums import CertificateStatus
from .forms import CertificateTypeForm, GateOverrideForm, ReasonForm
from .gates import available_gates
from .keys import KEY_TROUBLE, SIGNING_UNAVAILABLE
from .models import Certificate, CertificateType, GateOverride
from .services.overrides import override_gate
from .services.standing import restore_certificate, revoke_certificate, suspend_certificate

logger = logging.getLogger(__name__)

Step = Callable[..., Certificate]

#: Name in the address: what it is called, what it does, and from which status it may be taken.
STEPS: dict[str, tuple[Any, Step, frozenset[str]]] = {
    "revoke": (
        gettext_lazy("Revoke"),
        revoke_certificate,
        frozenset({CertificateStatus.ACTIVE, CertificateStatus.SUSPENDED}),
    ),
    "suspend": (gettext_lazy("Suspend"), suspend_certificate, frozenset({CertificateStatus.ACTIVE})),
    "restore": (gettext_lazy("Restore"), restore_certificate, frozenset({CertificateStatus.SUSPENDED})),
}


class RelatedIndexView(SafeSpreadsheetMixin, IndexView):
    """A list that reads what its rows refer to in the same query."""

    related: ClassVar[tuple[str, ...]] = ()

    def get_base_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_base_queryset()
        return rows.select_related(*self.related)


class CertificateIndexView(RelatedIndexView):
    related = ("type",)

    @cached_property
    def header_buttons(self) -> list[Button]:
        buttons: list[Button] = super().header_buttons
        if self.request.user.has_perm("certificates.issue_certificate"):
            buttons.append(
                HeaderButton(
                    _("Issue certificates"), url=reverse("certificates_issue"), icon_name="sanad-award"
                )
            )
        return buttons


class CertificateInspectView(InspectView):
    @cached_property
    def header_more_buttons(self) -> list[Button]:
        certificate: Certificate = self.object
        buttons = [
            Button(
                _("Open as the holder sees it"),
                url=reverse("certificates:detail", args=[certificate.number]),
                icon_name="view",
            )
        ]
        if self.request.user.has_perm("certificates.revoke_certificate"):
            buttons += [
                Button(
                    label, url=reverse("certificate_step", args=[certificate.pk, name]), icon_name="warning"
                )
                for name, (label, _step, allowed) in STEPS.items()
                if certificate.status in allowed
            ]
        return buttons

    def get_events_display_value(self) -> str:
        events = self.object.events.select_related("actor")
        lines = (
            (
                capfirst(event.get_type_display()),
                f"{event.at:%Y-%m-%d}",
                event.register_index,
                event.actor.name if event.actor else "",
                event.reason,
            )
            for event in events
        )
        return format_html_join(
            mark_safe("<br>"),
            '{} · <bdi dir="ltr">{}</bdi> · <bdi dir="ltr">{}</bdi> · <bdi>{}</bdi> <bdi>{}</bdi>',
            lines,
        )

    def get_field_label(self, field_name: str, field: Any) -> str:
        return _("History") if field_name == "events" else super().get_field_label(field_name, field)


class CertificateViewSet(ModelViewSet):
    model = Certificate
    icon = "sanad-award"
    menu_label = gettext_lazy("Issued certificates")
    list_display = [
        "__str__",
        "name_ar",
        "type",
        Column("status_label", label=gettext_lazy("Status"), sort_key="status"),
        Column("issued_on", label=gettext_lazy("Issued"), sort_key="issued_on"),
        "register_index",
    ]
    list_filter = ["status", "type", "issued_on"]
    list_export = [
        "number",
        "name_ar",
        "name_en",
        "type",
        "status",
        "issued_on",
        "expires_on",
        "register_index",
    ]
    search_fields = ["number", "name_ar", "name_en"]
    search_backend_name = None
    ordering = ["-register_index"]
    index_view_class = CertificateIndexView
    inspect_view_enabled = True
    inspect_view_class = CertificateInspectView
    inspect_view_fields = [
        "number",
        "name_ar",
        "name_en",
        "type",
        "status",
        "issued_on",
        "expires_on",
        "register_index",
        "trainer_certificate",
        "events",
    ]
    form_fields: list[str] = []
    permission_policy = ViewOnlyPolicy(Certificate)


class CertificateTypeIndexView(RelatedIndexView):
    related = ("tier",)


class CertificateTypeViewSet(ModelViewSet):
    model = CertificateType
    icon = "clipboard-list"
    index_view_class = CertificateTypeIndexView
    list_display = ["code", "name_ar", "name_en", "tier", "validity_days"]
    inspect_view_enabled = True

    def get_form_class(self, for_update: bool = False) -> type[CertificateTypeForm]:
        return CertificateTypeForm


class GateOverridePolicy(ViewOnlyPolicy):
    """Who may view certificates sees the waivers; who may waive a condition adds one; none is ever changed."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return bool(user.has_perm(self._permission(action))) if self._permission(action) else False

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def _permission(self, action: str) -> str:
        names = {"add": "certificates.override_gate", "view": "certificates.view_certificate"}
        return names.get(action, "")


class GateOverrideIndexView(RelatedIndexView):
    related = ("type", "learner", "actor")


class GateOverrideAddView(CreateView):
    def save_instance(self) -> GateOverride:
        data = self.form.cleaned_data
        return override_gate(
            certificate_type=data["type"],
            learner=data["learner"],
            gate_key=data["gate_key"],
            reason=data["reason"],
            actor=self.request.user,
        )


class GateOverrideViewSet(ModelViewSet):
    """The waivers on record, and the form that adds one."""

    model = GateOverride
    icon = "key"
    menu_label = gettext_lazy("Waived conditions")
    index_view_class = GateOverrideIndexView
    add_view_class = GateOverrideAddView
    inspect_view_enabled = True
    copy_view_enabled = False
    list_display = [
        Column("learner", label=gettext_lazy("Person"), accessor="learner.name"),
        Column("type", label=gettext_lazy("Certificate type"), accessor="type.name"),
        Column("gate_key", label=gettext_lazy("Condition"), accessor=lambda row: gate_label(row.gate_key)),
        "reason",
        Column("actor", label=gettext_lazy("Waived by"), accessor="actor.name"),
        DateColumn("at", label=gettext_lazy("At"), sort_key="at"),
    ]
    list_export = ["learner.name_ar", "type", "gate_key", "reason", "actor.name_ar", "at"]
    inspect_view_fields = ["learner", "type", "gate_key", "reason", "actor", "at"]
    ordering = ["-at"]
    permission_policy = GateOverridePolicy(GateOverride)

    def get_form_class(self, for_update: bool = False) -> type[GateOverrideForm]:
        return GateOverrideForm


def gate_label(key: str) -> str:
    """The gate's words; the key itself where its plugin is gone."""
    return available_gates().get(key, key)


class CertificateStepView(WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]  # not at run time
    """Revoke, suspend or restore one certificate, with a reason."""

    form_class = ReasonForm
    template_name = "certificates/admin/certificate_step.html"
    header_icon = "warning"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.has_perm("certificates.revoke_certificate"):
            raise PermissionDenied
        self.certificate = get_object_or_404(self.get_queryset(), pk=kwargs["pk"])
        self.label, self.step, _allowed = STEPS[kwargs["step"]]
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[Certificate]:
        return Certificate.objects.select_related("type")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        pk = self.certificate.pk
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("issued_certificates:index"), "label": _("Issued certificates")},
            {"url": reverse("issued_certificates:inspect", args=[pk]), "label": str(self.certificate)},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_page_title(self) -> str:
        return str(self.label)

    def get_page_subtitle(self) -> str:
        return str(self.certificate)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(certificate=self.certificate, label=self.label, **kwargs)

    def form_valid(self, form: ReasonForm) -> HttpResponse:
        try:
            self.step(
                certificate=self.certificate, reason=form.cleaned_data["reason"], actor=self.request.user
            )
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        except KEY_TROUBLE as trouble:
            logger.error("certificates cannot be signed: %s", trouble.code)
            form.add_error(None, SIGNING_UNAVAILABLE)
            return self.form_invalid(form)
        messages.success(self.request, _("Done, and entered in the register."))
        return redirect("issued_certificates:inspect", self.certificate.pk)
