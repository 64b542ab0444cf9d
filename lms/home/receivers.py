"""What follows for every page's frame when Wagtail's pages change."""

from typing import Any

from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver
from wagtail.models import Page
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from .navigation import forget_pages

CHANGES = [page_published, page_unpublished, page_slug_changed, post_page_move]


@receiver(CHANGES, dispatch_uid="home.forget_pages")
def forget_changed(**kwargs: Any) -> None:
    _forget()


@receiver(post_delete, dispatch_uid="home.forget_deleted_pages")
def forget_deleted(sender: type, **kwargs: Any) -> None:
    if issubclass(sender, Page):
        _forget()


def _forget() -> None:
    """Now, for this request, and after the commit: whoever read in between kept what was true before it."""
    forget_pages()
    transaction.on_commit(forget_pages)
