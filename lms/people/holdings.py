"""The core's record of personal data: what is held about people, why, how long, and what erasure does to it.

One table serves the privacy page, the copy that a person may ask for, and erasure. Models are named by
strings, since most belong to apps above this one; a test refuses a model that points at people and is not
listed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _

from lms.plugin_api import ErasureAction

from .models import User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_TRAINING = _("To train, examine and certify observers, and to report on it without names.")
_PROOF = _("To prove who was certified after which training, for as long as certificates are relied on.")
_AUDIT = _("To show who did what in the administration.")
_SIGN_IN = _("To sign in.")
_SHARING = _("To show a certificate to whom its holder sends the link. Who opens it is not noted.")
_BADGE = _("To print the holder’s face on the badge, with the holder’s consent.")
_CORRECTING = _("To correct a wrong name on a certificate, and to show who decided on it.")
_REMINDING = _("To remind of the end of a certificate, and not twice.")
_WHILE_ACCOUNT = _("As long as the account.")
_FOR_GOOD = _("For good; after erasure it leads to a person without a name.")
_KEEP_RECORD = _(
    "The record of training and examination must stay complete. It now leads to a person without a name."
)
_KEEP_PROOF = _(
    "Whoever holds a copy of the certificate must be able to check it, so it stays as it was signed."
)
_KEEP_AUDIT = _("The record of what was done in the administration must stay complete.")


@dataclass(frozen=True, slots=True)
class Holding:
    """Rows of `model` that belong to a person: where the lookup `person` is that person's row number.

    `result_of` is the lookup of the attempt whose result the rows tell of, "" for the attempt itself. While that
    result is not released nobody reads it out of a copy: of such rows `result_fields` are blank, and the rows that
    match `result_rows` are left out.
    """

    model: str
    person: str
    on_erasure: ErasureAction
    purpose: StrOrPromise
    retention: StrOrPromise = _WHILE_ACCOUNT
    reason: StrOrPromise = ""
    leave_out: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    result_of: str | None = None
    result_fields: tuple[str, ...] = ()
    result_rows: models.Q | None = None

    @property
    def model_class(self) -> type[models.Model]:
        return apps.get_model(self.model)

    def rows(self, person: User) -> models.QuerySet[Any]:
        return self.model_class._default_manager.filter(**{self.person: person.pk})

    def rows_to_show(self, person: User) -> list[dict[str, Any]]:
        """The rows as the person may have them now, without row numbers."""
        names = [field.attname for field in fields_of(self)]
        rows = self.rows(person)
        if self.result_of is None:
            return list(rows.values(*names))
        unreleased = ~models.Q(**{f"{self.result_of}state": "RELEASED"})
        if self.result_rows is not None:
            rows = rows.exclude(unreleased & self.result_rows)
        pending = set(rows.filter(unreleased).values_list("pk", flat=True))
        shown = []
        for row in rows.values("pk", *names):
            is_pending = row.pop("pk") in pending
            shown.append(
                {name: None if is_pending and name in self.result_fields else row[name] for name in names}
            )
        return shown


def _account(model: str, person: str = "user", **more: Any) -> Holding:
    return Holding(model, person, ErasureAction.ERASED, _SIGN_IN, **more)


def _kept(model: str, person: str, **more: Any) -> Holding:
    return Holding(model, person, ErasureAction.RETAINED, _TRAINING, _FOR_GOOD, _KEEP_RECORD, **more)


def _proof(model: str, person: str, **more: Any) -> Holding:
    return Holding(model, person, ErasureAction.RETAINED, _PROOF, _FOR_GOOD, _KEEP_PROOF, **more)


def _audit(model: str, person: str, **more: Any) -> Holding:
    return Holding(model, person, ErasureAction.RETAINED, _AUDIT, _FOR_GOOD, _KEEP_AUDIT, **more)


def _result(model: str, attempt: str, **more: Any) -> Holding:
    """Rows that are nothing but part of a result."""
    every = models.Q(pk__isnull=False)
    return _kept(model, f"{attempt}learner", result_of=attempt, result_rows=every, **more)


#: Of an attempt's events, those that tell of marking.
_OF_MARKING = models.Q(
    kind__in=["marked", "second_marker", "sent_to_third", "moderated", "appeal_decided"]
) | models.Q(to_state__in=["GRADED", "MODERATION", "REGRADED"])

HOLDINGS: tuple[Holding, ...] = (
    Holding(
        "people.User",
        "pk",
        ErasureAction.ANONYMISED,
        _TRAINING,
        leave_out=("password", "search_name", "is_superuser", "is_staff"),
    ),
    _account("account.EmailAddress"),
    _account("mfa.Authenticator", leave_out=("data",)),
    _account("wagtailusers.UserProfile"),
    Holding("courses.LessonProgress", "learner", ErasureAction.ERASED, _TRAINING),
    _kept("cascade.Enrolment", "learner"),
    _kept("cascade.Attendance", "enrolment__learner", leave_out=("recorded_by",)),
    _kept("cascade.Training", "learner", leave_out=("trainer",)),
    _kept("cascade.Cohort", "trainer"),
    _kept("cascade.TrainingSession", "trainer"),
    _proof("cascade.Qualification", "holder"),
    Holding(
        "assessments.Accommodation",
        "learner",
        ErasureAction.ERASED,
        _(
            "To examine people with a disability or an illness fairly. The reason may tell of a person's health."
        ),
        leave_out=("granted_by", "ended_by"),
    ),
    _kept(
        "assessments.Attempt",
        "learner",
        result_of="",
        result_fields=("state", "marks", "max_marks", "is_passed"),
    ),
    _kept(
        "assessments.AttemptSlot",
        "attempt__learner",
        result_of="attempt__",
        result_fields=("marks", "is_dropped"),
    ),
    _kept("assessments.Answer", "slot__attempt__learner"),
    _kept("assessments.Operation", "attempt__learner"),
    _kept("assessments.Paper", "attempt__learner"),
    _kept("assessments.PaperKeying", "paper__attempt__learner", leave_out=("person",)),
    _kept(
        "assessments.AttemptEvent",
        "attempt__learner",
        leave_out=("actor",),
        result_of="attempt__",
        result_rows=_OF_MARKING,
    ),
    _kept("assessments.LateVerdict", "attempt__learner", leave_out=("judge",)),
    _result(
        "assessments.Marking",
        "slot__attempt__",
        leave_out=("marker", "turn", "reserved_until", "public_id"),
    ),
    _result("assessments.CriterionMark", "marking__slot__attempt__"),
    _result("assessments.Moderation", "attempt__", leave_out=("moderator", "public_id")),
    _result("assessments.ResultChange", "attempt__", leave_out=("actor",)),
    _kept("assessments.Appeal", "attempt__learner", leave_out=("decided_by",)),
    _proof("certificates.Certificate", "holder"),
    _proof("certificates.CertificateEvent", "certificate__holder", leave_out=("actor",)),
    _proof("certificates.OpenBadge", "certificate__holder"),
    Holding(
        "certificates.NameCorrection",
        "certificate__holder",
        ErasureAction.ERASED,
        _CORRECTING,
        leave_out=("decided_by", "public_id"),
    ),
    Holding("certificates.ShareLink", "certificate__holder", ErasureAction.ERASED, _SHARING),
    Holding("certificates.BadgePhoto", "holder", ErasureAction.ERASED, _BADGE),
    Holding("certificates.ExpiryReminder", "certificate__holder", ErasureAction.ERASED, _REMINDING),
    _kept("certificates.GateOverride", "learner", leave_out=("actor",)),
    _audit("cascade.Attendance", "recorded_by", leave_out=("enrolment",)),
    _audit("cascade.TraineeImport", "uploaded_by", leave_out=("content",)),
    _audit("assessments.QuestionImport", "uploaded_by", leave_out=("content",)),
    _audit("assessments.Accommodation", "granted_by", only=("public_id", "granted_at")),
    _audit("assessments.Accommodation", "ended_by", only=("public_id", "ended_at")),
    _audit("assessments.AttemptEvent", "actor", leave_out=("attempt",)),
    _audit("assessments.LateVerdict", "judge", leave_out=("attempt",)),
    _audit("assessments.Printing", "printed_by"),
    _audit("assessments.PaperKeying", "person", leave_out=("paper", "readings")),
    _audit("assessments.Marking", "marker", leave_out=("slot",)),
    _audit("assessments.Moderation", "moderator", leave_out=("attempt",)),
    _audit("assessments.Regrade", "actor"),
    _audit("assessments.ResultChange", "actor", only=("cause", "reason", "at")),
    _audit("assessments.Appeal", "decided_by", only=("outcome", "answer", "decided_at")),
    _audit("certificates.CertificateEvent", "actor", leave_out=("certificate",)),
    _audit("certificates.GateOverride", "actor", leave_out=("learner",)),
    _audit("certificates.MassRevocation", "proposed_by", only=("reason", "state", "proposed_at")),
    _audit("certificates.MassRevocation", "decided_by", only=("reason", "state", "decided_at")),
    _audit("certificates.NameCorrection", "decided_by", only=("state", "answer", "decided_at")),
    _audit("certificates.CertificateDesign", "created_by", only=("version", "created_at")),
    _audit("wagtailcore.ModelLogEntry", "user", leave_out=("label", "object_id")),
    _audit("wagtailcore.PageLogEntry", "user"),
    _audit("wagtailcore.Page", "owner", only=("title", "first_published_at")),
    _audit("wagtailcore.Revision", "user", only=("object_str", "created_at")),
)


def fields_of(holding: Holding) -> Iterator[models.Field[Any, Any]]:
    """The stored fields of a holding that are shown to the person, without row numbers."""
    for field in holding.model_class._meta.concrete_fields:
        is_wanted = field.name in holding.only if holding.only else field.name not in holding.leave_out
        if is_wanted and not field.primary_key:
            yield field
