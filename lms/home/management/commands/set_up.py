"""`sanad set_up`: what an empty database needs before its first user."""

from typing import Any

from django.core.management.base import BaseCommand

from lms.home.services import ensure_site
from lms.people.services import load_places


class Command(BaseCommand):
    help = "Make the home pages in both languages and the regions and municipalities, where they are missing."

    def handle(self, *args: Any, **options: Any) -> None:
        site = ensure_site()
        self.stdout.write(f"The home pages are in place at {site.root_url}.")
        self.stdout.write(f"{load_places()} municipalities are in place.")
