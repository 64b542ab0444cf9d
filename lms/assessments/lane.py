"""The lane: batches that simply follow the one before are answered in front of Django.

In an examination hall every phone sends a batch of its operations log every few seconds, always in the same way:
the same session, token, host and attempt, and operations that follow the last ones. Whether such a request is
allowed Django finds out from its headers and from the session, and that is most of a batch's time. The lane
remembers the headers of the last batch of an attempt that Django accepted. A batch with the very same headers would
be accepted again, unless the session, the person or the attempt has changed; and whether they have, the one
statement that writes the batch asks the database (`services.log.append`). Whatever differs in anything, is to be
refused, or needs more than that statement is handed to Django, whole.
"""

import json
from collections.abc import Callable, Iterable
from hmac import compare_digest
from io import BytesIO
from typing import Any, NamedTuple

from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from .errors import OperationsRefusedError
from .middleware import ADDRESS
from .oplog import MOST_BYTES
from .services.sync import append_batch
from .views_sync import ACCEPTED, COUNTED, Accepted, is_over_batch_limit, told

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

#: Everything of a request by which Django decides whether a batch is allowed, and how it answers.
_DECIDING = (
    *("REQUEST_METHOD", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "CONTENT_TYPE", "wsgi.url_scheme"),
    *("SERVER_NAME", "SERVER_PORT", "HTTP_HOST", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT"),
    *("HTTP_X_FORWARDED_PROTO", "HTTP_ORIGIN", "HTTP_REFERER", "HTTP_COOKIE", "HTTP_X_CSRFTOKEN"),
)

#: Attempts of several exam halls; each takes about 6 kB.
MOST = 4096


class Known(NamedTuple):
    """How Django answered a batch that it accepted."""

    deciding: bytes
    accepted: Accepted
    headers: Headers


class Lane:
    """A WSGI application in front of Django's."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.known: dict[str, Known] = {}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        address = ADDRESS.fullmatch(environ.get("PATH_INFO", ""))
        if address is None:
            return self.application(environ, start_response)
        name, deciding = address[2], _deciding(environ)
        known = self.known.get(name)
        if known is not None and compare_digest(known.deciding, deciding):
            reply = _follow(known.accepted, environ)
            if reply is not None:
                start_response("200 OK", [*known.headers, ("Content-Length", str(len(reply)))])
                return [reply]
        self.known.pop(name, None)

        def start(status: str, headers: Headers, *rest: Any) -> Any:
            accepted = environ.get(ACCEPTED)
            if accepted is not None and status.startswith("200 "):
                self._remember(name, Known(deciding, accepted, headers))
            return start_response(status, headers, *rest)

        return self.application(environ, start)

    def _remember(self, name: str, known: Known) -> None:
        own = {header.lower() for header, _value in known.headers}
        if "set-cookie" in own:
            # The next request will be another one.
            return
        if len(self.known) >= MOST:
            self.known.clear()
        headers = [one for one in known.headers if one[0].lower() != "content-length"]
        self.known[name] = known._replace(headers=headers)


def _deciding(environ: Environ) -> bytes:
    return "\n".join([str(environ.get(name)) for name in _DECIDING]).encode(errors="backslashreplace")


def _follow(accepted: Accepted, environ: Environ) -> bytes | None:
    """Write a batch and say so; None if Django is to look at it."""
    body = _body(environ)
    if body is None or is_over_batch_limit(accepted.attempt.learner_id):
        return None
    environ[COUNTED] = True
    try:
        data, at = json.loads(body), timezone.now()
        reply = append_batch(data=data, at=at, **accepted._asdict())
    except (ValueError, RecursionError, OperationsRefusedError, DatabaseError):
        # Django says what is wrong, in the language of the address, or mends the connection.
        return None
    finally:
        close_old_connections()
    return json.dumps(told(reply, at)).encode() if reply is not None else None


def _body(environ: Environ) -> bytes | None:
    """The body, which can then be read again. None if it is too large or of an unknown length."""
    length = environ.get("CONTENT_LENGTH") or ""
    if not (length.isascii() and length.isdecimal() and int(length) <= MOST_BYTES):
        return None
    body: bytes = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = BytesIO(body)
    return body
