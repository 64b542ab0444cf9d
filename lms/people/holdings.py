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
    """Rows of `model` that belong to a person: where the lookup `person` is that person's row number."""

    model: str
    person: str
    on_erasure: ErasureAction
    purpose: StrOrPromise
    retention: StrOrPromise = _WHILE_ACCOUNT
    reason: StrOrPromise = ""
    leave_out: tuple[str, ...] = ()
    only: tuple[str, ...] = ()

    @property
    def model_class(self) -> type[models.Model]:
        return apps.get_model(self.model)

    def rows(self, person: User) -> models.QuerySet[Any]:
        return self.model_class._default_manager.filter(**{self.person: person.pk})


def _account(model: str, person: str = "user", **more: Any) -> Holding:
    return Holding(model, person, ErasureAction.ERASED, _SIGN_IN, **more)


def _kept(model: str, person: str, **more: Any) -> Holding:
    return Holding(model, person, ErasureAction.RETAINED, _TRAINING, _FOR_GOOD, _KEEP_RECORD, **more)


def _proof(model: str, person: str, **more: Any) -> Holding:
    return Holding(model, person, ErasureAction.RETAINED, _PROOF, _FOR_GOOD, _KEEP_PROOF, **more)


def _audit(model: str, person: str, **more: Any) -> Holding:
    return Holding(model, person, ErasureAction.RETAINED, _AUDIT, _FOR_GOOD, _KEEP_AUDIT, **more)


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
    _kept("assessments.Attempt", "learner"),
    _kept("assessments.AttemptSlot", "attempt__learner"),
    _kept("assessments.Answer", "slot__attempt__learner"),
    _kept("assessments.Operation", "attempt__learner"),
    _kept("assessments.AttemptEvent", "attempt__learner", leave_out=("actor",)),
    _kept("assessments.LateVerdict", "attempt__learner", leave_out=("judge",)),
    _kept(
        "assessments.Marking",
        "slot__attempt__learner",
        leave_out=("marker", "turn", "reserved_until", "public_id"),
    ),
    _kept("assessments.CriterionMark", "marking__slot__attempt__learner"),
    _kept("assessments.Moderation", "attempt__learner", leave_out=("moderator", "public_id")),
    _kept("assessments.ResultChange", "attempt__learner", leave_out=("actor",)),
    _kept("assessments.Appeal", "attempt__learner", leave_out=("decided_by",)),
    _proof("certificates.Certificate", "holder"),
    _proof("certificates.CertificateEvent", "certificate__holder", leave_out=("actor",)),
    _kept("certificates.GateOverride", "learner", leave_out=("actor",)),
    _audit("cascade.Attendance", "recorded_by", leave_out=("enrolment",)),
    _audit("cascade.TraineeImport", "uploaded_by", leave_out=("content",)),
    _audit("assessments.QuestionImport", "uploaded_by", leave_out=("content",)),
    _audit("assessments.Accommodation", "granted_by", only=("public_id", "granted_at")),
    _audit("assessments.Accommodation", "ended_by", only=("public_id", "ended_at")),
    _audit("assessments.AttemptEvent", "actor", leave_out=("attempt",)),
    _audit("assessments.LateVerdict", "judge", leave_out=("attempt",)),
    _audit("assessments.Marking", "marker", leave_out=("slot",)),
    _audit("assessments.Moderation", "moderator", leave_out=("attempt",)),
    _audit("assessments.Regrade", "actor"),
    _audit("assessments.ResultChange", "actor", only=("cause", "reason", "at")),
    _audit("assessments.Appeal", "decided_by", only=("outcome", "answer", "decided_at")),
    _audit("certificates.CertificateEvent", "actor", leave_out=("certificate",)),
    _audit("certificates.GateOverride", "actor", leave_out=("learner",)),
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
