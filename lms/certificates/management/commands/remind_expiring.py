from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from lms.certificates.services.reminders import send_reminders


class Command(BaseCommand):
    help = "Write to holders whose certificate ends in 90, 30 or 7 days. Run it every day; nothing is sent twice."

    def handle(self, *args: Any, **options: Any) -> None:
        done = send_reminders(today=timezone.localdate())
        self.stdout.write(
            f"{done.sent} reminders sent, {done.without_address} people without an e-mail address, "
            f"{done.failed} not sent"
        )
