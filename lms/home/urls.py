from django.urls import path

from . import views

app_name = "home"
urlpatterns = [
    path("start/", views.start, name="start"),
    path("help/", views.help_page, name="help"),
    path("offline/", views.offline, name="offline"),
    path("language/", views.language, name="language"),
    path("design/", views.component_gallery, name="gallery"),
]
