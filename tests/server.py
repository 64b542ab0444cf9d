"""Django's test client before the whole application that the server runs, the lane of batches included."""

from collections.abc import Iterable
from typing import Any
from unittest import mock

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler

from lms.assessments import lane


class _Server(ClientHandler):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lane = lane.Lane(self._through_django)
        #: Of the last request, if Django answered it.
        self.by_django: HttpResponse | None = None

    def __call__(self, environ: dict[str, Any]) -> HttpResponse:
        self.by_django, told = None, dict[str, Any]()
        # Django's client keeps it from being called as well: it would close what a test has written.
        with mock.patch.object(lane, "close_old_connections"):
            body = self.lane(environ, lambda status, headers: told.update(status=status, headers=headers))
        if self.by_django is not None:
            return self.by_django
        response = HttpResponse(b"".join(body), status=int(told["status"][:3]), headers=dict(told["headers"]))
        response.wsgi_request = WSGIRequest(environ)  # type: ignore[attr-defined]  # the client looks at it
        return response

    def _through_django(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.by_django = response = super().__call__(environ)
        start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
        return []


class ServerClient(Client):
    """As `django.test.Client`. `is_by_django` tells who answered the last request: Django or the lane."""

    def __init__(self, enforce_csrf_checks: bool = False, **defaults: Any) -> None:
        super().__init__(enforce_csrf_checks, **defaults)
        self.handler = _Server(enforce_csrf_checks)

    @property
    def lane(self) -> lane.Lane:
        return self.handler.lane

    @property
    def is_by_django(self) -> bool:
        return self.handler.by_django is not None
