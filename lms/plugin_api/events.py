"""What the platform tells plugins, after commit. Call these inside the transaction that makes the news
true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lms.plugin_api.manager import call_event

if TYPE_CHECKING:
    from django.db.models import Model


def fire_certificate_issued(certificate: Model) -> None:
    call_event("certificate_issued", certificate=certificate)


def fire_certificate_revoked(certificate: Model, *, reason: str) -> None:
    call_event("certificate_revoked", certificate=certificate, reason=reason)


def fire_enrolment_changed(enrolment: Model, *, old_state: str) -> None:
    """``old_state`` is empty for a new enrolment."""
    call_event("enrolment_changed", enrolment=enrolment, old_state=old_state)


def fire_attempt_submitted(attempt: Model) -> None:
    call_event("attempt_submitted", attempt=attempt)
