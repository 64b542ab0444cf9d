from django.urls import path

from . import views

app_name = "courses"
urlpatterns = [
    path("", views.my_learning, name="my_learning"),
    path("catalogue/", views.catalogue_entry, name="catalogue"),
    path("lessons/<uuid:lesson_key>/done/", views.complete, name="complete"),
]
