"""Inviting learners: links, messages, and joining."""

import smtplib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.log_actions import log

from lms.common.qr import QrCode, qr_code
from lms.people.invitations import INVITATION_DAYS, invitation_url
from lms.people.models import User
from lms.people.services import accept_invitation

from .enums import EnrolmentState
from .models import Cohort, Enrolment
from .services import move_enrolment

LANGUAGES = ("ar", "en")


@dataclass(frozen=True, slots=True)
class Invitation:
    """A learner who has no password yet, and the link that lets them choose one."""

    enrolment: Enrolment
    url: str

    @property
    def person(self) -> User:
        return self.enrolment.learner

    @property
    def code(self) -> QrCode:
        return qr_code(self.url)


def is_waiting(enrolment: Enrolment) -> bool:
    """Whether the learner still needs a link. People with rights never get one: it would open their account."""
    learner = enrolment.learner
    return (
        learner.is_active
        and not learner.has_usable_password()
        and not learner.is_superuser
        and enrolment.state != EnrolmentState.WITHDRAWN
    )


def open_invitations(cohort: Cohort, base_url: str) -> list[Invitation]:
    """Everybody in a cohort who has not chosen a password, by name."""
    enrolments = cohort.enrolments.select_related("learner").order_by("learner__name_ar", "pk")
    return [
        Invitation(enrolment, invitation_url(enrolment.learner, base_url))
        for enrolment in enrolments
        if is_waiting(enrolment)
    ]


@dataclass(frozen=True, slots=True)
class Sent:
    """How many invitations went out, whose could not be handed to the mail server, who has no address."""

    sent: int
    failed: tuple[str, ...]
    without_email: int


def send_invitations(*, enrolments: Iterable[Enrolment], base_url: str, actor: User) -> Sent:
    """Send the link by e-mail, in both languages, to those who wait for one and have an address.

    One connection for all. A message that cannot be sent stops no other; it is named in the result, and only
    the others count as invited.
    """
    waiting = [enrolment for enrolment in enrolments if is_waiting(enrolment)]
    addressed = [enrolment for enrolment in waiting if enrolment.learner.email]
    sent: list[int] = []
    failed: list[str] = []
    if addressed:
        connection = get_connection()
        try:
            connection.open()
            for enrolment in addressed:
                message = _message(enrolment, base_url)
                message.connection = connection
                try:
                    message.send()
                    sent.append(enrolment.pk)
                except (smtplib.SMTPException, OSError):
                    failed.append(enrolment.learner.name)
        except (smtplib.SMTPException, OSError):
            failed = [enrolment.learner.name for enrolment in addressed if enrolment.pk not in sent]
        finally:
            connection.close()
    _remember(sent, addressed, actor)
    return Sent(len(sent), tuple(failed), len(waiting) - len(addressed))


def _remember(sent: Sequence[int], enrolments: Sequence[Enrolment], actor: User) -> None:
    with transaction.atomic():
        Enrolment.objects.filter(pk__in=sent).update(invited_at=timezone.now())
        for enrolment in enrolments:
            if enrolment.pk in sent:
                log(enrolment, "cascade.invite", user=actor)


def _message(enrolment: Enrolment, base_url: str) -> EmailMultiAlternatives:
    """The invitation in both languages, the person's own first."""
    person = enrolment.learner
    parts: list[dict[str, Any]] = []
    for language in sorted(LANGUAGES, key=lambda language: language != person.language):
        with override(language):
            parts.append(
                {
                    "language": language,
                    "direction": "rtl" if language == "ar" else "ltr",
                    "subject": _("Your invitation to “%(cohort)s”") % {"cohort": enrolment.cohort.name},
                    "name": person.name,
                    "programme": enrolment.tier.programme.name,
                    "organisation": _organisation(enrolment, language),
                    "cohort": enrolment.cohort.name,
                    "days": INVITATION_DAYS,
                }
            )
    context = {"parts": parts, "url": invitation_url(person, base_url)}
    message = EmailMultiAlternatives(
        " ".join(" · ".join(part["subject"] for part in parts).split()),
        render_to_string("cascade/email/invitation.txt", context).strip() + "\n",
        to=[str(person.email)],
    )
    message.attach_alternative(render_to_string("cascade/email/invitation.html", context), "text/html")
    return message


def _organisation(enrolment: Enrolment, language: str) -> str:
    programme = enrolment.tier.programme
    return programme.organisation_en if language == "en" else programme.organisation_ar


@transaction.atomic
def join_by_invitation(*, token: str, password: str) -> User:
    """Set the password of an invited person and begin the trainings that waited for it.

    Raises InvitationError for a link that does not work and ValidationError for a poor password.
    """
    person = accept_invitation(token=token, password=password)
    begin_waiting_trainings(person=person)
    return person


@transaction.atomic
def begin_waiting_trainings(*, person: User) -> None:
    """Let the trainings begin that a person was invited to: whoever signs in has come, by whichever door."""
    for enrolment in Enrolment.objects.filter(learner=person, state=EnrolmentState.INVITED):
        move_enrolment(enrolment=enrolment, to_state=EnrolmentState.ACTIVE, actor=person)
