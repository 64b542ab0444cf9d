"""A code, its draft articles and its published versions."""

from functools import cached_property
from typing import Any, NoReturn, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel

from lms.api import BilingualNameModel, PublicIdModel

from ..enums import Change, Language
from ..text import ArticleText, canonical_text, clean_line, clean_text, read_canonical_text

RowT = TypeVar("RowT", bound=models.Model)

_KEY = RegexValidator(
    r"^[a-z0-9][a-z0-9-]{0,31}\Z", _("Use up to 32 small Latin letters, digits and hyphens.")
)
_NUMBER = RegexValidator(r"^\d{1,3}\.\d{1,3}\Z", _("Write the number as 1.0."))


class Code(BilingualNameModel, ClusterableModel):
    """A code that can be endorsed. Its name is the title of the text; its articles here are the draft."""

    key = models.CharField(
        _("key of the code"),
        max_length=32,
        unique=True,
        validators=[_KEY],
        help_text=_("Stands in the register and in every endorsement; it cannot change once published."),
    )
    is_main = models.BooleanField(
        _("the code of the public pages"),
        default=True,
        help_text=_(
            "The public pages show this code, and certificates that require the code require this one."
        ),
    )

    class Meta:
        ordering = ["key"]
        verbose_name = _("code of conduct")
        verbose_name_plural = _("codes of conduct")
        permissions = [("publish_code", _("Can publish a version of a code"))]
        constraints = [
            models.UniqueConstraint(
                fields=["is_main"],
                condition=Q(is_main=True),
                name="code_one_main",
                violation_error_message=_("Another code is shown on the public pages."),
            )
        ]

    def clean(self) -> None:
        super().clean()
        published = self.pk and CodeVersion.objects.filter(code=self.pk).exists()
        if published and Code.objects.values_list("key", flat=True).get(pk=self.pk) != self.key:
            raise ValidationError({"key": _("The key stands in published versions and cannot change.")})


class Article(models.Model):
    """A draft article in both languages."""

    code = ParentalKey(Code, on_delete=models.CASCADE, related_name="articles")
    number = models.PositiveSmallIntegerField(_("number"), help_text=_("0 is the preamble."))
    heading_ar = models.CharField(_("heading in Arabic"), max_length=200)
    heading_en = models.CharField(_("heading in English"), max_length=200)
    body_ar = models.TextField(
        _("text in Arabic"),
        help_text=_("An empty line between paragraphs; clauses begin with 1. 2. and so on, one a line."),
    )
    body_en = models.TextField(_("text in English"))

    class Meta:
        ordering = ["number"]
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        constraints = [models.UniqueConstraint(fields=["code", "number"], name="article_number_once_a_code")]

    def __str__(self) -> str:
        return f"{self.number}. {self.heading_ar}"

    def clean(self) -> None:
        """Tidy both texts and refuse here, beside its field, what publishing would refuse."""
        super().clean()
        problems: dict[str, Any] = {}
        for language in Language.values:
            heading, body = f"heading_{language}", f"body_{language}"
            setattr(self, heading, clean_line(getattr(self, heading)))
            setattr(self, body, clean_text(getattr(self, body)))
            try:
                canonical_text("-", [self.text_in(language)])
            except ValueError:
                problems[body] = _(
                    "The text is empty, has a line that begins with # or holds an invisible character; "
                    "or its heading begins with a number."
                )
        if problems:
            raise ValidationError(problems)

    def text_in(self, language: str) -> ArticleText:
        return ArticleText(
            self.number or 0, getattr(self, f"heading_{language}"), getattr(self, f"body_{language}")
        )


class FrozenQuerySet(models.QuerySet[RowT]):
    """Rows that are added and never changed in bulk or removed."""

    def delete(self) -> NoReturn:
        raise TypeError(f"{self.model._meta.label} rows are never deleted")

    def update(self, **fields: Any) -> NoReturn:
        raise TypeError(f"{self.model._meta.label} rows are never changed in bulk")


class SealedModel(models.Model):
    """A canonical statement, the platform's seal over it and its place in the register."""

    statement = models.TextField(_("statement"), editable=False, blank=True)
    statement_sha256 = models.CharField(_("SHA-256 of the statement"), max_length=64, editable=False)
    register_index = models.PositiveBigIntegerField(
        _("register index"), unique=True, null=True, blank=True, editable=False
    )
    kid = models.CharField(_("key of the seal"), max_length=8, blank=True, editable=False)
    seal = models.CharField(_("seal"), max_length=128, blank=True, editable=False)

    class Meta:
        abstract = True


class CodeVersion(PublicIdModel, SealedModel):
    """A published version. Its `statement` is the instrument: both texts by digest, number and date."""

    code = models.ForeignKey(
        Code,
        on_delete=models.PROTECT,
        related_name="versions",
        verbose_name=_("code of conduct"),
        editable=False,
    )
    number = models.CharField(_("number"), max_length=7, validators=[_NUMBER])
    date = models.DateField(_("date"))
    change = models.CharField(
        _("kind of change"), max_length=12, choices=Change.choices, default=Change.SUBSTANTIVE
    )
    round = models.PositiveSmallIntegerField(
        _("signing round"), editable=False, help_text=_("Endorsements of one round stand for each other.")
    )
    text_ar = models.TextField(_("text in Arabic"), editable=False)
    text_en = models.TextField(_("text in English"), editable=False)
    sha256_ar = models.CharField(_("SHA-256 of the Arabic text"), max_length=64, editable=False)
    sha256_en = models.CharField(_("SHA-256 of the English text"), max_length=64, editable=False)
    published_at = models.DateTimeField(_("published at"), auto_now_add=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("published by"),
    )

    objects = FrozenQuerySet["CodeVersion"].as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("version of the code")
        verbose_name_plural = _("versions of the code")
        constraints = [models.UniqueConstraint(fields=["code", "number"], name="code_version_number_once")]

    def __str__(self) -> str:
        return f"{self.code.key} {self.number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("a published version never changes")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("a published version is never deleted")

    @property
    def instrument_sha256(self) -> str:
        """The one digest over both texts, number and date: what a signatory endorses."""
        return self.statement_sha256

    @property
    def language(self) -> str:
        return Language.ENGLISH if get_language() == "en" else Language.ARABIC

    @cached_property
    def title(self) -> str:
        return self._read[0]

    @cached_property
    def articles(self) -> list[ArticleText]:
        """The articles as they were frozen, in the language of whoever reads first."""
        return self._read[1]

    @cached_property
    def _read(self) -> tuple[str, list[ArticleText]]:
        return read_canonical_text(self.text_en if self.language == Language.ENGLISH else self.text_ar)
