"""Taking a person's words out of what must stay."""

import uuid
from collections.abc import Iterable

from django.db import transaction

from ..models import Endorsement

ERASED = "—"


@transaction.atomic
def anonymise_endorsements(*, endorsements: Iterable[Endorsement]) -> None:
    """Erase from each endorsement who the person was.

    What a body endorsed stays with the name of the body; only its signatory goes. A digest without its
    statement and nonce cannot be traced back to a name, not even by guessing.
    """
    for endorsement in endorsements:
        if endorsement.kind == "person":
            endorsement.name = endorsement.search_name = ""
            endorsement.actor_key = uuid.uuid4().hex
        endorsement.user = None
        endorsement.signatory_name = endorsement.signatory_title = endorsement.contact = ""
        endorsement.statement = endorsement.withdrawal_code_sha256 = ""
        if endorsement.decision_reason:
            endorsement.decision_reason = ERASED
        endorsement.save()
        withdrawal = getattr(endorsement, "withdrawal", None)
        if withdrawal is not None:
            withdrawal.reason, withdrawal.statement, withdrawal.recorded_by = ERASED, "", None
            withdrawal.save()
