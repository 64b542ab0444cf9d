"""Files of questions that somebody has uploaded and not yet decided on."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.common.models import PublicIdModel

from .bank import QuestionBank


class QuestionImport(PublicIdModel):
    """A file between its dry run and its import. Its content goes as soon as it is imported, or after a day."""

    bank = models.ForeignKey(
        QuestionBank, on_delete=models.CASCADE, related_name="+", verbose_name=_("question bank")
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    imported_at = models.DateTimeField(_("imported"), null=True, blank=True)
    file_name = models.CharField(_("file"), max_length=200)
    format = models.CharField(_("format"), max_length=8)
    language = models.CharField(_("language"), max_length=2, blank=True)
    created_count = models.PositiveIntegerField(_("new questions"), default=0)
    revised_count = models.PositiveIntegerField(_("new versions"), default=0)
    content = models.BinaryField(_("content"), editable=False)

    class Meta:
        ordering = ["-uploaded_at"]
        verbose_name = _("file of questions")
        verbose_name_plural = _("files of questions")
        default_permissions = ()
        permissions = [
            ("import_questions", _("Can import questions from other formats")),
            ("export_questions", _("Can export questions with their answers")),
        ]

    def __str__(self) -> str:
        return self.file_name
