"""What follows when Wagtail publishes a page of a course."""

from typing import Any

from django.dispatch import receiver
from wagtail.signals import page_published

from .models import LearnerPage
from .services import share_facts


@receiver(page_published, dispatch_uid="courses.share_facts")
def share_language_free_facts(instance: Any, **kwargs: Any) -> None:
    if isinstance(instance, LearnerPage) and instance.shared_facts:
        share_facts(page=instance)
