from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from ...services import load_draft, read_source
from ...services.drafting import CONTENT, KEY


class Command(BaseCommand):
    help = "Load a code of conduct as a draft, to be edited and published in the administration."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", nargs="?", type=Path, default=CONTENT, help="YAML; default: the one shipped"
        )
        parser.add_argument("--key", default=KEY, help="key of the code (default: %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            code = load_draft(source=read_source(options["file"]), key=options["key"])
        except (OSError, yaml.YAMLError, KeyError, TypeError, ValidationError) as error:
            raise CommandError(f"{options['file']} could not be loaded: {error}") from error
        self.stdout.write(f"Draft of {code.key} loaded: {code.articles.count()} articles.")
