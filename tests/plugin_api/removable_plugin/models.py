from django.conf import settings
from django.db import models
from wagtail.models import Page


class Oath(models.Model):
    swearer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    paper = models.FileField(upload_to="oaths", blank=True)

    def __str__(self) -> str:
        return f"Oath {self.pk}"


class OathPage(Page):
    parent_page_types = ("wagtailcore.Page",)
