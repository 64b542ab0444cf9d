from django.urls import path

from . import views

app_name = "people"
urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("data/", views.my_data, name="my_data"),
    path("data/download/", views.download_my_data, name="download_my_data"),
    path("data/erasure/", views.ask_for_erasure, name="ask_for_erasure"),
]
