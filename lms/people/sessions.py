"""Who is signed in, for requests that read the person together with something else."""

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from .models import User


def session_user_id(request: HttpRequest) -> int | None:
    """The row number that the session names; whether it is still that person's session is not yet known."""
    try:
        return int(request.session[SESSION_KEY])
    except (KeyError, ValueError):
        return None


def is_signed_in_as(request: HttpRequest, user: User) -> bool:
    """Whether the session is this person's, as Django would decide it; asks nothing if it plainly is.

    The hash in the session changes with the password, so a session from before a change is none.
    """
    told = request.session.get(HASH_SESSION_KEY, "")
    is_plain = session_user_id(request) == user.pk and user.is_active
    if is_plain and constant_time_compare(told, user.get_session_auth_hash()):
        return True
    return bool(request.user.is_authenticated and request.user.pk == user.pk)
