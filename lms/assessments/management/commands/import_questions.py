"""`sanad import_questions FILE [--bank CODE] [--dry-run] [--json]`: questions from other people's files."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from lms.assessments.interchange.files import read_questions
from lms.assessments.interchange.model import LANGUAGES, MOST_BYTES, InterchangeError
from lms.assessments.interchange_messages import problem_text
from lms.assessments.interchange_report import import_data, import_lines, refusal_data
from lms.assessments.services.interchange import DEFAULT_BANK, ImportOutcome, import_questions


class Command(BaseCommand):
    help = (
        "Import questions from GIFT, Moodle XML, QTI 2.1, 2.2 or 3.0, or CSV, all of them or nothing, and say what is "
        "lost. They become drafts; a question in one language waits for its translation."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the file")
        parser.add_argument(
            "--bank", default=DEFAULT_BANK, help=f"code of the question bank, made if needed ({DEFAULT_BANK})"
        )
        parser.add_argument(
            "--format", default="auto", choices=("auto", "gift", "moodle", "qti", "csv"), help="(auto)"
        )
        parser.add_argument(
            "--language", choices=LANGUAGES, help="of texts that do not say theirs; else by their letters"
        )
        parser.add_argument(
            "--publish", action="store_true", help="publish at once what is complete in both languages"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and write nothing")
        parser.add_argument("--json", action="store_true", help="the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            report = self._import(file, options)
        except InterchangeError as error:
            if options["json"]:
                self._print(refusal_data(str(file), error))
            raise CommandError("\n".join(problem_text(one) for one in error.problems)) from error
        if options["json"]:
            self._print(import_data(str(file), report, is_dry_run=options["dry_run"]))
            return
        for line in import_lines(report, is_dry_run=options["dry_run"]):
            self.stdout.write(line)

    def _import(self, file: Path, options: dict[str, Any]) -> ImportOutcome:
        reading = read_questions(
            read_bytes(file), format_name=options["format"], language=options["language"]
        )
        return import_questions(
            reading=reading,
            bank_code=options["bank"],
            publish=options["publish"],
            dry_run=options["dry_run"],
        )

    def _print(self, data: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(data, ensure_ascii=False, indent=2))


def read_bytes(file: Path) -> bytes:
    """The contents of a file that is not too large to be one of questions. Raises CommandError if there is no
    such file, InterchangeError if it is too large."""
    try:
        with file.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        reason = _("{file} cannot be read: {reason}").format(file=file, reason=error.strerror)
        raise CommandError(reason) from error
    if len(data) > MOST_BYTES:
        raise InterchangeError("too_large", detail=MOST_BYTES // 1024**2)
    return data
