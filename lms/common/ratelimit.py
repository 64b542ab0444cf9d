"""How often a stranger may call, counted under a keyed hash that forgets who it was.

The address itself is never stored: what lies in the cache is an HMAC under a key that changes
every day, so that yesterday's counters cannot be linked to anybody.
"""

import hashlib
import hmac
import time

from django.conf import settings
from django.core.cache import cache, caches
from django.core.cache.backends.base import BaseCache
from django.http import HttpRequest

DAY_SECONDS = 86_400


def client_key(request: HttpRequest) -> str:
    """The caller's address: behind a trusted proxy (lms/wsgi.py) the one that the proxy names."""
    return str(request.META.get("REMOTE_ADDR", ""))


def daily_hash(value: str, *, purpose: str) -> str:
    """A keyed hash of an address or number, different every day and for every purpose."""
    day = int(time.time()) // DAY_SECONDS
    message = f"{purpose}\n{day}\n{value}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()[:32]


def is_over_limit(*, scope: str, key: str, limit: int, seconds: int) -> bool:
    """Count one call and tell whether more than `limit` came in the current window of `seconds`.

    A fixed window: at worst twice the limit passes around its edge, which is enough against guessing.
    """
    window = int(time.time()) // seconds
    return _count(cache, f"limit:{scope}:{daily_hash(key, purpose=scope)}:{window}", seconds) > limit


def is_over_process_limit(*, scope: str, key: str, limit: int, seconds: int) -> bool:
    """The same for the busiest requests of people who are signed in, counted in each process for itself: no
    other process, disk or server is asked, and whoever meets several processes gets several times the limit."""
    return _count(caches["process"], f"limit:{scope}:{key}:{int(time.time()) // seconds}", seconds) > limit


def _count(counters: BaseCache, name: str, seconds: int) -> int:
    counters.add(name, 0, timeout=seconds)
    try:
        return counters.incr(name)
    except ValueError:
        # The counter expired between the two calls: a new window has begun.
        return 0
