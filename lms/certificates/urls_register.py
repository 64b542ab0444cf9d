"""The published register, outside the language prefixes: checkers and witnesses know its address."""

from django.urls import path

from .views_register import register_file

app_name = "register"
urlpatterns = [path("<path:path>", register_file, name="file")]
