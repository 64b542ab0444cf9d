"""Forms on paper: what was printed for whom, and what people keyed from it.

Who has printed an exam may be asked for years; so rows are kept, also of papers that were taken back.
"""

import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lms.assessments.enums import PaperState
from lms.assessments.keying import DECISION, FIRST, SECOND
from lms.common.models import PublicIdModel

from .attempts import Attempt
from .exams import Exam

NUMBER_DIGITS = 12


def new_paper_number() -> str:
    """Twelve random digits: they say nothing, and both keyboards have them."""
    return f"{secrets.randbelow(10**NUMBER_DIGITS):0{NUMBER_DIGITS}d}"


class Paper(models.Model):
    """One attempt on paper. Its number is all that the code on each page says, beside the page."""

    number = models.CharField(
        _("paper number"), max_length=NUMBER_DIGITS, unique=True, default=new_paper_number, editable=False
    )
    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="papers", verbose_name=_("exam"))
    attempt = models.ForeignKey(
        Attempt, on_delete=models.PROTECT, related_name="papers", verbose_name=_("attempt")
    )
    candidate_no = models.PositiveIntegerField(_("candidate number"))
    state = models.CharField(
        _("state"), max_length=12, choices=PaperState.choices, default=PaperState.PRINTED
    )
    created_at = models.DateTimeField(_("printed"), default=timezone.now, editable=False)

    class Meta:
        ordering = ["exam", "candidate_no"]
        verbose_name = _("exam paper")
        verbose_name_plural = _("exam papers")
        permissions = [
            ("print_paper", _("Can print exam papers and take them back")),
            ("key_paper", _("Can key exam papers")),
            ("settle_paper", _("Can decide where two keyings differ")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["exam", "candidate_no"], name="paper_candidate_number_once"),
            models.UniqueConstraint(
                fields=["attempt"], condition=~Q(state=PaperState.WITHDRAWN), name="paper_one_an_attempt"
            ),
            models.CheckConstraint(condition=Q(candidate_no__gte=1), name="paper_candidate_number_counts"),
        ]

    def __str__(self) -> str:
        return self.spaced_number

    @property
    def spaced_number(self) -> str:
        """The number as it is printed, in fours."""
        return " ".join(self.number[start : start + 4] for start in range(0, NUMBER_DIGITS, 4))


class Printing(PublicIdModel):
    """One file of papers, as somebody asked for it. The file itself is made anew whenever it is opened.

    `is_large` is large print for all of them; whoever was granted it gets it in any case.
    """

    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="printings")
    papers = models.ManyToManyField(Paper, related_name="printings")
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="ar")
    is_large = models.BooleanField(_("large print"), default=False)
    printed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("Empty for the operator of the server."),
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("printing of exam papers")
        verbose_name_plural = _("printings of exam papers")

    def __str__(self) -> str:
        return str(self.public_id)


class PaperKeying(models.Model):
    """What one person read on a paper, written once.

    In each round two people key what is still open, neither seeing the other's; where they differ, a third decides
    in the same round, or two key it again in the next. `readings` is as `keying` writes it.
    """

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="keyings")
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    place = models.PositiveSmallIntegerField(_("keying"))
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    readings = models.JSONField(_("what was read"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ["paper", "round", "place"]
        verbose_name = _("keying of a paper")
        verbose_name_plural = _("keyings of papers")
        constraints = [
            models.UniqueConstraint(fields=["paper", "round", "place"], name="paper_keying_place_once"),
            models.UniqueConstraint(fields=["paper", "round", "person"], name="paper_keying_person_once"),
            models.CheckConstraint(
                condition=Q(place__in=[FIRST, SECOND, DECISION]), name="paper_keying_place_known"
            ),
            models.CheckConstraint(
                condition=~Q(place=DECISION) | ~Q(reason=""), name="paper_decision_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.paper_id}: {self.round}.{self.place}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Saves a new keying only: what was read stays as it was read."""
        if not self._state.adding:
            raise TypeError("A keying is never changed.")
        super().save(*args, **kwargs)
