from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from lms.cascade.enums import EnrolmentState
from lms.cascade.models import Enrolment
from lms.certificates.keys import KEY_TROUBLE
from lms.certificates.models import CertificateType
from lms.certificates.services.issuing import CertificateBlockedError, issue_certificate


class Command(BaseCommand):
    help = "Issue the certificates of everybody whose conditions are met. Can be run again at any time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("type", help="code of the certificate type")
        parser.add_argument("--cohort", help="public id of one cohort")

    def handle(self, *args: Any, **options: Any) -> None:
        kind = CertificateType.objects.filter(code=options["type"]).first()
        if kind is None:
            codes = ", ".join(CertificateType.objects.values_list("code", flat=True)) or "none"
            raise CommandError(f"There is no certificate type {options['type']}. There are: {codes}.")
        enrolments = Enrolment.objects.filter(
            tier=kind.tier_id, state__in=[EnrolmentState.ACTIVE, EnrolmentState.COMPLETED]
        )
        if options["cohort"]:
            enrolments = enrolments.filter(cohort__public_id=options["cohort"])
        counts = {"issued": 0, "blocked": 0, "refused": 0}
        total = enrolments.count()
        for number, enrolment in enumerate(enrolments.iterator(), 1):
            counts[self.issue(enrolment, kind)] += 1
            if number % 50 == 0 or number == total:
                self.stderr.write(f"{number}/{total}")
        self.stdout.write(", ".join(f"{count} {what}" for what, count in counts.items()))

    def issue(self, enrolment: Enrolment, kind: CertificateType) -> str:
        try:
            issue_certificate(enrolment=enrolment, certificate_type=kind)
        except CertificateBlockedError:
            return "blocked"
        except ValidationError as error:
            self.stderr.write(f"{enrolment.public_id}: {' '.join(error.messages)}")
            return "refused"
        except KEY_TROUBLE as error:
            raise CommandError(f"No certificate can be signed: {error}.") from None
        return "issued"
