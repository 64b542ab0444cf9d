from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lms.certificates.keys import current_keyset
from lms.register.errors import CodedError
from lms.register.services import take_cosignatures


class Command(BaseCommand):
    help = "Take in heads of the register that outside witnesses have cosigned (files that `sanad witness` wrote)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", type=Path, nargs="+")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            keyset = current_keyset()
            if keyset is None:
                raise CommandError("There is no keyset yet. Run: sanad keys init")
            for file in options["files"]:
                taken = take_cosignatures(note=file.read_bytes(), witnesses=keyset.witnesses.keys)
                names = ", ".join(row.name for row in taken) or "nothing new"
                self.stdout.write(f"{file}: {names}")
        except CodedError as error:
            raise CommandError(f"{file}: {error}.") from None
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}.") from None
