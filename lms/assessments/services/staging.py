"""Files of questions between their dry run and the decision about them."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from lms.assessments.interchange.files import read_questions
from lms.assessments.interchange.model import InterchangeError, Language, Reading
from lms.assessments.models import QuestionBank, QuestionImport
from lms.people.models import User

from .interchange import CREATED, REVISED, ImportOutcome, import_questions

KEEP_UNDECIDED = timedelta(days=1)


def stage_questions(
    *,
    file_name: str,
    content: bytes,
    bank: QuestionBank,
    actor: User,
    format_name: str = "auto",
    language: Language | None = None,
) -> QuestionImport:
    """Keep an uploaded file until its dry run has been read and decided on; undecided ones go after a day.

    Raises InterchangeError for a file that is refused, of which nothing is kept.
    """
    reading = read_questions(content, format_name=format_name, language=language)
    QuestionImport.objects.filter(imported_at=None, uploaded_at__lt=timezone.now() - KEEP_UNDECIDED).delete()
    return QuestionImport.objects.create(
        bank=bank,
        uploaded_by=actor,
        file_name=file_name[:200],
        format=reading.format,
        language=language or "",
        content=content,
    )


def staged_reading(staged: QuestionImport) -> Reading:
    """The questions of a staged file, read again."""
    language: Language | None = "ar" if staged.language == "ar" else "en" if staged.language == "en" else None
    return read_questions(bytes(staged.content), format_name=staged.format, language=language)


@transaction.atomic
def confirm_questions(*, staged: QuestionImport, actor: User, publish: bool = False) -> ImportOutcome:
    """Import a staged file for good and forget its content.

    Raises InterchangeError when the bank has changed so that it is refused now, or when it was imported before.
    """
    staged = QuestionImport.objects.select_for_update().select_related("bank").get(pk=staged.pk)
    if staged.imported_at is not None:
        raise InterchangeError("imported_before")
    outcome = import_questions(
        reading=staged_reading(staged), bank_code=staged.bank.code, actor=actor, publish=publish
    )
    staged.content = b""
    staged.imported_at = timezone.now()
    staged.created_count = len(outcome.codes(CREATED))
    staged.revised_count = len(outcome.codes(REVISED))
    staged.save()
    return outcome
