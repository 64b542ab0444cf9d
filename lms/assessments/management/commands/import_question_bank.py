"""`sanad import_question_bank FILE [--dry-run]`: bring a question bank to what a YAML file says."""

from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from lms.assessments.bankfile import BankFile
from lms.assessments.bankfolder import load_bank
from lms.assessments.errors import BankFileError
from lms.assessments.messages import problem_sentence
from lms.assessments.services.bank import ImportReport, import_question_bank


class Command(BaseCommand):
    help = "Import a question bank from a YAML file. Unchanged questions get no new version."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the YAML file")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would change, and change nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        bank_file = read_bank_file(options["file"])
        try:
            report = import_question_bank(bank_file=bank_file, dry_run=options["dry_run"])
        except BankFileError as refusal:
            raise CommandError("\n".join(refusal.problems)) from refusal
        self._tell(bank_file, report, is_dry_run=options["dry_run"])

    def _tell(self, bank_file: BankFile, report: ImportReport, *, is_dry_run: bool) -> None:
        if is_dry_run:
            self.stdout.write(_("Dry run: nothing was written."))
        lines = (
            (_("New questions"), report.created),
            (_("New versions of changed questions"), report.revised),
            (_("Questions filed differently"), report.retagged),
            (_("Unchanged questions"), report.unchanged),
            (_("In the bank but not in the file, left as they are"), report.absent),
        )
        self.stdout.write(f"{bank_file.code}: {bank_file.title.ar} / {bank_file.title.en}")
        for label, codes in lines:
            listed = f" ({', '.join(codes)})" if codes and codes is not report.unchanged else ""
            self.stdout.write(f"  {label}: {len(codes)}{listed}")


def read_bank_file(path: Path) -> BankFile:
    """The bank in a file. Raises CommandError with every fault and its place."""
    try:
        bank_file, problems = load_bank(path)
    except OSError as error:
        raise CommandError(
            _("{file} cannot be read: {reason}").format(file=path, reason=error.strerror)
        ) from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise CommandError(
            _("{file} is not a YAML file in UTF-8: {reason}").format(file=path, reason=error)
        ) from error
    if bank_file is None:
        raise CommandError("\n".join(problem_sentence(problem) for problem in problems))
    return bank_file
