"""Import trainees from a CSV file into a cohort."""

import json
import uuid
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from lms.cascade.imports import ImportReport, import_trainees
from lms.cascade.models import Cohort


class Command(BaseCommand):
    help = "Import trainees from a CSV file into a cohort: all of them or, with a single fault, nobody."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--cohort", type=uuid.UUID, required=True, help="the public id of the cohort")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        cohort = Cohort.objects.select_related("tier", "municipality").filter(public_id=options["cohort"])
        if not cohort:
            raise CommandError(f"There is no cohort {options['cohort']}.")
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"Cannot read {options['file']}: {error.strerror}") from error
        try:
            report = import_trainees(
                content=content, cohort=cohort[0], actor=None, dry_run=options["dry_run"]
            )
        except ValidationError as refusal:
            raise CommandError(refusal.messages[0]) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(asdict(report), ensure_ascii=False, indent=1))
        else:
            self._print(report, is_dry_run=options["dry_run"])
        if not report.is_clean:
            raise CommandError(f"{len(report.faults)} faults: nobody has been imported.", returncode=1)

    def _print(self, report: ImportReport, *, is_dry_run: bool) -> None:
        for fault in report.faults:
            where = f"row {fault.row}" + (f", {fault.column} “{fault.value}”" if fault.column else "")
            self.stdout.write(f"{where}: {fault.reason}")
        for number, name, note in report.notes:
            self.stdout.write(f"row {number}: {name} {note}")
        if report.is_clean:
            verb = "would be" if is_dry_run else "are"
            self.stdout.write(
                f"{report.created} new people, {report.joined} known ones {verb} enrolled; "
                f"{report.unchanged} were enrolled before."
            )
