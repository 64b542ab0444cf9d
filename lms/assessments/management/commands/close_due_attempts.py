"""`sanad close_due_attempts`: what a timer runs every minute, so that no attempt outlives its time."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from lms.assessments.services.sitting import sweep_due_attempts


class Command(BaseCommand):
    help = "Hand in attempts whose time is up, write off forms nobody started, and finish pending marking."

    def handle(self, *args: Any, **options: Any) -> None:
        report = sweep_due_attempts()
        self.stdout.write(
            _("Handed in: {handed_in}. Marked: {marked}. Not taken: {not_taken}.").format(
                handed_in=report.handed_in, marked=report.marked, not_taken=report.not_taken
            )
        )
