"""What staff do with codes and endorsements, each through its service."""

from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic import PermissionCheckedMixin
from wagtail.admin.views.generic.base import BaseObjectMixin, WagtailAdminTemplateMixin

from .errors import AlreadyDecided, AlreadyStanding, CannotPublish, ConductError
from .forms import AcceptForm, PublishForm, ReasonForm
from .mail import send_decision
from .models import Code, Endorsement
from .services import accept_endorsement, decline_endorsement, publish_version, withdraw_endorsement


class ActionView(PermissionCheckedMixin, BaseObjectMixin, WagtailAdminTemplateMixin, FormView):
    """A form about one row, in the frame of the administration; `act` does it and says what was done."""

    permission_policy: Any = None
    index_url_name = ""
    template_name = "wagtailadmin/generic/form.html"
    submit_label: Any = ""

    def act(self, form: Any) -> str:
        raise NotImplementedError

    def get_done_url(self) -> str:
        return reverse(self.index_url_name)

    def get_page_subtitle(self) -> str:
        return str(self.object)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        index = {"url": reverse(self.index_url_name), "label": self.model._meta.verbose_name_plural}
        here = {"url": "", "label": self.get_page_title(), "sublabel": self.get_page_subtitle()}
        return [*self.breadcrumbs_items, index, here]

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            done = self.act(form)
        except ConductError as error:
            form.add_error(None, _sentence(error))
            messages.validation_error(self.request, _("Nothing was changed."), form)
            return self.form_invalid(form)
        messages.success(self.request, done)
        return HttpResponseRedirect(self.get_done_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {
            **context,
            "media": context["form"].media,
            "submit_button_label": self.submit_label,
            "submit_button_active_label": self.submit_label,
        }


class PublishView(ActionView):
    """Freeze the draft. The form's own validation knows nothing of the code, so the service has the last word."""

    model = Code
    permission_required = "publish"
    form_class = PublishForm
    page_title = gettext_lazy("Publish a version")
    submit_label = gettext_lazy("Publish: the text cannot be changed afterwards")

    def act(self, form: PublishForm) -> str:
        data = form.cleaned_data
        version = publish_version(
            code=self.object,
            number=data["number"],
            date=data["date"],
            change=data["change"],
            user=self.request.user,
        )
        return _("Version %(number)s is published and in force.") % {"number": version.number}

    def get_done_url(self) -> str:
        return reverse("code_of_conduct_versions:index")


class EndorsementActionView(ActionView):
    model = Endorsement
    permission_required = "review"

    def get_base_object_queryset(self) -> Any:
        return Endorsement.objects.select_related("version__code", "municipality")

    def tell(self, endorsement: Endorsement, contact: str, done: str) -> str:
        """What was done, and whether the signatory has been told."""
        if not contact:
            return done
        with override(endorsement.language):
            path = reverse("code_of_conduct:receipt", args=[endorsement.public_id])
        was_sent = send_decision(endorsement, contact, self.request.build_absolute_uri(path))
        told = (
            _("The signatory has been told by e-mail.")
            if was_sent
            else _("The e-mail to the signatory could not be sent.")
        )
        return f"{done} {told}"


class AcceptView(EndorsementActionView):
    form_class = AcceptForm
    page_title = gettext_lazy("Accept the endorsement")
    submit_label = gettext_lazy("Accept: identity and mandate have been confirmed")

    def act(self, form: forms.Form) -> str:
        accepted = accept_endorsement(
            endorsement=self.object, reviewer=self.request.user, in_person=form.cleaned_data["in_person"]
        )
        return self.tell(accepted, accepted.contact, _("The endorsement is in force."))


class DeclineView(EndorsementActionView):
    form_class = ReasonForm
    page_title = gettext_lazy("Decline the endorsement")
    submit_label = gettext_lazy("Decline the endorsement")

    def act(self, form: forms.Form) -> str:
        contact = self.object.contact
        declined = decline_endorsement(
            endorsement=self.object, reviewer=self.request.user, reason=form.cleaned_data["reason"]
        )
        return self.tell(declined, contact, _("The endorsement was not accepted."))


class RecordWithdrawalView(EndorsementActionView):
    """For a signatory who withdraws by letter."""

    form_class = ReasonForm
    page_title = gettext_lazy("Record a withdrawal")
    submit_label = gettext_lazy("Record the withdrawal")

    def act(self, form: forms.Form) -> str:
        withdraw_endorsement(
            endorsement=self.object, reason=form.cleaned_data["reason"], recorded_by=self.request.user
        )
        return _("The withdrawal is recorded.")


def _sentence(error: ConductError) -> str:
    if isinstance(error, CannotPublish):
        return str(error)
    if isinstance(error, AlreadyStanding):
        return _("This person or body already has an endorsement in force. Decline this one.")
    if isinstance(error, AlreadyDecided):
        return _("Somebody has decided about this endorsement, or it was withdrawn, in the meantime.")
    return _("This cannot be done at present.")
