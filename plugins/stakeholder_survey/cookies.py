"""The two cookies of a respondent's browser: one continues a draft, the other shows a receipt.

The first is the only tie between a person and their answers, and it goes when the answers are sent. Neither can be
read by scripts, and the second cannot be made up.
"""

import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from .models import DRAFT_LIFETIME, Survey

RECEIPT_LIFETIME = datetime.timedelta(hours=1)


def draft_token(request: HttpRequest, survey: Survey) -> str:
    return request.COOKIES.get(_draft_name(survey), "")


def remember_draft(request: HttpRequest, response: HttpResponse, survey: Survey, token: str) -> None:
    response.set_cookie(_draft_name(survey), token, max_age=DRAFT_LIFETIME, **_protection(request))


def forget_draft(response: HttpResponse, survey: Survey) -> None:
    response.delete_cookie(_draft_name(survey), samesite="Lax")


def give_receipt(request: HttpRequest, response: HttpResponse, survey: Survey, sent: UUID) -> None:
    response.set_signed_cookie(
        _receipt_name(survey), str(sent), max_age=RECEIPT_LIFETIME, **_protection(request)
    )


def receipt_of(request: HttpRequest, survey: Survey) -> UUID | None:
    """What this browser sent within the last hour; None also for a cookie that was tampered with."""
    age = int(RECEIPT_LIFETIME.total_seconds())
    sent = request.get_signed_cookie(_receipt_name(survey), default=None, max_age=age)
    return UUID(sent) if sent else None


def _protection(request: HttpRequest) -> dict[str, Any]:
    return {"httponly": True, "samesite": "Lax", "secure": request.is_secure()}


def _draft_name(survey: Survey) -> str:
    return f"survey_{survey.pk}"


def _receipt_name(survey: Survey) -> str:
    return f"survey_{survey.pk}_receipt"
