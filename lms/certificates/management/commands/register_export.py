from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lms.certificates.keys import KEY_TROUBLE
from lms.certificates.publish import EmptyRegisterError, publish_register


class Command(BaseCommand):
    help = "Write the register and the checkers' pack as static files, for serving and for auditing offline."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        directory: Path = options["directory"]
        try:
            size = publish_register(folder=directory)
        except EmptyRegisterError:
            raise CommandError("The register is empty; there is nothing to export.") from None
        except KEY_TROUBLE as error:
            raise CommandError(f"The register cannot be signed: {error}.") from None
        except OSError as error:
            raise CommandError(
                f"Could not write {directory}: {error.strerror}. What was exported before is untouched."
            ) from None
        self.stdout.write(f"{size} entries in {directory}")
