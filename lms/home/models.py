"""The pages that belong to no part of the platform: the home page and plain text pages."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page

PLAIN_TEXT = ["h2", "h3", "bold", "ol", "ul", "hr", "link", "document-link", "blockquote"]


class HomePage(Page):
    """The front door of one language. What it lists beside its text comes from the core and the plugins."""

    lead = models.TextField(_("lead"), help_text=_("One or two sentences under the title."))
    announcement = RichTextField(
        _("announcement"),
        blank=True,
        features=["bold", "link", "document-link"],
        help_text=_("Shown above everything else; leave empty when there is nothing to announce."),
    )
    about_title = models.CharField(_("title of the about text"), max_length=120)
    about = RichTextField(_("about text"), features=PLAIN_TEXT)

    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("lead"),
        FieldPanel("announcement"),
        FieldPanel("about_title"),
        FieldPanel("about"),
    ]

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")


class ContentPage(Page):
    """A page of text, such as the privacy notice or the terms of use."""

    lead = models.TextField(_("lead"), blank=True)
    body = RichTextField(_("text"), features=PLAIN_TEXT)

    content_panels: ClassVar = [*Page.content_panels, FieldPanel("lead"), FieldPanel("body")]

    class Meta:
        verbose_name = _("text page")
        verbose_name_plural = _("text pages")
