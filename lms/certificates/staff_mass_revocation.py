"""The office's screens of mass revocations: propose, look through, and decide as a second person."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import InspectView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button, HeaderButton

from lms.common.permissions import ViewOnlyPolicy

from .enums import ProposalState
from .forms import MassRevocationForm
from .keys import KEY_TROUBLE, SIGNING_UNAVAILABLE
from .models import MassRevocation
from .services.mass_revocation import (
    APPROVE,
    PROPOSE,
    approve_mass_revocation,
    propose_mass_revocation,
    reject_mass_revocation,
)
from .staff import RelatedIndexView

logger = logging.getLogger(__name__)

Decision = Callable[..., MassRevocation]

#: Name in the address: what it is called, what it does, what is said before it.
DECISIONS: dict[str, tuple[Any, Decision, Any]] = {
    "approve": (
        gettext_lazy("Revoke all"),
        approve_mass_revocation,
        gettext_lazy("All these certificates end for good. This cannot be taken back."),
    ),
    "reject": (
        gettext_lazy("Reject the proposal"),
        reject_mass_revocation,
        gettext_lazy("All these certificates stay as they are."),
    ),
}
INDEX = "mass_revocations:index"


class MassRevocationIndexView(RelatedIndexView):
    related = ("proposed_by", "decided_by")

    def get_base_queryset(self) -> QuerySet[MassRevocation]:
        rows: QuerySet[MassRevocation] = super().get_base_queryset()
        return rows.annotate(count=Count("certificates"))

    @cached_property
    def header_buttons(self) -> list[Button]:
        buttons: list[Button] = super().header_buttons
        if self.request.user.has_perm(PROPOSE):
            buttons.append(
                HeaderButton(
                    _("Propose a mass revocation"),
                    url=reverse("mass_revocation_propose"),
                    icon_name="warning",
                )
            )
        return buttons


class MassRevocationInspectView(InspectView):
    @cached_property
    def header_more_buttons(self) -> list[Button]:
        proposal: MassRevocation = self.object
        if proposal.state != ProposalState.PROPOSED:
            return []
        return [
            Button(
                label, url=reverse("mass_revocation_decide", args=[proposal.pk, name]), icon_name="warning"
            )
            for name, (label, _step, _words) in DECISIONS.items()
            if may_decide(self.request.user, proposal, name)
        ]

    def get_certificates_display_value(self) -> str:
        rows = self.object.certificates.order_by("register_index")
        return format_html_join(
            mark_safe("<br>"),
            '<bdi dir="ltr">{}</bdi> · <bdi>{}</bdi> · {}',
            ((str(row), row.name_ar, row.status_label) for row in rows),
        )

    def get_proposed_by_display_value(self) -> str:
        return format_html("<bdi>{}</bdi>", self.object.proposed_by.name)

    def get_decided_by_display_value(self) -> str:
        person = self.object.decided_by
        return format_html("<bdi>{}</bdi>", person.name) if person else "–"

    def get_decided_at_display_value(self) -> str:
        at = self.object.decided_at
        return date_format(timezone.localtime(at), "DATETIME_FORMAT") if at else "–"


class MassRevocationViewSet(ModelViewSet):
    model = MassRevocation
    icon = "warning"
    menu_label = gettext_lazy("Mass revocations")
    index_view_class = MassRevocationIndexView
    inspect_view_enabled = True
    inspect_view_class = MassRevocationInspectView
    inspect_view_fields = [
        "reason",
        "state",
        "proposed_by",
        "proposed_at",
        "decided_by",
        "decided_at",
        "certificates",
    ]
    list_display = [
        "reason",
        Column("count", label=gettext_lazy("Certificates")),
        Column("state", label=gettext_lazy("State"), accessor="get_state_display", sort_key="state"),
        Column("proposed_by", label=gettext_lazy("Proposed by"), accessor="proposed_by.name"),
        DateColumn("proposed_at", label=gettext_lazy("Proposed"), sort_key="proposed_at"),
    ]
    list_export = ["reason", "state", "proposed_by.name_ar", "proposed_at", "decided_at"]
    list_filter = ["state"]
    ordering = ["-proposed_at"]
    form_fields: list[str] = []
    permission_policy = ViewOnlyPolicy(MassRevocation)


def may_decide(user: Any, proposal: MassRevocation, decision: str) -> bool:
    """Whether to offer a decision to somebody; the service decides for good."""
    is_own = proposal.proposed_by_id == user.pk
    if decision == "approve":
        return bool(user.has_perm(APPROVE)) and not is_own
    return bool(user.has_perm(APPROVE)) or is_own


class ProposeView(WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]  # not at run time
    """Name many certificates and say why they are to end; another person decides."""

    form_class = MassRevocationForm
    template_name = "certificates/admin/mass_revocation_propose.html"
    header_icon = "warning"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.has_perm(PROPOSE):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return _("Propose a mass revocation")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*super().get_breadcrumbs_items(), *_crumbs(self.get_page_title())]

    def form_valid(self, form: MassRevocationForm) -> HttpResponse:
        try:
            proposal = propose_mass_revocation(
                certificates=form.cleaned_data["certificates"],
                reason=form.cleaned_data["reason"],
                actor=self.request.user,  # type: ignore[arg-type]  # dispatch has let in nobody else
            )
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        messages.success(self.request, _("Proposed. Nothing is revoked until a second person approves it."))
        return redirect("mass_revocations:inspect", proposal.pk)


class DecideView(WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]  # not at run time
    """One last look before all of them end, or stay."""

    template_name = "certificates/admin/mass_revocation_decide.html"
    header_icon = "warning"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.proposal = get_object_or_404(
            MassRevocation.objects.select_related("proposed_by"), pk=kwargs["pk"]
        )
        self.label, self.decision, self.words = DECISIONS[kwargs["decision"]]
        if not may_decide(request.user, self.proposal, kwargs["decision"]):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_form(self, form_class: Any = None) -> Any:
        return None

    def get_page_title(self) -> str:
        return str(self.label)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [*super().get_breadcrumbs_items(), *_crumbs(self.get_page_title())]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            proposal=self.proposal,
            certificates=self.proposal.certificates.order_by("register_index"),
            label=self.label,
            words=self.words,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            self.decision(proposal=self.proposal, actor=request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        except KEY_TROUBLE as trouble:
            logger.error("certificates cannot be signed: %s", trouble.code)
            messages.error(request, SIGNING_UNAVAILABLE)
        else:
            messages.success(request, _("Decided, and on record."))
        return redirect("mass_revocations:inspect", self.proposal.pk)


def _crumbs(title: str) -> list[dict[str, str]]:
    return [
        {"url": reverse(INDEX), "label": _("Mass revocations")},
        {"url": "", "label": title},
    ]
