"""`sanad prepare_exam CODE`: what is run before an exam opens, so that a start has nothing to draw."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from lms.assessments.errors import AssessmentError
from lms.assessments.models import Exam
from lms.assessments.services.preparing import prepare_attempts


class Command(BaseCommand):
    help = "Freeze a form for everybody who may take an exam. Doing it again adds only who is new."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("exam", metavar="CODE", help="the code of the exam")

    def handle(self, *args: Any, **options: Any) -> None:
        exam = Exam.objects.filter(code=options["exam"]).first()
        if exam is None:
            raise CommandError(_("There is no exam with the code {code}.").format(code=options["exam"]))
        try:
            told = prepare_attempts(exam=exam)
        except AssessmentError as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(
            _("Frozen: {frozen}. Ready before: {ready}. May not start: {not_welcome}.").format(
                frozen=told.frozen, ready=told.ready, not_welcome=told.not_welcome
            )
        )
