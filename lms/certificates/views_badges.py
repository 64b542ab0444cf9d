"""What verifiers of Open Badges ask the platform for. Nothing here is about a person; nobody signs in."""

import json
import logging

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from lms.register.selectors import latest_checkpoint

from .data_integrity import Json
from .keys import KEY_TROUBLE
from .models import CertificateType
from .openbadge import PURPOSES, Words
from .services.open_badges import STATUS_SECONDS, issuer_document, signed_status_list
from .statuslist import SLOTS

logger = logging.getLogger(__name__)
DOCUMENT_SECONDS = 3_600


@require_safe
def did_document(_request: HttpRequest) -> HttpResponse:
    """The issuer's did:web document: which keys its badges are signed with."""
    return _json(json.dumps(issuer_document()).encode(), "application/json", DOCUMENT_SECONDS)


@require_safe
def status_list(_request: HttpRequest, part: int, purpose: str) -> HttpResponse:
    """The signed status list of one part of the register."""
    head = latest_checkpoint()
    if purpose not in PURPOSES or head is None or part * SLOTS >= head.size:
        raise Http404
    try:
        content = signed_status_list(part=part, purpose=purpose)
    except KEY_TROUBLE as trouble:
        logger.error("the status list cannot be signed: %s", trouble.code)
        return HttpResponse(status=503)
    return _json(content, "application/vc", STATUS_SECONDS)


@require_safe
def badge_kind(_request: HttpRequest, code: str) -> HttpResponse:
    """The achievement that badges of a kind name: what it is, and nobody's name."""
    kind = get_object_or_404(CertificateType.objects.select_related("tier__course"), code=code)
    course = kind.tier.course
    content: Json = {
        "id": f"{settings.SANAD_BASE_URL}/badges/kind/{kind.code}",
        "type": ["Achievement"],
        "achievementType": "Certification",
        "name": Words(kind.name_ar, kind.name_en).both,
        "description": Words(course.name_ar, course.name_en).both,
        "criteria": {"narrative": Words(kind.statement_ar, kind.statement_en).both},
    }
    return _json(json.dumps(content, ensure_ascii=False).encode(), "application/json", DOCUMENT_SECONDS)


def _json(content: bytes, kind: str, seconds: int) -> HttpResponse:
    """Verifiers run in browsers of other sites too, so any may read it."""
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": f"public, max-age={seconds}"}
    return HttpResponse(content, content_type=kind, headers=headers)
