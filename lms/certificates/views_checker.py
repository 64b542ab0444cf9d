"""What the checker's page asks for besides itself: the pack, the state behind a number, a file's code, its worker."""

import json
import logging
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from lms.common.ratelimit import client_key, is_over_limit

from .checker import later_urls, manifest, pack_for_checkers, shell_urls, version_of
from .checking import check_number
from .forms import CheckForm
from .keys import KEY_TROUBLE
from .publish import EmptyRegisterError
from .scan import MAX_BYTES, ScanError, read_code
from .views_verify import TEMPLATE, TOO_MANY_NUMBERS, has_typed_too_much, language_of, shell_context

logger = logging.getLogger(__name__)

#: Reading a PDF costs the server most of a second.
FILES_PER_MINUTE = 10
MAX_HAVE = 2**32


@require_safe
@cache_control(public=True, max_age=30)
def pack(request: HttpRequest) -> HttpResponse:
    """The pack as JSON; `?have=` leaves out the leaf hashes that the checker holds already."""
    have = request.GET.get("have", "0")
    if not (have.isascii() and have.isdecimal() and int(have[:12]) < MAX_HAVE and len(have) < 11):  # noqa: PLR2004
        return _refusal(_("That did not work."), 400)
    try:
        return JsonResponse(pack_for_checkers(have=int(have)))
    except (EmptyRegisterError, *KEY_TROUBLE) as error:
        logger.error("no pack can be made: %s", getattr(error, "code", "empty_register"))
        return _refusal(_("Certificates cannot be checked at the moment."), 503)


@csrf_exempt
@never_cache
@require_POST
def number(request: HttpRequest) -> HttpResponse:
    """The state behind a typed number, and nothing else about it."""
    with translation.override(language_of(request)):
        form = CheckForm(request.POST)
        if not form.is_valid() or not form.is_number:
            words = form.errors.get("text") or [_("A certificate number has 16 letters and digits.")]
            return _refusal(str(words[0]), 400)
        if has_typed_too_much(request):
            return _refusal(str(TOO_MANY_NUMBERS), 429)
    found = check_number(form.cleaned_data["text"])
    assert found is not None  # noqa: S101 - the form has checked the shape
    reason = "unknown_number" if found.reason is None else str(found.reason)
    return JsonResponse({"number": found.number, "verdict": str(found.colour), "reason": reason})


class FileForm(forms.Form):
    file = forms.FileField()


@csrf_exempt
@never_cache
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """The text of the code in a PDF, which a phone cannot read by itself. Nothing of the file is kept."""
    if is_over_limit(scope="verify-read", key=client_key(request), limit=FILES_PER_MINUTE, seconds=60):
        return JsonResponse({"problem": "failed"}, status=429)
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES + 10_000:
        return JsonResponse({"problem": "too_large"}, status=413)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return JsonResponse({"problem": "not_a_picture"}, status=400)
    try:
        return JsonResponse({"text": read_code(form.cleaned_data["file"].read())})
    except ScanError as refusal:
        return JsonResponse({"problem": SCAN_PROBLEMS.get(refusal.code, "not_a_picture")}, status=422)


SCAN_PROBLEMS = {
    "no_code": "no_code",
    "several_codes": "several",
    "too_large": "too_large",
    "too_many_pixels": "too_large",
}


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker. Its text changes with everything that it keeps, so that browsers renew it then."""
    shells = []
    for language in dict(settings.LANGUAGES):
        with translation.override(language):
            shells.append(render_to_string(TEMPLATE, shell_context(), request=request))
    data: dict[str, Any] = {
        "pages": {code: f"{reverse('verify:check')}?l={code}" for code, _name in settings.LANGUAGES},
        "files": shell_urls(),
        "later": list(later_urls().values()),
    }
    data["version"] = version_of(*shells, *data["files"], *data["later"])
    script = render_to_string("certificates/checker_worker.js", {"data": json.dumps(data)})
    return HttpResponse(
        script,
        content_type="text/javascript; charset=utf-8",
        headers={"Service-Worker-Allowed": reverse("verify:check")},
    )


@require_safe
@cache_control(public=True, max_age=3600)
def web_manifest(request: HttpRequest) -> HttpResponse:
    with translation.override(language_of(request)):
        return JsonResponse(manifest(), content_type="application/manifest+json")


def _refusal(sentence: str, status: int) -> JsonResponse:
    return JsonResponse({"error": sentence}, status=status)
