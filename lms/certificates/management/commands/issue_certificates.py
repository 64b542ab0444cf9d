import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from lms.cascade.models import Enrolment
from lms.certificates.document import DocumentError
from lms.certificates.enums import CertificateStatus
from lms.certificates.keys import KEY_TROUBLE
from lms.certificates.models import Certificate, CertificateType
from lms.certificates.paper import certificate_pdf
from lms.certificates.selectors import awaiting_issue
from lms.certificates.services.issuing import CertificateBlockedError, IssueOutcome, issue_in_rounds
from lms.register.export import write_file


class Command(BaseCommand):
    help = "Issue the certificates of everybody whose conditions are met. Can be run again at any time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "type", nargs="?", help="code of the certificate type; without it all, trainers first"
        )
        parser.add_argument("--cohort", help="public id of one cohort")
        parser.add_argument(
            "--pdf",
            type=Path,
            metavar="DIR",
            help="write the A4 PDF of each certificate in force to this folder",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for kind in self.kinds(options["type"]):
            enrolments = awaiting_issue(kind)
            if options["cohort"]:
                enrolments = enrolments.filter(cohort__public_id=options["cohort"])
            self.stderr.write(kind.code)
            self.issue(enrolments, kind)
            if options["pdf"]:
                self.render(kind, options["cohort"], options["pdf"])

    def kinds(self, code: str | None) -> list[CertificateType]:
        kinds = CertificateType.objects.order_by("tier__level", "code")
        asked = [kind for kind in kinds if code in (None, kind.code)]
        if not asked:
            codes = ", ".join(kind.code for kind in kinds) or "none"
            raise CommandError(f"There is no certificate type {code or 'yet'}. There are: {codes}.")
        return asked

    def issue(self, enrolments: QuerySet[Enrolment], kind: CertificateType) -> None:
        counts = {"issued": 0, "blocked": 0, "refused": 0}
        total, started = enrolments.count(), time.perf_counter()
        try:
            for outcomes in issue_in_rounds(enrolments=list(enrolments), certificate_type=kind):
                for outcome in outcomes:
                    counts[self.told(outcome)] += 1
                self.stderr.write(f"{sum(counts.values())}/{total}")
        except KEY_TROUBLE as error:
            raise CommandError(f"No certificate can be signed: {error}.") from None
        pace = counts["issued"] / max(time.perf_counter() - started, 0.001)
        told = ", ".join(f"{count} {what}" for what, count in counts.items())
        self.stdout.write(f"{told} ({pace:.0f} certificates a second)")

    def told(self, outcome: IssueOutcome) -> str:
        if outcome.certificate is not None:
            return "issued"
        if isinstance(outcome.refusal, CertificateBlockedError):
            return "blocked"
        self.stderr.write(f"{outcome.enrolment.public_id}: {' '.join(outcome.reasons)}")
        return "refused"

    def render(self, kind: CertificateType, cohort: str | None, folder: Path) -> None:
        """Write what is not there yet, each file whole or not at all: a run that was cut off is simply repeated."""
        certificates = Certificate.objects.filter(type=kind, status=CertificateStatus.ACTIVE)
        if cohort:
            certificates = certificates.filter(enrolment__cohort__public_id=cohort)
        rows = certificates.select_related("type", "trainer_certificate")
        missing = [row for row in rows if not _path(folder, row).exists()]
        started = time.perf_counter()
        for number, certificate in enumerate(missing, 1):
            try:
                write_file(_path(folder, certificate), certificate_pdf(certificate))
            except DocumentError as error:
                raise CommandError(f"{certificate} cannot be rendered: {error}.") from None
            except OSError as error:
                raise CommandError(f"{folder} cannot be written: {error.strerror}. Run this again.") from None
            if number % 50 == 0 or number == len(missing):
                self.stderr.write(f"PDF {number}/{len(missing)}")
        pace = len(missing) / max(time.perf_counter() - started, 0.001)
        self.stdout.write(f"{len(missing)} PDFs written ({pace:.1f} a second)")


def _path(folder: Path, certificate: Certificate) -> Path:
    return folder / f"certificate-{certificate}.pdf"
