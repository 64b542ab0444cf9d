"""`sanad print_exam_papers CODE --cohort COHORT --output FILE.pdf`: the papers of cohorts or of chosen people."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms.assessments.errors import AssessmentError
from lms.assessments.models import Exam
from lms.assessments.printed import printing_pdf
from lms.assessments.selectors.keying import members_of, papers_of
from lms.assessments.services.printing import print_papers
from lms.cascade.models import Cohort
from lms.people.models import User


class Command(BaseCommand):
    help = (
        "Print an exam on paper, one form for each candidate. Whoever gets a paper cannot start on a device. Doing it "
        "again prints the same papers."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("exam", metavar="EXAM", help="the code of the exam")
        parser.add_argument(
            "--cohort", action="append", default=[], help="public id or name; may be repeated"
        )
        parser.add_argument(
            "--person", action="append", default=[], help="e-mail, phone or public id; may be repeated"
        )
        parser.add_argument("--by", metavar="PERSON", help="who answers for it: e-mail, phone or public id")
        parser.add_argument("--language", choices=["ar", "en"], default="ar")
        parser.add_argument(
            "--large",
            action="store_true",
            help="large print (18 point) for all of them; whoever was granted it gets it anyway",
        )
        parser.add_argument("--output", type=Path, required=True, metavar="FILE.pdf")

    def handle(self, *args: Any, **options: Any) -> None:
        exam = Exam.objects.select_related("course").filter(code=options["exam"]).first()
        if exam is None:
            raise CommandError(_("There is no exam with the code {code}.").format(code=options["exam"]))
        if not (options["cohort"] or options["person"]):
            raise CommandError(_("Name a cohort or a person."))
        people = self._people(exam, options["cohort"], options["person"])
        try:
            told = print_papers(
                exam=exam,
                learners=people,
                actor=_person(options["by"]) if options["by"] else None,
                language=options["language"],
                is_large=options["large"],
            )
        except AssessmentError as refusal:
            raise CommandError(str(refusal)) from None
        for person, reason in told.left_out:
            self.stderr.write(f"{person.name}: {reason}")
        if told.printing is None:
            raise CommandError(_("Nobody of these can sit the exam on paper."))
        papers = list(papers_of(told.printing))
        options["output"].write_bytes(printing_pdf(told.printing, papers))
        message = ngettext("%(n)d paper in %(file)s.", "%(n)d papers in %(file)s.", len(papers))
        self.stdout.write(message % {"n": len(papers), "file": options["output"]})

    def _people(self, exam: Exam, cohorts: list[str], people: list[str]) -> QuerySet[User]:
        keys = {_person(one).pk for one in people}
        for name in cohorts:
            found = _cohort(exam, name)
            members = set(members_of(exam, found).values_list("pk", flat=True))
            if not members:
                raise CommandError(_("Nobody in {cohort} is in training for this exam.").format(cohort=name))
            keys |= members
        chosen: QuerySet[User] = User.objects.filter(pk__in=keys)
        return chosen


def _cohort(exam: Exam, name: str) -> Cohort:
    said = Q(name_ar=name) | Q(name_en=name)
    if (public_id := _uuid(name)) is not None:
        said |= Q(public_id=public_id)
    found = list(Cohort.objects.filter(said, tier__course=exam.course_id)[:2])
    if len(found) != 1:
        raise CommandError(_("There is not exactly one cohort {name} for this exam.").format(name=name))
    return found[0]


def _person(name: str) -> User:
    said = Q(email__iexact=name) | Q(phone=name)
    if (public_id := _uuid(name)) is not None:
        said |= Q(public_id=public_id)
    found: User | None = User.objects.filter(said).first()
    if found is None:
        raise CommandError(_("There is no person {name}.").format(name=name))
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
