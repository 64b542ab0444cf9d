"""Addresses that stand inside Open Badges, outside the language prefixes: they never move."""

from django.urls import path

from . import views_badges

app_name = "badges"
urlpatterns = [
    path(".well-known/did.json", views_badges.did_document, name="did"),
    path("badges/status/<int:part>/<str:purpose>", views_badges.status_list, name="status"),
    path("badges/kind/<str:code>", views_badges.badge_kind, name="kind"),
]
