"""Requests as views behind a sign-in know them."""

from django.http import HttpRequest

from .models import User


class SignedInRequest(HttpRequest):
    """A request of somebody who has signed in, for the type checker; nothing is ever made of this class."""

    user: User  # type: ignore[assignment]


def base_url(request: HttpRequest) -> str:
    """Where this site is reached by the person who asks, for links that are handed on."""
    return request.build_absolute_uri("/").rstrip("/")
