"""The checker's addresses, outside the language prefixes: the first is printed inside every QR code."""

from django.urls import path

from . import views_checker
from .views_verify import verify

app_name = "verify"
urlpatterns = [
    path("v", verify, name="check"),
    path("v/pack", views_checker.pack, name="pack"),
    path("v/number", views_checker.number, name="number"),
    path("v/read", views_checker.read, name="read"),
    path("v/worker.js", views_checker.worker, name="worker"),
    path("v/manifest.webmanifest", views_checker.web_manifest, name="manifest"),
]
