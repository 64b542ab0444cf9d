"""`sanad import_course DIR [--dry-run] [--json]`."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from lms.courses.folder import FolderError
from lms.courses.services import import_course


class Command(BaseCommand):
    help = "Bring a course folder (Markdown and YAML in Arabic and English) onto the site and publish it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dir", type=Path, help="the folder that holds course.yaml")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")
        parser.add_argument("--json", action="store_true", help="report as JSON")

    @no_translations
    def handle(self, **options: Any) -> None:
        dry_run, as_json = options["dry_run"], options["json"]
        try:
            report = import_course(path=options["dir"], dry_run=dry_run)
        except FolderError as error:
            if as_json:
                self.stdout.write(
                    json.dumps({"faults": [fault._asdict() for fault in error.faults]}, ensure_ascii=False)
                )
            faults = "\n".join(f"  {fault}" for fault in error.faults)
            raise CommandError(f"Nothing was imported. {len(error.faults)} faults:\n{faults}") from None
        if as_json:
            summary = {
                "course": report.course,
                "dry_run": dry_run,
                "files": report.files,
                "notes": report.notes,
            }
            self.stdout.write(json.dumps(summary, ensure_ascii=False))
            return
        for file, state in sorted(report.files.items()):
            self.stdout.write(f"{state:9}  {file}")
        for note in report.notes:
            self.stdout.write(f"note       {note}")
        done = "would be imported; nothing was changed" if dry_run else "imported"
        self.stdout.write(f"Course {report.course} {done}.")
