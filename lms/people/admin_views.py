"""Screens of the administration that Wagtail's viewsets do not give: the record of personal data, erasure,
and sign-in links.
"""

import uuid
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Field
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin import messages

from lms.common.qr import qr_code
from lms.plugin_api.host import PluginError, personal_data_inventory, plugin_title

from . import privacy, services
from .holdings import HOLDINGS, fields_of
from .invitations import INVITATION_DAYS
from .models import User
from .permissions import may_make_sign_in_link
from .requests import SignedInRequest, base_url


@permission_required("people.view_privacy", raise_exception=True)
@require_safe
def privacy_record(request: SignedInRequest) -> HttpResponse:
    """What is held about people, by whom, why and how long; and who has asked for erasure."""
    core = [
        {
            "name": holding.model_class._meta.verbose_name_plural,
            "fields": [_field_name(field) for field in fields_of(holding)],
            "purpose": holding.purpose,
            "retention": holding.retention,
        }
        for holding in HOLDINGS
    ]
    context = {
        "core": core,
        "requests": User.objects.filter(erasure_requested_at__isnull=False, erased_at=None).order_by(
            "erasure_requested_at"
        ),
        "page_title": _("Personal data"),
        "header_icon": "key",
    }
    try:
        context["plugins"] = [
            (plugin_title(inventory.plugin), inventory.fields) for inventory in personal_data_inventory()
        ]
    except PluginError as failure:
        context["failed_plugin"] = plugin_title(failure.plugin)
    return TemplateResponse(request, "people/privacy_record.html", context)


@permission_required("people.erase_person", raise_exception=True)
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """First what erasure would do, then, on confirmation, the erasure itself."""
    person = get_object_or_404(User, public_id=public_id)
    confirmed = request.method == "POST" and request.POST.get("confirm") == "yes"
    context: dict[str, Any] = {"person": person, "page_title": _("Erase personal data"), "header_icon": "bin"}
    try:
        report = privacy.erase_person(person=person, actor=request.user, dry_run=not confirmed)
    except ValidationError as refusal:
        context["refusal"] = refusal.messages[0]
    except PluginError as failure:
        context["refusal"] = _(
            "“%(plugin)s” could not say what it would erase, so nothing has been erased. "
            "The error has been recorded."
        ) % {"plugin": plugin_title(failure.plugin)}
    else:
        if confirmed:
            messages.success(request, _("The personal data has been erased."))
            return redirect(reverse("people_privacy_record"))
        context["core"] = [privacy.describe(entry) for entry in report.core]
        context["plugins"] = [
            (title, [privacy.describe(entry) for entry in entries]) for title, entries in report.plugins
        ]
    return TemplateResponse(
        request, "people/erase.html", context, status=409 if "refusal" in context else 200
    )


@permission_required("people.change_user", raise_exception=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_link(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """First what such a link does, then, on confirmation, a fresh one: shown once and kept nowhere."""
    person = get_object_or_404(User, public_id=public_id)
    if not may_make_sign_in_link(request.user, person):
        raise PermissionDenied
    context: dict[str, Any] = {
        "person": person,
        "days": INVITATION_DAYS,
        "page_title": _("Sign-in link"),
        "header_icon": "key",
    }
    if request.method == "POST":
        url = services.make_sign_in_link(person=person, actor=request.user, base_url=base_url(request))
        context |= {"url": url, "code": qr_code(url)}
    return TemplateResponse(request, "people/sign_in_link.html", context)


def _field_name(field: Field[Any, Any]) -> str:
    """What a field is called; a pointer without a name of its own is called after what it points at."""
    name = str(field.verbose_name)
    if name == field.name.replace("_", " ") and field.related_model:
        return str(field.related_model._meta.verbose_name)
    return name
