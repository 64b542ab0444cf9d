"""The office prints badges: a whole cohort on sheets for the printer and the cutter."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.log_actions import log

from lms.cascade.models import Cohort

from .cards import PER_SHEET, Flip
from .document import DocumentError
from .paper import sheets_pdf
from .selectors import certificates_to_print
from .staff_designs import pdf_response

#: What one request renders without a proxy losing patience; a larger run belongs to `sanad print_badges`.
MAX_AT_ONCE = 200


class PrintForm(forms.Form):
    cohort = forms.ModelChoiceField(
        label=gettext_lazy("Cohort"), queryset=Cohort.objects.select_related("municipality")
    )
    flip = forms.ChoiceField(
        label=gettext_lazy("The printer turns the sheet"),
        choices=[
            (Flip.LONG.value, gettext_lazy("over the long edge (the usual setting)")),
            (Flip.SHORT.value, gettext_lazy("over the short edge")),
        ],
        initial=Flip.LONG.value,
        widget=forms.RadioSelect,
    )


class PrintBadgesView(WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]  # not at run time
    form_class = PrintForm
    template_name = "certificates/admin/print_badges.html"
    header_icon = "print"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.has_perm("certificates.issue_certificate"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return _("Print badges")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("issued_certificates:index"), "label": _("Issued certificates")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(per_sheet=PER_SHEET, **kwargs)

    def form_valid(self, form: PrintForm) -> HttpResponse:
        cohort: Cohort = form.cleaned_data["cohort"]
        certificates = list(certificates_to_print(cohort)[: MAX_AT_ONCE + 1])
        if not certificates:
            form.add_error("cohort", _("Nobody of this cohort holds a certificate in force."))
            return self.form_invalid(form)
        if len(certificates) > MAX_AT_ONCE:
            words = _("More than %(count)s badges: have them printed with “sanad print_badges”.")
            form.add_error("cohort", words % {"count": MAX_AT_ONCE})
            return self.form_invalid(form)
        try:
            content = sheets_pdf(
                certificates,
                flip=Flip(form.cleaned_data["flip"]),
                title=str(cohort),
                day=timezone.localdate(),
            )
        except DocumentError as error:
            form.add_error(None, _("The sheets cannot be printed: %(reason)s.") % {"reason": error})
            return self.form_invalid(form)
        log(cohort, "certificates.print_badges", user=self.request.user, data={"count": len(certificates)})
        return pdf_response(content, f"badges-{cohort.public_id}.pdf")
