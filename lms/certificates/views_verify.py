"""The checker's page. Its address is printed in every code, so it never moves and needs no account."""

import logging
from collections.abc import Callable

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import add_never_cache_headers, patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from django_permissions_policy.decorators import permissions_policy_override

from lms.common.ratelimit import client_key, is_over_limit
from lms.register.errors import CodedError

from .checker import module_urls, page_data
from .checking import Check, CheckUnavailableError, TypedNumber, check_number, check_text
from .forms import CheckForm
from .number import format_number
from .verdict import Colour
from .verdict_words import LINK_WORDS, UNKNOWN_NUMBER, WORDS

logger = logging.getLogger(__name__)

#: Typed numbers could be guessed, so they are limited; a code carries its own proof and is not.
NUMBERS_PER_MINUTE = 30
TOO_MANY_NUMBERS = gettext_lazy(
    "Too many numbers were typed from this connection. Wait a minute, or scan the code."
)
#: How long anything between us and a checker may keep the page; the browser's worker keeps its own copy.
SHELL_SECONDS = 300
TEMPLATE = "certificates/verify.html"
ICONS = [
    ("green", "circle-check"),
    ("amber", "circle-question-mark"),
    ("red", "circle-x"),
    ("warn", "triangle-alert"),
]
STYLES = {
    Colour.GREEN: ("", "circle-check"),
    Colour.AMBER: ("verdict-warn", "circle-question-mark"),
    Colour.RED: ("verdict-bad", "circle-x"),
}


def checker_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """The camera, and WebAssembly to read what it sees: on this page and on no other."""
    policy = {feature: list(allowed) for feature, allowed in settings.PERMISSIONS_POLICY.items()}
    with_camera = permissions_policy_override({**policy, "camera": "self"})
    with_reader = csp_update({"script-src": ["'wasm-unsafe-eval'"]})
    return with_camera(with_reader(view))


# Nothing changes and nobody is signed in, so a forged request gains nothing; without a token the page
# needs no cookie.
@csrf_exempt
@checker_page
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Show the page, or the verdict on a posted code or number for browsers without scripts."""
    if request.method != "POST":
        return _page(request)
    language = request.POST.get("language")
    if language not in dict(settings.LANGUAGES):
        return _answer(request)
    # The answer stays on the screen when its reader changes the language: the page sends it once more.
    translation.activate(language)
    response = _answer(request)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response


def has_typed_too_much(request: HttpRequest) -> bool:
    return is_over_limit(scope="verify-number", key=client_key(request), limit=NUMBERS_PER_MINUTE, seconds=60)


def _page(request: HttpRequest) -> HttpResponse:
    """The page in the language that its address names, else in the reader's own.

    The first is the same for everybody and may be kept; the second depends on a cookie.
    """
    with translation.override(language_of(request)):
        response = render(request, TEMPLATE, shell_context())
    if "l" in request.GET:
        patch_cache_control(response, public=True, max_age=SHELL_SECONDS)
    else:
        patch_cache_control(response, no_cache=True)
        patch_vary_headers(response, ["Cookie"])
    return response


def language_of(request: HttpRequest) -> str:
    named = request.GET.get("l", "")
    return named if named in dict(settings.LANGUAGES) else str(translation.get_language())


def _render(request: HttpRequest, context: dict[str, object], status: int = 200) -> HttpResponse:
    response = render(request, TEMPLATE, {**shell_context(), **context}, status=status)
    add_never_cache_headers(response)
    return response


def shell_context() -> dict[str, object]:
    """The page as it is kept offline: the same for everybody who reads its language."""
    return {"form": CheckForm(), "data": page_data(), "modules": module_urls(), "icons": ICONS}


def _answer(request: HttpRequest) -> HttpResponse:
    form = CheckForm(request.POST)
    if not form.is_valid():
        return _render(request, {"form": form}, status=400)
    try:
        if form.is_number:
            return _answer_number(request, form)
        shown = _shown(check_text(form.cleaned_data["text"]))
    except (CheckUnavailableError, CodedError) as error:
        logger.error("certificates cannot be checked: %s", getattr(error, "code", "no_keyset"))
        form.add_error(
            None,
            _(
                "Certificates cannot be checked at the moment. "
                "This says nothing about the paper; try again in a few minutes."
            ),
        )
        return _render(request, {"form": form}, status=503)
    return _show_verdict(request, form, shown)


def _answer_number(request: HttpRequest, form: CheckForm) -> HttpResponse:
    if has_typed_too_much(request):
        form.add_error(None, TOO_MANY_NUMBERS)
        return _render(request, {"form": form}, status=429)
    found = check_number(form.cleaned_data["text"])
    assert found is not None  # noqa: S101 - the form has checked the shape
    return _show_verdict(request, form, _shown_number(found))


def _show_verdict(request: HttpRequest, form: CheckForm, shown: dict[str, object]) -> HttpResponse:
    """The verdict above an empty form; what was asked goes along for the other language."""
    return _render(request, {"form": CheckForm(), "asked": form.cleaned_data["text"], **shown})


def _shown(check: Check) -> dict[str, object]:
    style, icon = STYLES[check.verdict.colour]
    links = [
        {
            "number": format_number(link.certificate.certificate_id) if link.certificate else "",
            "course": link.certificate.course if link.certificate else "",
            "words": LINK_WORDS[link.state],
            "was_valid": link.was_valid,
        }
        for link in check.chain or ()
    ]
    return {
        "check": check,
        "words": WORDS[check.verdict.reason],
        "style": style,
        "icon": icon,
        "links": links,
    }


def _shown_number(found: TypedNumber) -> dict[str, object]:
    style, icon = STYLES[found.colour]
    words = UNKNOWN_NUMBER if found.reason is None else WORDS[found.reason]
    return {"typed": found, "words": words, "style": style, "icon": icon}
