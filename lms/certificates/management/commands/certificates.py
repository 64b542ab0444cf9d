import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from lms.certificates.models import Certificate
from lms.certificates.paper import qr_text


class Command(BaseCommand):
    help = "List certificates: number, holder, course, state, register index, QR text."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--limit", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        certificates = Certificate.objects.select_related("type__tier__course").order_by("register_index")
        rows = [
            {
                "id": str(certificate),
                "holder": certificate.name_ar,
                "course": certificate.type.tier.course.code,
                "state": "expired" if certificate.has_expired else certificate.status,
                "index": certificate.register_index,
                "qr": qr_text(certificate),
            }
            for certificate in certificates[: options["limit"]]
        ]
        if options["json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False))
            return
        for row in rows:
            self.stdout.write("\t".join(str(value) for value in row.values()))
