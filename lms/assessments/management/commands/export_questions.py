"""`sanad export_questions BANK FILE [--format …] [--json]`: a question bank in other people's formats."""

import json
from pathlib import Path
from typing import Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from lms.assessments.interchange.files import EXTENSIONS, FORMATS
from lms.assessments.interchange.model import Format, InterchangeError
from lms.assessments.interchange_messages import problem_text
from lms.assessments.interchange_report import export_data, export_lines, refusal_data
from lms.assessments.models import QuestionBank
from lms.assessments.services.interchange import export_questions
from lms.common.archive import replacing


class Command(BaseCommand):
    help = (
        "Write the published questions of a bank, with their answers, as GIFT, Moodle XML, QTI or CSV, and say what "
        "a reader of the file will not find there."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("bank", help="code of the question bank")
        parser.add_argument("file", type=Path, help="the file; only its owner may read it")
        parser.add_argument(
            "--format", choices=FORMATS, help="else by the file's ending: .gift .txt .xml .zip .csv"
        )
        parser.add_argument("--json", action="store_true", help="the report as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        bank = QuestionBank.objects.filter(code=options["bank"]).first()
        if bank is None:
            raise CommandError(_("There is no question bank {code}.").format(code=options["bank"]))
        format_name = options["format"] or EXTENSIONS.get(file.suffix.lower())
        if format_name is None:
            raise CommandError(_("Name the format with --format, or give the file a known ending."))
        try:
            writing = export_questions(
                bank=bank,
                format_name=cast(Format, format_name),
                as_package=file.suffix.lower() != ".xml",
            )
            with replacing(file) as stream:
                stream.write(writing.data)
        except InterchangeError as error:
            if options["json"]:
                self.stdout.write(json.dumps(refusal_data(str(file), error), ensure_ascii=False, indent=2))
            raise CommandError("\n".join(problem_text(one) for one in error.problems)) from error
        except OSError as error:
            raise CommandError(
                _("{file} cannot be written: {reason}").format(file=file, reason=error.strerror)
            ) from error
        if options["json"]:
            self.stdout.write(
                json.dumps(export_data(str(file), bank.code, writing), ensure_ascii=False, indent=2)
            )
            return
        for line in export_lines(writing):
            self.stdout.write(line)
        self.stdout.write(_("Written: {file}").format(file=file))
