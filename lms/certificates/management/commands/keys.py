import json
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from lms.assessments.services.emergency import EXAM_BOX
from lms.assessments.services.receipts import EXAM_KEY, exam_signer
from lms.certificates import ceremony_file
from lms.certificates.ceremony import describe, fingerprint
from lms.certificates.keys import (
    FIRST_ISSUING_KEY,
    KEY_LIFETIME,
    ROOT_KEY,
    accept_keyset,
    current_keyset,
    has_root,
    initialise_keys,
    proposed_keyset,
    root_policy,
)
from lms.certificates.keyset import Policy, keyset_text
from lms.certificates.models import IssuingKey, Keyset
from lms.certificates.roots import parse_roots
from lms.certificates.services.issuing_keys import mark_compromised, retire_key, rotate_key, void_certificates
from lms.register.errors import CodedError
from lms.register.export import write_file
from lms.register.keyfiles import create_box
from lms.register.keys import LOG_KEY, key_adapter, log_signer

MIN_PASSPHRASE = 16
NEXT_STEP = (
    "This counts for checkers once the root keys have signed it: sanad keys export FILE, the ceremony, "
    "sanad keys import FILE."
)


class Command(BaseCommand):
    help = "The platform's signing keys: make them, change them, withdraw them, tell what they are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        init = actions.add_parser("init", help="make the keys that are missing and the first keyset")
        init.add_argument(
            "--roots", type=Path, help="the custodians' public root keys; without it, one root here"
        )
        rotate = actions.add_parser("rotate", help="make the next issuing key")
        rotate.add_argument("--retire", action="store_true", help="retire the former key with this step")
        rotate.add_argument("--days", type=int, default=KEY_LIFETIME.days, help="how long the new key signs")
        retire = actions.add_parser("retire", help="end an issuing key in good order")
        stolen = actions.add_parser(
            "compromised", help="say from which register entry on a key was in other hands"
        )
        stolen.add_argument("--at-index", type=int, required=True, metavar="N")
        for action in (retire, stolen):
            action.add_argument("kid", nargs="?", default="", help="the key's id, where there are several")
        status = actions.add_parser("status", help="tell what the keys are")
        status.add_argument("--json", action="store_true")
        for name, what in (
            ("export", "write the keyset that the root keys are to sign"),
            ("import", "take in the keyset that the root keys have signed"),
            ("ceremony", "write the program that custodians carry, one file"),
        ):
            actions.add_parser(name, help=what).add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        actions: dict[str, Callable[[dict[str, Any]], None]] = {
            "init": self.initialise,
            "rotate": self.rotate,
            "retire": self.retire,
            "compromised": self.compromised,
            "status": self.tell,
            "export": self.export,
            "import": self.take_in,
            "ceremony": self.pack_ceremony,
        }
        try:
            actions[options["action"]](options)
        except CodedError as error:
            raise CommandError(f"{error}.") from None
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}.") from None

    def initialise(self, options: dict[str, Any]) -> None:
        """Make the keys that are missing, then publish the first keyset. Never overwrites a key.

        An installation that is older than the exams' own keys gets those alone.
        """
        if not settings.SANAD_ALLOW_DEVELOPMENT_KEYS and len(settings.SANAD_KEY_PASSPHRASE) < MIN_PASSPHRASE:
            raise CommandError(f"SANAD_KEY_PASSPHRASE must have at least {MIN_PASSPHRASE} characters.")
        file = options.get("roots")
        roots = None if file is None else parse_roots(file.read_text())
        has_keys = IssuingKey.objects.exists()
        is_new = _make(EXAM_KEY) | _make_box(EXAM_BOX)
        if has_keys and not is_new:
            raise CommandError("There is a keyset already. Keys are never made twice.")
        if not has_keys:
            self._first_keys(roots)
        if Keyset.objects.exists():
            self.tell({})
        else:
            self.stdout.write(NEXT_STEP)

    def _first_keys(self, roots: Policy | None) -> None:
        for name in (LOG_KEY, FIRST_ISSUING_KEY, *([ROOT_KEY] if roots is None else [])):
            _make(name)
        initialise_keys(roots=roots)

    def rotate(self, options: dict[str, Any]) -> None:
        if options["days"] < 1:
            raise CommandError("A key signs for one day at least.")
        key = rotate_key(lifetime=timedelta(days=options["days"]), retire_former=options["retire"])
        self._changed(f"New issuing key {key} in {key.reference}, {key.not_before} – {key.expires}.")

    def retire(self, options: dict[str, Any]) -> None:
        key = retire_key(kid=options["kid"])
        self._changed(f"Key {key} is retired from entry {key.withdrawn_at_index} on.")

    def compromised(self, options: dict[str, Any]) -> None:
        key = mark_compromised(kid=options["kid"], at_index=options["at_index"])
        self._changed(
            f"Key {key} counts for nothing from entry {key.withdrawn_at_index} on. "
            f"{void_certificates(key)} registered certificates are void; those of honest people are to be issued again."
        )

    def _changed(self, sentence: str) -> None:
        self.stdout.write(sentence)
        keyset = current_keyset()
        if has_root() and keyset is not None:
            self.stdout.write(f"Keyset serial {keyset.serial} is published: sanad register_export DIR")
        else:
            self.stdout.write(NEXT_STEP)

    def export(self, options: dict[str, Any]) -> None:
        text = keyset_text(proposed_keyset())
        write_file(options["file"], text.encode())
        self.stdout.write(f"{describe(proposed_keyset())}Fingerprint   {fingerprint(text)}")

    def take_in(self, options: dict[str, Any]) -> None:
        keyset = accept_keyset(options["file"].read_bytes())
        self.stdout.write(f"Keyset serial {keyset.serial} is published: sanad register_export DIR")

    def pack_ceremony(self, options: dict[str, Any]) -> None:
        digest = ceremony_file.write(options["file"])
        self.stdout.write(f"{options['file']}\nSHA-256 {digest}")

    def tell(self, options: dict[str, Any]) -> None:
        keyset = current_keyset()
        if keyset is None and not IssuingKey.objects.exists():
            raise CommandError("There is no keyset yet. Run: sanad keys init")
        roots = root_policy()
        told = {
            "need": roots.need,
            "roots": [key.encode() for key in roots.keys],
            "log": log_signer().key.encode(),
            "exams": exam_signer().key.encode(),
            "serial": keyset.serial if keyset else None,
            "witnesses": {
                "need": keyset.witnesses.need if keyset else 0,
                "keys": [key.encode() for key in keyset.witnesses.keys] if keyset else [],
            },
            "waits_for_roots": _waits_for_roots(),
            "issuing": [_row(key) for key in IssuingKey.objects.all()],
        }
        if options.get("json"):
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))
        else:
            self._print(told)

    def _print(self, told: dict[str, Any]) -> None:
        for root in told["roots"]:
            self.stdout.write(f"root     {root}")
        if len(told["roots"]) > 1:
            self.stdout.write(f"         {told['need']} of {len(told['roots'])} sign")
        self.stdout.write(f"log      {told['log']}")
        self.stdout.write(f"exams    {told['exams']}")
        self.stdout.write(f"keyset   serial {told['serial'] or '–'}")
        for key in told["issuing"]:
            until = "" if key["at"] is None else f" from entry {key['at']} on"
            self.stdout.write(
                f"issuing  {key['kid']} {key['state']}{until} {key['not_before']} – {key['expires']} {key['reference']}"
            )
        if told["witnesses"]["keys"]:
            self.stdout.write(f"witness  {told['witnesses']['need']} of {len(told['witnesses']['keys'])}")
        if told["waits_for_roots"]:
            self.stdout.write(NEXT_STEP)


def _waits_for_roots() -> bool:
    """Whether something was changed here that no keyset says yet."""
    published, proposed = current_keyset(), proposed_keyset()
    if published is None:
        return True
    return (published.log, published.keys, published.witnesses) != (
        proposed.log,
        proposed.keys,
        proposed.witnesses,
    )


def _row(key: IssuingKey) -> dict[str, Any]:
    return {
        "kid": str(key),
        "state": key.state,
        "at": key.withdrawn_at_index,
        "not_before": key.not_before.isoformat(),
        "expires": key.expires.isoformat(),
        "reference": key.reference,
    }


def _make(name: str) -> bool:
    """Make a key unless it is there; whether it was made."""
    if key_adapter().has(name):
        return False
    key_adapter().create(name)
    return True


def _make_box(name: str) -> bool:
    path = Path(settings.SANAD_KEYS_DIR) / f"{name}.pem"
    if path.exists():
        return False
    create_box(path, settings.SANAD_KEY_PASSPHRASE, is_development=settings.SANAD_ALLOW_DEVELOPMENT_KEYS)
    return True
