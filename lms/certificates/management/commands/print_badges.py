from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from lms.cascade.models import Cohort
from lms.certificates.cards import PER_SHEET, Flip
from lms.certificates.document import DocumentError
from lms.certificates.paper import sheets_pdf
from lms.certificates.selectors import certificates_to_print
from lms.register.export import write_file


class Command(BaseCommand):
    help = (
        "Print the badges of a cohort: one PDF, ten badges an A4 sheet, with crop marks and backs for duplex."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cohort", required=True, help="public id of the cohort")
        parser.add_argument("--output", required=True, type=Path, help="the PDF to write")
        parser.add_argument(
            "--flip",
            choices=[flip.value for flip in Flip],
            default=Flip.LONG.value,
            help="over which edge the printer turns the sheet (default: long)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            cohort = Cohort.objects.get(public_id=options["cohort"])
        except (Cohort.DoesNotExist, ValidationError):
            raise CommandError(f"There is no cohort {options['cohort']}.") from None
        certificates = list(certificates_to_print(cohort))
        try:
            content = sheets_pdf(
                certificates, flip=Flip(options["flip"]), title=str(cohort), day=timezone.localdate()
            )
            write_file(options["output"], content)
            # Names and photos of a whole cohort: for whoever ordered them, not for every account of the machine.
            options["output"].chmod(0o600)
        except DocumentError as error:
            raise CommandError(f"Nothing was printed: {error}.") from None
        except OSError as error:
            raise CommandError(f"{options['output']} cannot be written: {error.strerror}.") from None
        sheets = -(-len(certificates) // PER_SHEET)
        self.stdout.write(f"{len(certificates)} badges on {sheets} sheets: {options['output']}")
