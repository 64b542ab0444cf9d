"""Whether what is stored is what was published and signed.

Everything is computed anew from the stored bytes and compared with the digests beside them and with the
register, so that one changed byte shows wherever it is: in a text, a statement, a digest, a seal or a name.
That the register itself was not rewritten is what its own audit tells.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from lms.api import records_at

from .models import CodeVersion, Endorsement, SealedModel, Withdrawal
from .services.sealing import VERSION_ENTRY
from .statements import instrument_statement, timestamp
from .text import read_canonical_text, sha256_hex

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Alteration:
    """Something that is not as it was sealed. `what` names the row by its public id or number."""

    what: str
    problem: str


def verify_versions() -> list[Alteration]:
    """Every published version whose text, digests, statement or register entry do not agree."""
    versions = CodeVersion.objects.select_related("code")
    return [
        Alteration(f"version {version}", problem)
        for version, record in _with_records(versions)
        for problem in (*_text_problems(version), *_seal_problems(version, record, VERSION_ENTRY))
    ]


def verify_endorsements() -> list[Alteration]:
    """Every endorsement and withdrawal that is not what its signatory declared."""
    endorsements = Endorsement.objects.select_related("version__code", "municipality")
    withdrawals = Withdrawal.objects.select_related("endorsement")
    return [
        *(
            Alteration(f"endorsement {endorsement.public_id}", problem)
            for endorsement, record in _with_records(
                endorsements.defer("version__text_ar", "version__text_en")
            )
            for problem in (
                *_declaration_problems(endorsement),
                *_seal_problems(endorsement, record, "endorse"),
            )
        ),
        *(
            Alteration(f"withdrawal of {withdrawal.endorsement.public_id}", problem)
            for withdrawal, record in _with_records(withdrawals)
            for problem in (
                *_withdrawal_problems(withdrawal, record),
                *_seal_problems(withdrawal, record, "withdraw"),
            )
        ),
    ]


def _with_records(rows: QuerySet[Any]) -> Iterator[tuple[Any, Any]]:
    """Each row with the record that the register holds at its index, read by the hundred."""
    rows = rows.order_by("pk")
    last = 0
    while chunk := list(rows.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1].pk
        records = records_at(row.register_index for row in chunk if row.register_index is not None)
        yield from ((row, records.get(row.register_index)) for row in chunk)


def _text_problems(version: CodeVersion) -> Iterator[str]:
    for language in ("ar", "en"):
        text = getattr(version, f"text_{language}")
        if sha256_hex(text) != getattr(version, f"sha256_{language}"):
            yield f"the text in {language} does not have its digest"
        try:
            read_canonical_text(text)
        except ValueError:
            yield f"the text in {language} is not canonical"
    expected = instrument_statement(
        code=version.code.key,
        version=version.number,
        date=version.date.isoformat(),
        change=str(version.change),
        sha256={"ar": version.sha256_ar, "en": version.sha256_en},
    )
    if version.statement != expected:
        yield "the instrument does not state number, date and digests as stored"


def _declaration_problems(endorsement: Endorsement) -> Iterator[str]:
    if not endorsement.statement:
        return
    declared = _parsed(endorsement.statement)
    expected = {
        **endorsement.declaration,
        "instrument_sha256": endorsement.version.instrument_sha256,
        "signed_at": timestamp(endorsement.signed_at),
    }
    changed = sorted(key for key, value in expected.items() if declared.get(key) != value)
    if changed:
        yield f"stored otherwise than declared: {', '.join(changed)}"


def _withdrawal_problems(withdrawal: Withdrawal, record: Any) -> Iterator[str]:
    if record is not None and record.subject != withdrawal.endorsement.register_index:
        yield "the register entry speaks of another endorsement"
    if withdrawal.statement:
        declared = _parsed(withdrawal.statement)
        if declared.get("endorsement") != str(withdrawal.endorsement.public_id):
            yield "the statement speaks of another endorsement"
        if declared.get("reason") != withdrawal.reason:
            yield "stored otherwise than declared: reason"


def _seal_problems(sealed: SealedModel, record: Any, kind: str) -> Sequence[str]:
    """Of an erased statement only its place in the register is left to check."""
    problems = []
    if sealed.statement and sha256_hex(sealed.statement) != sealed.statement_sha256:
        problems.append("the statement does not have its digest")
    if sealed.register_index is None:
        return problems
    if record is None or record.type != kind:
        return [*problems, "the register has no such entry"]
    content = sealed.statement.encode() + bytes.fromhex(sealed.seal)
    if sealed.statement and record.sha256 != hashlib.sha256(content).digest():
        problems.append("the register holds another digest")
    return problems


def _parsed(statement: str) -> dict[str, Any]:
    try:
        value = json.loads(statement)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
