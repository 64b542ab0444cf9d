"""`sanad survey_export SURVEY --hdf5 FILE [--csv FILE]`: a survey's answers as files."""

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from lms.api import replacing

from ...exports import Export, NothingPublished, write_csv, write_hdf5
from ...models import Survey

Write = Callable[[Export, BinaryIO], int]


class Command(BaseCommand):
    help = "Write the responses to a survey as an HDF5 archive and as a CSV table of the same codes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("survey", help="the survey's code")
        parser.add_argument("--hdf5", type=Path, metavar="FILE", help="the archive (AnnData layout)")
        parser.add_argument("--csv", type=Path, metavar="FILE", help="the table")
        parser.add_argument(
            "--open-texts",
            action="store_true",
            help="include answers in people's own words, which may name people",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        wanted: list[tuple[Path | None, Write]] = [(options["hdf5"], write_hdf5), (options["csv"], write_csv)]
        if not any(path for path, _write in wanted):
            raise CommandError("Say what to write: --hdf5 FILE, --csv FILE or both.")
        export = Export(self._survey(options["survey"]), options["open_texts"])
        for path, write in wanted:
            if path:
                self.stdout.write(f"{path}: {self._write(export, path, write)} responses")

    def _survey(self, code: str) -> Survey:
        survey = Survey.objects.filter(code=code.lower()).first()
        if survey is None:
            known = ", ".join(Survey.objects.values_list("code", flat=True)) or "none"
            raise CommandError(f"There is no survey {code!r}. Surveys: {known}.")
        return survey

    def _write(self, export: Export, path: Path, write: Write) -> int:
        try:
            with replacing(path) as file:
                return write(export, file)
        except NothingPublished as error:
            raise CommandError(
                f"The survey {export.survey.code!r} has no published questionnaire, so there is nothing to write."
            ) from error
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}") from error
