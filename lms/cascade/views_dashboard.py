"""The programme dashboard and what can be downloaded from it."""

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from wagtail.log_actions import log

from lms.common.spreadsheets import csv_response
from lms.people.requests import SignedInRequest, base_url
from lms.plugin_api.host import (
    PluginError,
    dashboard_cards,
    data_exports,
    find_data_export,
    plugin_title,
    write_data_export,
)

from . import selectors
from .charts import bars
from .invitations import open_invitations
from .models import Programme
from .reports import REPORTS
from .views import own_cohort

WARNINGS_SHOWN = 8


def _programme(request: SignedInRequest) -> Programme | None:
    """The programme that is asked for, else the latest."""
    code = request.GET.get("programme")
    if code:
        return get_object_or_404(Programme, code=code)
    return selectors.current_programme()


@login_required
@permission_required("cascade.view_dashboard", raise_exception=True)
@require_safe
def dashboard(request: SignedInRequest) -> HttpResponse:
    """Where the programme stands, what needs attention, and the plugins' cards about the programme."""
    programme = _programme(request)
    today = timezone.localdate()
    context: dict[str, Any] = {
        "programme": programme,
        "programmes": Programme.objects.all(),
        "today": today,
        "cards": [card for card in dashboard_cards(request) if card.permission],
    }
    if programme is not None:
        figures = selectors.programme_figures(programme, today)
        context |= {
            "figures": figures,
            "warnings": (warnings := selectors.programme_warnings(programme, today)),
            "more_warnings": max(0, len(warnings) - WARNINGS_SHOWN),
            "region_bars": bars([(place.name, place.learners, place.certified) for place in figures.regions]),
            "state_bars": bars([(label, count, count) for label, count in figures.states]),
        }
    return render(request, "cascade/programme_dashboard.html", context)


@login_required
@permission_required("cascade.view_dashboard", raise_exception=True)
@require_safe
def reports(request: SignedInRequest) -> HttpResponse:
    """Everything that can be downloaded by the person who asks, from the core and from plugins."""
    return render(
        request,
        "cascade/reports.html",
        {
            "programme": _programme(request),
            "reports": [report for report in REPORTS if request.user.has_perm(report.permission)],
            "exports": [(export, plugin_title(export.plugin)) for export in data_exports(request.user)],
        },
    )


@login_required
@never_cache
@require_safe
def report_csv(request: SignedInRequest, key: str) -> HttpResponseBase:
    report = next((report for report in REPORTS if report.key == key), None)
    programme = _programme(request)
    if report is None or programme is None or not request.user.has_perm(report.permission):
        raise Http404
    log(programme, "cascade.report", user=request.user, data={"report": key})
    name = f"{programme.code}-{key}-{timezone.localdate().isoformat()}"
    return csv_response(name, report.headings, report.rows(programme))


@login_required
@never_cache
@require_safe
def plugin_export(request: SignedInRequest, key: str) -> HttpResponseBase:
    """A plugin's file: whole, or an error that names the plugin."""
    offered = find_data_export(request.user, key)
    if offered is None:
        raise Http404
    try:
        file = write_data_export(offered)
    except PluginError as failure:
        context = {"plugin": plugin_title(failure.plugin)}
        return render(request, "cascade/export_failed.html", context, status=500)
    return FileResponse(file, as_attachment=True, filename=offered.filename, content_type=offered.media_type)


@login_required
@never_cache
@require_safe
def invitations_csv(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """The open invitations of a cohort as a list to be sent by another channel. Noted in the audit log."""
    cohort = own_cohort(request.user, public_id, "cascade.run_cohort")
    invitations = open_invitations(cohort, base_url(request))
    log(cohort, "cascade.invitation_list", user=request.user, data={"count": len(invitations)})
    return csv_response(
        f"invitations-{slugify(cohort.name_en) or cohort.public_id}",
        (_("Name"), _("Phone"), _("E-mail"), _("Link")),
        (
            (
                invitation.person.name,
                invitation.person.phone or "",
                invitation.person.email or "",
                invitation.url,
            )
            for invitation in invitations
        ),
    )
