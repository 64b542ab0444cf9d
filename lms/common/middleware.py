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
        """An address that stands without a language and says "not found" is not looked for under /ar/."""
        if response.status_code == HTTPStatus.NOT_FOUND and request.resolver_match is not None:
            return response
        return super().process_response(request, response)


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
