"""The published register over HTTP, for checkers, auditors and witnesses; public, and the same for everybody.

Tiles never change and are kept for a year; what is signed anew is asked for each time, by its ETag. A
web server may serve the folder itself (docs/deploy.md); then `sanad register_export` keeps it fresh.
"""

import hashlib
import logging
import re
from pathlib import Path

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import condition, require_safe

from lms.register.export import CHECKPOINT, COSIGNED, HEADS
from lms.register.tiles import TileError, parse_path

from .keys import KEY_TROUBLE
from .pack import KEYSET, STATUS, TRAINERS
from .publish import EmptyRegisterError, publish_register

logger = logging.getLogger(__name__)

SIGNED = frozenset({CHECKPOINT, KEYSET, STATUS, TRAINERS, COSIGNED})
YEAR_SECONDS = 365 * 86_400
#: At most once in this time a request writes what has changed since; nobody waits longer for a revocation.
REFRESH_SECONDS = 60
_HEAD = re.compile(rf"{HEADS}/(0|[1-9][0-9]{{0,18}})")


def _file_of(path: str) -> Path:
    """The file behind an address. Only what a register has can be named: no dots, no second spelling."""
    if path not in SIGNED and not _HEAD.fullmatch(path):
        try:
            parse_path(path)
        except TileError as error:
            raise Http404 from error
    return Path(settings.SANAD_REGISTER_DIR) / path


def _etag(request: HttpRequest, path: str) -> str | None:
    file = _file_of(path)
    if path in SIGNED:
        _refresh()
    try:
        return f'"{hashlib.sha256(file.read_bytes()).hexdigest()[:32]}"'
    except OSError:
        return None


@require_safe
@condition(etag_func=_etag)
def register_file(request: HttpRequest, path: str) -> HttpResponse:
    """One file of the published register."""
    try:
        data = _file_of(path).read_bytes()
    except OSError as error:
        raise Http404 from error
    is_tile = path.startswith("tile/")
    kind = "application/octet-stream" if is_tile else "text/plain; charset=utf-8"
    response = HttpResponse(data, content_type=kind)
    if is_tile:
        patch_cache_control(response, public=True, max_age=YEAR_SECONDS, immutable=True)
    else:
        patch_cache_control(response, public=True, no_cache=True)
    response["Access-Control-Allow-Origin"] = "*"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _refresh() -> None:
    if not cache.add("register-published", 1, timeout=REFRESH_SECONDS):
        return
    try:
        publish_register(folder=Path(settings.SANAD_REGISTER_DIR))
    except EmptyRegisterError:
        # The first certificate is not to wait for the minute to pass.
        cache.delete("register-published")
    except KEY_TROUBLE as trouble:
        logger.error("the register cannot be published: %s", trouble.code)
    except OSError as trouble:
        logger.error("the register cannot be published: %s", trouble.strerror)
