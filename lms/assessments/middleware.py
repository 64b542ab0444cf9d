"""A short way in for what every phone in an examination hall sends every few seconds."""

import re
from collections.abc import Callable
from importlib import import_module
from uuid import UUID

from django.conf import settings
from django.contrib.auth.middleware import get_user
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from .views_sync import ops

_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
#: Where batches are sent to: the language and the attempt.
ADDRESS = re.compile(
    rf"/({'|'.join(code for code, _name in settings.LANGUAGES)})/exams/attempts/({_UUID})/ops/"
)
#: What is answered is data: a browser that is led to show it as a page does nothing with it.
_POLICY = "default-src 'none'; frame-ancestors 'none'"


class BatchMiddleware:
    """Lead batches of the operations log to their view past the middleware of pages.

    Half of the time of a batch would be what pages need: messages, templates' headers, redirects, a request log.
    A batch needs the host checked, a session, the form's token (which the view checks itself) and a language.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.sessions = import_module(settings.SESSION_ENGINE).SessionStore

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address = ADDRESS.fullmatch(request.path_info)
        if address is None:
            return self.get_response(request)
        request.get_host()
        request.session = self.sessions(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
        request.user = SimpleLazyObject(lambda: get_user(request))  # type: ignore[assignment]
        with translation.override(address[1]):
            response = ops(request, UUID(address[2]))
        response.headers["Content-Security-Policy"] = _POLICY
        return response
