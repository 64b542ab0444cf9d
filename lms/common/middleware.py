"""Request-wide behaviour that every page shares."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.cache import patch_cache_control


class ArabicFirstLocaleMiddleware(LocaleMiddleware):
    """The language of the address, else the reader's own choice, else Arabic.

    Django would look at Accept-Language next. Phones sold in Libya are often set to English by
    people who read Arabic, so the browser's setting says little and the default stays Arabic.
    """

    def process_request(self, request: HttpRequest) -> None:
        language = translation.get_language_from_path(request.path_info) or request.COOKIES.get(
            settings.LANGUAGE_COOKIE_NAME
        )
        if language not in dict(settings.LANGUAGES):
            language = settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language()

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """An address that stands without a language and says "not found" is not looked for under /ar/.

        Django's headers are put right: nothing here depends on Accept-Language, and files have no language, so that
        caches keep one copy of a tile of the register for everybody.
        """
        if response.status_code == HTTPStatus.NOT_FOUND and request.resolver_match is not None:
            return response
        response = super().process_response(request, response)
        varies = [name.strip() for name in response.headers.get("Vary", "").split(",")]
        rest = [name for name in varies if name and name.lower() != "accept-language"]
        if is_text := response.headers.get("Content-Type", "").startswith(("text/html", "application/json")):
            is_told = translation.get_language_from_path(request.path_info) or "Cookie" in rest
            is_for_all = "public" in response.headers.get("Cache-Control", "")
            rest += [] if is_told or is_for_all else ["Cookie"]
        if rest:
            response.headers["Vary"] = ", ".join(rest)
        else:
            response.headers.pop("Vary", None)
        if not is_text:
            response.headers.pop("Content-Language", None)
        return response


class PrivatePagesMiddleware:
    """What somebody sees who is signed in is kept by no shared cache and by no shared computer's history.

    A view that says something else about caching keeps its word.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Cache-Control" not in response.headers and request.user.is_authenticated:
            patch_cache_control(response, private=True, no_store=True)
        return response
