"""The checker's addresses, outside the language prefixes: the first is printed inside every QR code."""

from django.urls import path

from . import views_checker
from .views_verify import verify

app_name = "verify"
urlpatterns = [
    path("", verify, name="check"),
    path("/pack", views_checker.pack, name="pack"),
    path("/number", views_checker.number, name="number"),
    path("/read", views_checker.read, name="read"),
    path("/worker.js", views_checker.worker, name="worker"),
    path("/manifest.webmanifest", views_checker.web_manifest, name="manifest"),
]
