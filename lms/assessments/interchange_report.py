"""What importing or exporting a file of questions did, as data with stable keys and as lines of text.

{"file": "…", "format": "gift", "bank": "LTO", "bank_created": false, "dry_run": true, "written": false,
 "read": {"single": 3}, "not_read": {"cloze": 1},
 "created": ["…"], "revised": ["…"], "retagged": ["…"], "unchanged": ["…"], "repeated": ["…"],
 "published": ["…"], "drafts": ["…"], "areas_created": ["…"], "scenarios_written": ["…"],
 "assumed": {"difficulty": 3},
 "items": [{"where", "code", "name", "kind", "languages", "outcome", "published",
            "losses": [{"code", "detail", "text"}], "faults": [{"code", "at", "text"}]}],
 "skipped": [{"where", "name", "type", "code", "detail", "text"}],
 "refused": [{"where", "code", "detail", "text"}]}
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .enums import QuestionKind
from .faults import Fault
from .interchange.model import InterchangeError, Left, Loss, Problem, Writing
from .interchange_messages import loss_text, problem_text, where_text
from .messages import fault_sentence
from .services.interchange import (
    CREATED,
    REPEATED,
    RETAGGED,
    REVISED,
    UNCHANGED,
    ImportOutcome,
    Outcome,
)


def refusal_data(file: str, error: InterchangeError) -> dict[str, Any]:
    return {"file": file, "written": False, "refused": [_problem_data(one) for one in error.problems]}


def import_data(file: str, report: ImportOutcome, *, is_dry_run: bool) -> dict[str, Any]:
    return {
        "file": file,
        "format": report.reading.format,
        "bank": report.bank,
        "bank_created": report.is_new_bank,
        "dry_run": is_dry_run,
        "written": bool(report.outcomes) and not is_dry_run,
        "read": report.reading.counts,
        "not_read": report.reading.left_counts,
        **{name: report.codes(name) for name in (CREATED, REVISED, RETAGGED, UNCHANGED, REPEATED)},
        "published": [one.code for one in report.outcomes if one.is_published],
        "drafts": report.drafts,
        "areas_created": report.new_areas,
        "scenarios_written": report.scenarios,
        "assumed": report.assumed,
        "items": [_outcome_data(one) for one in report.outcomes],
        "skipped": [_left_data(left) for left in report.reading.left],
        "refused": [],
    }


def export_data(file: str, bank: str, writing: Writing) -> dict[str, Any]:
    return {
        "file": file,
        "format": writing.format,
        "bank": bank,
        "bytes": len(writing.data),
        "items": [
            {"code": code, "losses": [_loss_data(loss) for loss in losses]}
            for code, losses in writing.losses.items()
        ],
        "skipped": [_left_data(left) for left in writing.left],
        "refused": [],
    }


def import_lines(report: ImportOutcome, *, is_dry_run: bool) -> Iterator[str]:
    """The report as a person reads it: what was read by kind, what becomes of it, and what is lost."""
    reading = report.reading
    if is_dry_run:
        yield _("Dry run: nothing was written.")
    elif not report.outcomes:
        yield _("Nothing was written: the file has no question that can be imported.")
    yield _("Read ({format}):").format(format=reading.format)
    for kind, count in reading.counts.items():
        yield f"  {kind_name(kind)}: {count}"
    for kind, count in reading.left_counts.items():
        yield "  " + _("{kind}: {count} not imported").format(kind=kind, count=count)
    new = _(" (new bank)") if report.is_new_bank else ""
    yield _("Bank {bank}:").format(bank=report.bank) + new
    for label, codes in outcome_labels(report):
        yield f"  {label}: {len(codes)}"
    for name, count in report.assumed.items():
        yield "  " + assumption(name, count)
    yield from _item_lines(report.outcomes)
    yield from left_lines(reading.left)


def export_lines(writing: Writing) -> Iterator[str]:
    for code, losses in writing.losses.items():
        yield f"{code}:"
        yield from (f"  - {loss_text(loss)}" for loss in losses)
    yield from left_lines(writing.left)


def outcome_labels(report: ImportOutcome) -> list[tuple[str, list[str]]]:
    """What became of the questions, in words, with their codes."""
    labels = [
        (_("New questions"), report.codes(CREATED)),
        (_("New versions of changed questions"), report.codes(REVISED)),
        (_("Questions filed differently"), report.codes(RETAGGED)),
        (_("Unchanged questions"), report.codes(UNCHANGED)),
        (_("Repeated in the file"), report.codes(REPEATED)),
        (_("Left as drafts"), report.drafts),
    ]
    return [(label, codes) for label, codes in labels if codes]


def assumption(name: str, count: int) -> str:
    text = {
        "area": ngettext(
            "{count} question has no area; it is filed under “imported”.",
            "{count} questions have no area; they are filed under “imported”.",
            count,
        ),
        "topic": ngettext(
            "{count} question has no topic; it gets “imported”.",
            "{count} questions have no topic; they get “imported”.",
            count,
        ),
        "difficulty": ngettext(
            "{count} question has no difficulty; it becomes medium.",
            "{count} questions have no difficulty; they become medium.",
            count,
        ),
    }[name]
    return text.format(count=count)


def kind_name(kind: str) -> str:
    return str(QuestionKind(kind).label)


def outcome_notes(outcome: Outcome) -> list[str]:
    """Everything there is to say of a question: what it loses, and what it needs before it is published."""
    lost = [loss_text(loss) for loss in outcome.losses]
    needed = [fault_sentence(fault) for fault in _other_faults(outcome)]
    return [
        *lost,
        *_translation_notes(outcome),
        *(_("Before it is published: {reason}").format(reason=reason) for reason in needed),
    ]


def _translation_notes(outcome: Outcome) -> list[str]:
    """A question in one language is reported once, and not text by text."""
    languages = outcome.item.languages
    if len(languages) != 1:
        return []
    return [
        _("It is in Arabic only and stays a draft until it has been translated into English.")
        if languages == ("ar",)
        else _("It is in English only and stays a draft until it has been translated into Arabic.")
    ]


def _other_faults(outcome: Outcome) -> list[Fault]:
    languages = outcome.item.languages
    missing = {"ar": "_en_blank", "en": "_ar_blank"}[languages[0]] if len(languages) == 1 else "-"
    return [fault for fault in outcome.faults if not fault.code.endswith(missing)]


def _item_lines(outcomes: Iterable[Outcome]) -> Iterator[str]:
    for outcome in outcomes:
        if notes := outcome_notes(outcome):
            item = outcome.item
            yield f"{where_text(item.where)} {outcome.code} ({kind_name(item.content.kind)}) {item.name}".rstrip()
            yield from (f"  - {note}" for note in notes)


def left_lines(left: Iterable[Left]) -> Iterator[str]:
    for one in left:
        yield _("{where} {name} ({kind}) not imported: {reason}").format(
            where=where_text(one.where), name=one.name, kind=one.kind, reason=loss_text(one.loss)
        )


def _outcome_data(outcome: Outcome) -> dict[str, Any]:
    item = outcome.item
    return {
        "where": item.where,
        "code": outcome.code,
        "name": item.name,
        "kind": item.content.kind,
        "languages": list(item.languages),
        "outcome": outcome.outcome,
        "published": outcome.is_published,
        "losses": [_loss_data(loss) for loss in outcome.losses],
        "faults": [
            {"code": fault.code, "at": fault.at, "text": fault_sentence(fault)} for fault in outcome.faults
        ],
    }


def _loss_data(loss: Loss) -> dict[str, str]:
    return {"code": loss.code, "detail": loss.detail, "text": loss_text(loss)}


def _left_data(left: Left) -> dict[str, str]:
    return {"where": left.where, "name": left.name, "type": left.kind, **_loss_data(left.loss)}


def _problem_data(problem: Problem) -> dict[str, str]:
    return {
        "where": problem.where,
        "code": problem.code,
        "detail": problem.detail,
        "text": problem_text(problem),
    }
