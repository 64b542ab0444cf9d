import base64
import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lms.certificates.models import Certificate
from lms.certificates.number import NumberError, encode_number, parse_number
from lms.register.merkle import leaf_hash
from lms.register.selectors import Inclusion, inclusion_of


class Command(BaseCommand):
    help = (
        "Prove that a certificate, or any entry, stands in the register: for checking offline, without trust."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", help="certificate number, or index of an entry")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        index = _index_of(options["id"])
        inclusion = None if index is None else inclusion_of(index)
        if index is None or inclusion is None:
            raise CommandError("There is no such certificate or entry in the register.")
        if options["json"]:
            self.stdout.write(json.dumps(_as_dict(index, inclusion), ensure_ascii=False, indent=1))
            return
        self.stdout.write(f"entry   {index} of {inclusion.size}")
        self.stdout.write(f"record  {inclusion.record.decode()}")
        self.stdout.write(f"leaf    {leaf_hash(inclusion.record).hex()}")
        for step in inclusion.proof:
            self.stdout.write(f"proof   {step.hex()}")
        self.stdout.write(f"root    {inclusion.root_hash.hex()}")
        self.stdout.write(f"\n{inclusion.checkpoint}")


def _index_of(text: str) -> int | None:
    """The place of a printed number, or the index itself. Numbers have sixteen characters, indexes fewer."""
    if text.isascii() and text.isdigit() and len(text) < 16:  # noqa: PLR2004
        return int(text)
    try:
        number = encode_number(parse_number(text))
    except NumberError as error:
        raise CommandError(f"{error}.") from None
    return Certificate.objects.filter(number=number).values_list("register_index", flat=True).first()


def _as_dict(index: int, inclusion: Inclusion) -> dict[str, Any]:
    """Byte strings in hexadecimal, the checkpoint as published; the root is also in the checkpoint, in base64."""
    return {
        "index": index,
        "size": inclusion.size,
        "record": inclusion.record.decode(),
        "leaf_hash": leaf_hash(inclusion.record).hex(),
        "proof": [step.hex() for step in inclusion.proof],
        "root": inclusion.root_hash.hex(),
        "root_base64": base64.b64encode(inclusion.root_hash).decode(),
        "checkpoint": inclusion.checkpoint,
    }
