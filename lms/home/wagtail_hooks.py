"""The administration as the office sees it: our colours, and where the programme stands."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.ui.components import Component

from lms.cascade.selectors import current_programme

from .selectors import public_figures


class ProgrammePanel(Component):
    """The programme's figures and the ways that lead on from them, for those who may see the dashboard."""

    name = "programme"
    template_name = "home/admin/programme_panel.html"
    order = 50

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        request: HttpRequest = parent_context["request"]
        return {
            "programme": current_programme(),
            "figures": public_figures(timezone.localdate()),
            "links": _links(request),
        }


@hooks.register("construct_homepage_panels")
def add_programme_panel(request: HttpRequest, panels: list[Component]) -> None:
    if current_programme() is not None and request.user.has_perm("cascade.view_dashboard"):
        panels.insert(0, ProgrammePanel())


@hooks.register("insert_global_admin_css")
def admin_stylesheet() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("home/admin/admin.css"))


def _links(request: HttpRequest) -> list[tuple[str, str]]:
    links = [
        ("cascade.view_dashboard", _("Programme dashboard"), "cascade:dashboard"),
        ("cascade.import_trainees", _("Import trainees"), "cascade_import"),
        ("certificates.view_certificate", _("Issued certificates"), "issued_certificates:index"),
    ]
    return [(label, reverse(view)) for perm, label, view in links if request.user.has_perm(perm)]
