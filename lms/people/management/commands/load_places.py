"""Load the regions and municipalities of the programme."""

from typing import Any

from django.core.management.base import BaseCommand

from lms.people.services import load_places


class Command(BaseCommand):
    help = "Add the regions and municipalities that are missing."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{load_places()} municipalities are in place.")
