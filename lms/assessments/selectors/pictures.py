"""Which images belong to what people were asked."""

from wagtail.images.models import AbstractImage

from lms.assessments.models import QuestionVersion, Stimulus


def is_sealed(image: AbstractImage) -> bool:
    """Whether a published question or its scenario shows the image."""
    versions = QuestionVersion.objects.filter(image=image.pk, published_at__isnull=False)
    return versions.exists() or Stimulus.objects.filter(image=image.pk).exists()
