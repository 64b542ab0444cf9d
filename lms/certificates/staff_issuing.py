"""The office's round of issuing: one cohort, everybody whose conditions are met, and why not for the others."""

import logging
from itertools import chain
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from .forms import IssueForm
from .keys import KEY_TROUBLE, SIGNING_UNAVAILABLE
from .selectors import awaiting_issue
from .services.issuing import issue_in_rounds

logger = logging.getLogger(__name__)


class IssueView(WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]  # not at run time
    """Choose certificate and cohort; see what was issued to whom."""

    form_class = IssueForm
    template_name = "certificates/admin/issue.html"
    header_icon = "sanad-award"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.has_perm("certificates.issue_certificate"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return _("Issue certificates")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("issued_certificates:index"), "label": _("Issued certificates")},
            {"url": "", "label": self.get_page_title()},
        ]

    def form_valid(self, form: IssueForm) -> HttpResponse:
        try:
            kind, cohort = form.cleaned_data["certificate_type"], form.cleaned_data["cohort"]
            rounds = issue_in_rounds(
                enrolments=awaiting_issue(kind).filter(cohort=cohort),
                certificate_type=kind,
                actor=self.request.user,  # type: ignore[arg-type]  # dispatch has let in nobody else
            )
            outcomes = list(chain.from_iterable(rounds))
        except KEY_TROUBLE as trouble:
            logger.error("certificates cannot be signed: %s", trouble.code)
            form.add_error(None, SIGNING_UNAVAILABLE)
            return self.form_invalid(form)
        issued = sum(outcome.certificate is not None for outcome in outcomes)
        context = self.get_context_data(
            form=form, outcomes=outcomes, issued=issued, open=len(outcomes) - issued
        )
        return self.render_to_response(context)
