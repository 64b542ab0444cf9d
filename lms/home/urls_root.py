"""Addresses outside the language prefixes."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import translation

from .health import health


def choose_language(request: HttpRequest) -> HttpResponse:
    """The bare address leads to the reader's language, Arabic unless they chose otherwise."""
    return redirect(f"/{translation.get_language() or settings.LANGUAGE_CODE}/")


urlpatterns = [path("", choose_language, name="root"), path("health", health, name="health")]
