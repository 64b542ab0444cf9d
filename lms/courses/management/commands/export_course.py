"""`sanad export_course CODE DIR [--json]`."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from lms.courses.folder import FolderError
from lms.courses.models import Course
from lms.courses.services import export_course


class Command(BaseCommand):
    help = "Write the published pages of a course as a folder of Markdown and YAML."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="the code of the course, such as LTO")
        parser.add_argument(
            "dir", type=Path, help="a new folder, or one that holds an earlier export of the course"
        )
        parser.add_argument("--json", action="store_true", help="report as JSON")

    @no_translations
    def handle(self, **options: Any) -> None:
        course = Course.objects.filter(code=options["code"]).first()
        if course is None:
            codes = ", ".join(Course.objects.values_list("code", flat=True)) or "none"
            raise CommandError(f"There is no course {options['code']!r}. Courses: {codes}.")
        try:
            files = export_course(course=course, path=options["dir"])
        except FolderError as error:
            if options["json"]:
                self.stdout.write(
                    json.dumps({"faults": [fault._asdict() for fault in error.faults]}, ensure_ascii=False)
                )
            faults = "\n".join(f"  {fault}" for fault in error.faults)
            raise CommandError(f"Nothing was written. {len(error.faults)} faults:\n{faults}") from None
        if options["json"]:
            self.stdout.write(json.dumps({"course": course.code, "files": files}, ensure_ascii=False))
            return
        for file in files:
            self.stdout.write(file)
        self.stdout.write(f"Course {course.code} written to {options['dir']}.")
