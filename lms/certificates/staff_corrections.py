"""The office's screens for name corrections: what is asked for, and the decision."""

import logging
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import InspectView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button

from lms.common.permissions import ViewOnlyPolicy

from .enums import CorrectionState
from .keys import KEY_TROUBLE, SIGNING_UNAVAILABLE
from .models import NameCorrection
from .services.corrections import accept_correction, refuse_correction
from .services.issuing import CertificateBlockedError
from .staff_lists import RelatedIndexView

logger = logging.getLogger(__name__)


class CorrectionInspectView(InspectView):
    @cached_property
    def header_more_buttons(self) -> list[Button]:
        correction: NameCorrection = self.object
        is_mine = self.request.user.has_perm("certificates.decide_namecorrection")
        if not is_mine or correction.state != CorrectionState.PENDING:
            return []
        url = reverse("name_correction_decide", args=[correction.pk])
        return [Button(_("Decide"), url=url, icon_name="check")]


class CorrectionIndexView(RelatedIndexView):
    related = ("certificate__type", "decided_by")


class CorrectionViewSet(ModelViewSet):
    model = NameCorrection
    icon = "edit"
    menu_label = gettext_lazy("Name corrections")
    index_view_class = CorrectionIndexView
    inspect_view_enabled = True
    inspect_view_class = CorrectionInspectView
    copy_view_enabled = False
    list_display = [
        Column("name_ar", label=gettext_lazy("Correct name")),
        Column("was", label=gettext_lazy("Name on the certificate"), accessor="certificate.name_ar"),
        Column("certificate", label=gettext_lazy("Certificate")),
        Column("state", label=gettext_lazy("State"), accessor="get_state_display"),
        DateColumn("created_at", label=gettext_lazy("Requested")),
    ]
    list_filter = ["state"]
    list_export = ["certificate", "name_ar", "name_en", "state", "created_at", "decided_at"]
    inspect_view_fields = [
        "certificate",
        "name_ar",
        "name_en",
        "reason",
        "state",
        "answer",
        "decided_by",
        "decided_at",
        "created_at",
    ]
    form_fields: list[str] = []
    permission_policy = ViewOnlyPolicy(NameCorrection)


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[
            ("accept", gettext_lazy("Accept: issue the certificate anew under the correct name")),
            ("refuse", gettext_lazy("Refuse: the certificate stays as it is")),
        ],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label=gettext_lazy("Answer to the holder"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("Needed for a refusal. The holder reads it."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )


class CorrectionDecisionView(WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]  # not at run time
    form_class = DecisionForm
    template_name = "certificates/admin/correction.html"
    header_icon = "edit"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.has_perm("certificates.decide_namecorrection"):
            raise PermissionDenied
        rows = NameCorrection.objects.select_related("certificate__type", "certificate__holder")
        self.correction = get_object_or_404(rows, pk=kwargs["pk"])
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return _("Name correction")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("name_corrections:index"), "label": _("Name corrections")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(correction=self.correction, **kwargs)

    def form_valid(self, form: DecisionForm) -> HttpResponse:
        try:
            self._decide(form)
        except CertificateBlockedError as blocked:
            missing = [status.outcome.label for status in blocked.statuses if not status.is_open]
            words = _("It cannot be issued anew, because a condition is not met today: %(missing)s.")
            form.add_error(None, words % {"missing": "، ".join(missing)})
        except ValidationError as error:
            form.add_error(None, error.messages)
        except KEY_TROUBLE as trouble:
            logger.error("certificates cannot be signed: %s", trouble.code)
            form.add_error(None, SIGNING_UNAVAILABLE)
        if form.errors:
            return self.form_invalid(form)
        return redirect("name_corrections:inspect", self.correction.pk)

    def _decide(self, form: DecisionForm) -> None:
        actor: Any = self.request.user
        answer = form.cleaned_data["answer"]
        if form.cleaned_data["decision"] == "refuse":
            refuse_correction(correction=self.correction, actor=actor, answer=answer)
            messages.success(self.request, _("Refused. The holder reads your answer."))
            return
        new = accept_correction(correction=self.correction, actor=actor, answer=answer)
        messages.success(
            self.request,
            _("The new certificate is %(number)s. The old one is no longer in force.") % {"number": new},
        )
