from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from lms.certificates.keys import KEY_TROUBLE
from lms.certificates.models import Certificate
from lms.certificates.number import NumberError, encode_number, parse_number
from lms.certificates.services.standing import revoke_certificate
from lms.people.models import User


class Command(BaseCommand):
    help = "Revoke a certificate for good."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", metavar="ID", help="number of the certificate")
        parser.add_argument("--reason", required=True)
        parser.add_argument("--by", metavar="EMAIL", help="who decides it; else the server's operator")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            number = encode_number(parse_number(options["number"]))
        except NumberError as error:
            raise CommandError(f"{error}.") from None
        certificate = Certificate.objects.filter(number=number).first()
        if certificate is None:
            raise CommandError("There is no such certificate.")
        actor = self.person(options["by"]) if options["by"] else None
        try:
            revoke_certificate(certificate=certificate, reason=options["reason"], actor=actor)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        except KEY_TROUBLE as error:
            raise CommandError(f"The register cannot be signed: {error}.") from None
        self.stdout.write(f"{certificate} revoked")

    def person(self, email: str) -> User:
        person: User | None = User.objects.filter(email__iexact=email).first()
        if person is None or not person.has_perm("certificates.revoke_certificate"):
            raise CommandError("This person may not revoke certificates.")
        return person
