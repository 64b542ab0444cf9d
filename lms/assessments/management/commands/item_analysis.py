"""`sanad item_analysis (--responses FILE.csv | --exam CODE) [--json]`: what the answers say of the questions."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q
from django.utils.translation import gettext as _

from lms.assessments.item_words import VERDICT_WORDS, fault_sentence, notice_sentence, with_words
from lms.assessments.models import Exam
from lms.assessments.statistics import Analysis, Responses, analyse


class Command(BaseCommand):
    help = "Analyse the questions of an exam, or of a CSV file (header: items; a row a person; blank: not reached)."

    def add_arguments(self, parser: CommandParser) -> None:
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument(
            "--responses", type=Path, metavar="FILE", help="a CSV file of 0 and 1, or of marks"
        )
        source.add_argument("--exam", metavar="CODE", help="the code or the public id of an exam")
        parser.add_argument("--json", action="store_true", help="print everything as JSON, in full precision")
        parser.add_argument(
            "--group", action="append", default=[], metavar="COLUMN",
            help="a column with a label a person, to compare groups by; may be repeated",
        )  # fmt: skip
        parser.add_argument(
            "--leave-out", action="append", default=[], metavar="COLUMN",
            help="a column that is no question, such as a name; may be repeated",
        )  # fmt: skip
        parser.add_argument(
            "--key", type=Path, metavar="FILE",
            help="a CSV file of the same header and one row, the right options; the answers are then options",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["exam"]
        analysis = analyse(exam_responses_of(name) if name else file_responses(options))
        if options["json"]:
            result = with_words(analysis.to_json(), analysis.notices)
            self.stdout.write(json.dumps(result, ensure_ascii=False, allow_nan=False))
        else:
            self._tell(analysis)

    def _tell(self, analysis: Analysis) -> None:
        found = analysis.reliability
        summary: tuple[tuple[str, float | None, int], ...] = (
            (_("People"), analysis.persons, 0),
            (_("Questions"), len(analysis.items), 0),
            (_("Mean total"), analysis.total_mean, 3),
            (_("Standard deviation of totals"), analysis.total_sd, 3),
            (_("Cronbach's alpha"), found.alpha if found else None, 4),
            (_("Guttman's lambda-2"), found.lambda2 if found else None, 4),
            (_("Standard error of measurement"), found.sem if found else None, 4),
        )
        for label, value, digits in summary:
            self.stdout.write(f"{label}: {_figure(value, digits)}")
        self.stdout.write("")
        rows = zip(analysis.responses.items, analysis.items, analysis.verdicts, strict=True)
        self.stdout.write(f"{'':<20}{_('facility'):>12}{_('item-rest r'):>20}{'D27':>10}")
        for item, one, verdicts in rows:
            figures = f"{_figure(one.facility, 4):>12}{_figure(one.rest_r, 4):>20}{_figure(one.d27, 4):>10}"
            words = ", ".join(str(VERDICT_WORDS[code][0]) for code in verdicts)
            self.stdout.write(f"{item:<20}{figures}  {words}")
        for notice in analysis.notices:
            self.stdout.write(f"! {notice_sentence(notice)}")


def _figure(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def file_responses(options: dict[str, Any]) -> Responses:
    """The answers of the files named on the command line. Raises CommandError with each fault and its place."""
    from lms.assessments.statistics.responses_file import ResponsesFileError, read_key, read_responses

    try:
        keys = read_key(_bytes(options["key"])) if options["key"] else None
        return read_responses(
            _bytes(options["responses"]),
            groups=options["group"],
            leave_out=options["leave_out"],
            keys=keys,
        )
    except ResponsesFileError as refusal:
        raise CommandError("\n".join(fault_sentence(fault) for fault in refusal.faults)) from refusal


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(
            _("{file} cannot be read: {reason}").format(file=path, reason=error.strerror)
        ) from error


def exam_responses_of(name: str) -> Responses:
    from lms.assessments.selectors.responses import exam_responses

    return exam_responses(find_exam(name))


def find_exam(name: str) -> Exam:
    """The exam with a code or a public id. Raises CommandError with the codes there are."""
    wanted = Q(code=name)
    with suppress(ValueError):
        wanted |= Q(public_id=UUID(name))
    exam = Exam.objects.filter(wanted).first()
    if exam is None:
        known = ", ".join(Exam.objects.values_list("code", flat=True)) or "–"
        raise CommandError(_("There is no exam {name}. Exams: {known}.").format(name=name, known=known))
    return exam
