"""Whether this worker can serve: for load balancers and monitors."""

import logging
from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

logger = logging.getLogger(__name__)


@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """200 when the database and the cache answer, else 503 naming the part; never why, which is in the logs."""
    checks = {"database": _answers(_ask_database), "cache": _answers(_ask_cache)}
    is_healthy = all(checks.values())
    parts = {name: "ok" if works else "failing" for name, works in checks.items()}
    return JsonResponse(
        {"status": "ok" if is_healthy else "failing", **parts}, status=200 if is_healthy else 503
    )


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_cache() -> None:
    cache.set("health", "ok", timeout=10)
    if cache.get("health") != "ok":
        raise ConnectionError


def _answers(ask: Callable[[], None]) -> bool:
    try:
        ask()
    except Exception:
        logger.exception("health check failed")
        return False
    return True
