from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from lms.assessments.services.emergency import EXAM_BOX
from lms.assessments.services.receipts import EXAM_KEY, exam_signer
from lms.certificates.keys import FIRST_ISSUING_KEY, ROOT_KEY, current_keyset, initialise_keys, root_key
from lms.certificates.models import IssuingKey, Keyset
from lms.register.errors import CodedError
from lms.register.keyfiles import create_box, create_key
from lms.register.keys import LOG_KEY, log_signer

MIN_PASSPHRASE = 16


class Command(BaseCommand):
    help = "Make the platform's signing keys, or tell what they are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["init", "status"])

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            {"init": self.initialise, "status": self.tell}[options["action"]]()
        except CodedError as error:
            raise CommandError(f"{error}.") from None

    def initialise(self) -> None:
        """Make the key files that are missing, then publish the first keyset. Never overwrites a key.

        An installation that is older than the exams' own keys gets those alone.
        """
        if not settings.SANAD_ALLOW_DEVELOPMENT_KEYS and len(settings.SANAD_KEY_PASSPHRASE) < MIN_PASSPHRASE:
            raise CommandError(f"SANAD_KEY_PASSPHRASE must have at least {MIN_PASSPHRASE} characters.")
        has_keyset = Keyset.objects.exists()
        is_new = _make(EXAM_KEY, create_key) | _make(EXAM_BOX, create_box)
        if has_keyset and not is_new:
            raise CommandError("There is a keyset already. Keys are never made twice.")
        if not has_keyset:
            for name in (ROOT_KEY, LOG_KEY, FIRST_ISSUING_KEY):
                _make(name, create_key)
            initialise_keys()
        self.tell()

    def tell(self) -> None:
        keyset = current_keyset()
        if keyset is None:
            raise CommandError("There is no keyset yet. Run: sanad keys init")
        self.stdout.write(f"root     {root_key().encode()}")
        self.stdout.write(f"log      {log_signer().key.encode()}")
        self.stdout.write(f"exams    {exam_signer().key.encode()}")
        self.stdout.write(f"keyset   serial {keyset.serial}")
        for key in IssuingKey.objects.all():
            self.stdout.write(f"issuing  {key} {key.get_state_display()} {key.not_before} – {key.expires}")


def _make(name: str, create: Callable[..., object]) -> bool:
    """Make a key file unless it is there; whether it was made."""
    path = Path(settings.SANAD_KEYS_DIR) / f"{name}.pem"
    if path.exists():
        return False
    create(path, settings.SANAD_KEY_PASSPHRASE, is_development=settings.SANAD_ALLOW_DEVELOPMENT_KEYS)
    return True
