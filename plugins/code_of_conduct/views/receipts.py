"""Who may see a receipt."""

from uuid import UUID

from django.http import Http404, HttpRequest

from ..models import Endorsement

SESSION_KEY = "code_of_conduct.withdrawal_codes"
MOST_KEPT = 20


def keep_withdrawal_code(request: HttpRequest, endorsement: Endorsement, code: str) -> None:
    """Remember the code for as long as the visit lasts, so that the receipt can show it; it is stored nowhere
    else."""
    codes = request.session.get(SESSION_KEY, {})
    codes[str(endorsement.public_id)] = code
    request.session[SESSION_KEY] = dict(list(codes.items())[-MOST_KEPT:])


def kept_withdrawal_code(request: HttpRequest, endorsement: Endorsement) -> str:
    return str(request.session.get(SESSION_KEY, {}).get(str(endorsement.public_id), ""))


def visible_endorsement(request: HttpRequest, public_id: UUID) -> Endorsement:
    """The endorsement, to its account, to staff who may see endorsements and, where there is no account, to
    whoever holds the unguessable address. Raises Http404 for everybody else."""
    endorsement = (
        Endorsement.objects.select_related("version__code", "municipality", "withdrawal")
        .filter(public_id=public_id)
        .first()
    )
    if endorsement is None or not _may_see(request, endorsement):
        raise Http404
    return endorsement


def is_owner(request: HttpRequest, endorsement: Endorsement) -> bool:
    return endorsement.user_id is not None and endorsement.user_id == request.user.pk


def _may_see(request: HttpRequest, endorsement: Endorsement) -> bool:
    return (
        endorsement.user_id is None
        or is_owner(request, endorsement)
        or request.user.has_perm("code_of_conduct.view_endorsement")
    )
