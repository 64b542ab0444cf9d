"""The checker's address, outside the language prefixes: it is printed inside every QR code."""

from django.urls import path

from .views_verify import verify

app_name = "verify"
urlpatterns = [path("", verify, name="check")]
