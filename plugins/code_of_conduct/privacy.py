"""A person's data here: handing it out, erasing it, and the record of what is kept and why."""

import json
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from lms.plugin_api import DataField, ErasureAction, ErasureEntry, PersonalDataFile

from .evidence import evidence_of
from .models import Endorsement, Withdrawal
from .services import anonymise_endorsements

ENDORSEMENT = "code_of_conduct.Endorsement"
WITHDRAWAL = "code_of_conduct.Withdrawal"

_WHILE_STANDING = _(
    "Until the person asks for erasure; the endorsement itself stays counted without the name."
)
_AUDIT = _("As long as the register is kept: it says who was answerable for the decision.")


def endorsements_of(subject: Any) -> Iterator[Endorsement]:
    related = Endorsement.objects.filter(user=subject).select_related("version__code", "withdrawal")
    yield from related.defer("version__text_ar", "version__text_en").order_by("signed_at", "pk")


def personal_files(subject: Any) -> Iterator[PersonalDataFile]:
    """Every endorsement the person gave, with its evidence."""
    endorsements = [_as_given(endorsement) for endorsement in endorsements_of(subject)]
    if endorsements:
        content = json.dumps(endorsements, ensure_ascii=False, indent=1).encode()
        yield PersonalDataFile("endorsements.json", "application/json", content)


def erase(subject: Any, *, dry_run: bool) -> Iterator[ErasureEntry]:
    """Take the name, the address and the sealed words out; leave what the register and the counts need."""
    own = list(endorsements_of(subject))
    withdrawn = sum(hasattr(endorsement, "withdrawal") for endorsement in own)
    decided = Endorsement.objects.filter(decided_by=subject).count()
    recorded = Withdrawal.objects.filter(recorded_by=subject).count()
    if not dry_run:
        anonymise_endorsements(endorsements=own)
    if own:
        yield ErasureEntry(ENDORSEMENT, ErasureAction.ANONYMISED, len(own))
        yield ErasureEntry(
            ENDORSEMENT,
            ErasureAction.RETAINED,
            len(own),
            _(
                "Sector, capacity, date, state, digest and register number stay: the register proves that no entry "
                "was removed, and without the erased words its digest names nobody."
            ),
        )
    if withdrawn:
        yield ErasureEntry(WITHDRAWAL, ErasureAction.ANONYMISED, withdrawn)
    for model, count in ((ENDORSEMENT, decided), (WITHDRAWAL, recorded - withdrawn)):
        if count > 0:
            yield ErasureEntry(model, ErasureAction.RETAINED, count, _AUDIT)


def inventory() -> list[DataField]:
    return [
        DataField(ENDORSEMENT, "user", _("Whose endorsement it is"), _WHILE_STANDING),
        DataField(ENDORSEMENT, "name", _("Who endorsed, for the public register"), _WHILE_STANDING),
        DataField(ENDORSEMENT, "search_name", _("To find a name however it is spelt"), _WHILE_STANDING),
        DataField(ENDORSEMENT, "actor_key", _("To keep one endorsement a person"), _WHILE_STANDING),
        DataField(ENDORSEMENT, "signatory_name", _("Who signed for a body"), _WHILE_STANDING),
        DataField(ENDORSEMENT, "signatory_title", _("With what mandate"), _WHILE_STANDING),
        DataField(ENDORSEMENT, "municipality", _("Where the signatory acts"), _("With the endorsement.")),
        DataField(
            ENDORSEMENT,
            "contact",
            _("To send receipt and decision and to ask for a new signature"),
            _("Until the endorsement is declined or withdrawn, or the person asks for erasure."),
        ),
        DataField(ENDORSEMENT, "statement", _("What was sealed: the signatory's own words"), _WHILE_STANDING),
        DataField(ENDORSEMENT, "decided_by", _("Who accepted or declined"), _AUDIT),
        DataField(ENDORSEMENT, "decision_reason", _("Why it was declined"), _WHILE_STANDING),
        DataField(WITHDRAWAL, "reason", _("Why the signatory withdrew"), _WHILE_STANDING),
        DataField(WITHDRAWAL, "statement", _("What was sealed: the withdrawal"), _WHILE_STANDING),
        DataField(WITHDRAWAL, "recorded_by", _("Who recorded the withdrawal"), _AUDIT),
        DataField("code_of_conduct.CodeVersion", "published_by", _("Who published the text"), _AUDIT),
    ]


def _as_given(endorsement: Endorsement) -> dict[str, Any]:
    withdrawal = getattr(endorsement, "withdrawal", None)
    return {
        "declaration": endorsement.declaration,
        "state": endorsement.state,
        "contact": endorsement.contact,
        "identity": endorsement.tier,
        "signed_at": endorsement.signed_at.isoformat(),
        "decision_reason": endorsement.decision_reason,
        "withdrawn_at": withdrawal and withdrawal.withdrawn_at.isoformat(),
        "withdrawal_reason": withdrawal and withdrawal.reason,
        "evidence": evidence_of(endorsement),
    }
