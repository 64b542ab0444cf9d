"""The office's screens for designs: versions of each type, and the form that puts a new one in force."""

from typing import Any

from django.core.exceptions import PermissionDenied
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

from .document import Bilingual, DocumentError, Look, Signatory
from .forms_design import DesignForm
from .models import CertificateDesign, CertificateType
from .paper import look_of, signatories_of
from .services.designs import add_design, keep_picture
from .specimen import render_specimen
from .staff_lists import RelatedIndexView

TOO_MUCH_TEXT = gettext_lazy("These texts do not fit on one page. Shorten them.")
NOT_RENDERED = gettext_lazy("The page cannot be rendered. Tell whoever runs the platform.")


class DesignInspectView(InspectView):
    @cached_property
    def header_more_buttons(self) -> list[Button]:
        design: CertificateDesign = self.object
        buttons = [
            Button(
                _("Preview (PDF)"),
                url=reverse("certificate_design_preview", args=[design.pk]),
                icon_name="doc-full-inverse",
            )
        ]
        if self.request.user.has_perm("certificates.add_certificatedesign"):
            buttons.append(
                Button(
                    _("New version"),
                    url=reverse("certificate_design_new", args=[design.type_id]),
                    icon_name="plus-inverse",
                )
            )
        return buttons


class DesignIndexView(RelatedIndexView):
    related = ("type", "created_by")

    @cached_property
    def header_buttons(self) -> list[Button]:
        buttons: list[Button] = super().header_buttons
        if self.request.user.has_perm("certificates.add_certificatedesign"):
            buttons += [
                Button(
                    _("New version: %(name)s") % {"name": kind},
                    url=reverse("certificate_design_new", args=[kind.pk]),
                    icon_name="plus-inverse",
                )
                for kind in CertificateType.objects.all()
            ]
        return buttons


class DesignViewSet(ModelViewSet):
    """Versions are never changed: a new one holds for what is issued from then on."""

    model = CertificateDesign
    icon = "edit"
    menu_label = gettext_lazy("Designs")
    index_view_class = DesignIndexView
    inspect_view_enabled = True
    inspect_view_class = DesignInspectView
    copy_view_enabled = False
    list_display = [
        Column("__str__", label=gettext_lazy("Design")),
        Column("from_index", label=gettext_lazy("From register entry")),
        Column("created_by", label=gettext_lazy("By"), accessor="created_by.name"),
        DateColumn("created_at", label=gettext_lazy("At")),
    ]
    list_filter = ["type"]
    inspect_view_fields = [
        "type",
        "version",
        "from_index",
        "intro_ar",
        "intro_en",
        "note_ar",
        "note_en",
        "accent",
        "deep",
        "ornament",
        "created_by",
        "created_at",
    ]
    form_fields: list[str] = []
    permission_policy = ViewOnlyPolicy(CertificateDesign)


class DesignFormView(WagtailAdminTemplateMixin, FormView):  # type: ignore[type-arg]  # not at run time
    """Change texts, people, logo and colours; look at the paper first, then put it in force."""

    form_class = DesignForm
    template_name = "certificates/admin/design.html"
    header_icon = "edit"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.has_perm("certificates.add_certificatedesign"):
            raise PermissionDenied
        types = CertificateType.objects.select_related("tier__programme", "tier__course")
        self.certificate_type = get_object_or_404(types, pk=kwargs["type_id"])
        self.last = (
            CertificateDesign.objects.filter(type=self.certificate_type)
            .select_related("logo")
            .order_by("-version")
            .first()
        )
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return _("Design of certificates")

    def get_page_subtitle(self) -> str:
        return str(self.certificate_type)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("certificate_designs:index"), "label": _("Designs")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {
            **super().get_form_kwargs(),
            "certificate_type": self.certificate_type,
            "last": self.last,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(certificate_type=self.certificate_type, last=self.last, **kwargs)

    def form_valid(self, form: DesignForm) -> HttpResponse:
        """A design is put in force only if its hardest paper can be printed."""
        try:
            specimen = _specimen(self.certificate_type, form)
        except DocumentError as error:
            form.add_error(None, TOO_MUCH_TEXT if error.code == "too_much_text" else NOT_RENDERED)
            return self.form_invalid(form)
        if "preview" in self.request.POST:
            return pdf_response(specimen, "specimen.pdf")
        design = _save(self.certificate_type, form, self.request.user)
        messages.success(self.request, _("In force for certificates that are issued from now on."))
        return redirect("certificate_designs:inspect", design.pk)


def preview_design(request: HttpRequest, pk: int) -> HttpResponse:
    """The paper of a version on record."""
    if not request.user.has_perm("certificates.view_certificatedesign"):
        raise PermissionDenied
    designs = CertificateDesign.objects.select_related("logo", "type__tier__programme", "type__tier__course")
    design = get_object_or_404(designs, pk=pk)
    specimen = render_specimen(
        certificate_type=design.type,
        look=look_of(design),
        people=signatories_of(design) or _signatory_of(design.type),
        intro=Bilingual(design.intro_ar, design.intro_en),
        note=Bilingual(design.note_ar, design.note_en),
    )
    return pdf_response(specimen, "specimen.pdf")


def pdf_response(content: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def _specimen(kind: CertificateType, form: DesignForm) -> bytes:
    data = form.cleaned_data
    look: Look = form.look()
    return render_specimen(
        certificate_type=kind,
        look=look,
        people=tuple(form.people()) or _signatory_of(kind),
        intro=Bilingual(data["intro_ar"], data["intro_en"]),
        note=Bilingual(data["note_ar"], data["note_en"]),
    )


def _signatory_of(kind: CertificateType) -> tuple[Signatory, ...]:
    name = Bilingual(kind.signatory_ar, kind.signatory_en)
    return (Signatory(name, Bilingual(kind.signatory_title_ar, kind.signatory_title_en)),)


def _save(kind: CertificateType, form: DesignForm, actor: Any) -> CertificateDesign:
    look = form.look()
    people = [
        {
            "name": {"ar": person.name.ar, "en": person.name.en},
            "title": {"ar": person.title.ar, "en": person.title.en},
            "signature": keep_picture(person.signature).sha256 if person.signature else None,
        }
        for person in form.people()
    ]
    texts = {name: form.cleaned_data[name] for name in form.Meta.fields}
    return add_design(
        certificate_type=kind,
        actor=actor,
        logo=keep_picture(look.logo) if look.logo else None,
        signatories=people,
        **texts,
    )
