"""Importing trainees: a dry run that names every fault, then all of the list or nothing."""

from dataclasses import dataclass
from datetime import timedelta

import tablib
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.results import InvalidRow, Result, RowResult
from wagtail.log_actions import log

from lms.people.models import User

from .models import Cohort, TraineeImport
from .resources import TraineeResource
from .roster_file import COLUMNS, RosterFile, RosterFileError, read_roster

KEEP_UNDECIDED = timedelta(days=1)

COLUMN_LABELS = {
    "name_ar": gettext_lazy("Name in Arabic"),
    "name_en": gettext_lazy("Name in Latin letters"),
    "phone": gettext_lazy("Phone"),
    "email": gettext_lazy("E-mail"),
    "sex": gettext_lazy("Sex"),
    "municipality": gettext_lazy("Municipality"),
    "birth_year": gettext_lazy("Year of birth"),
    "disability": gettext_lazy("Disability"),
    "cohort": gettext_lazy("Cohort"),
}
_FILE_FAULTS = {
    "empty": gettext_lazy("The file is empty."),
    "too_large": gettext_lazy("The file is larger than %(kilobytes)d kB. Split it."),
    "excel": gettext_lazy(
        "This is an Excel workbook. In Excel, save it as “CSV UTF-8” and choose that file."
    ),
    "binary": gettext_lazy("This is not a text file. Save the list as CSV and choose that file."),
    "no_headings": gettext_lazy(
        "The first row must hold the headings, such as name_ar, phone, email or الاسم، الهاتف، البريد."
    ),
    "no_name": gettext_lazy("There is no column with the names. Give it the heading name_ar or الاسم."),
    "twice": gettext_lazy("Two columns mean the same: “%(heading)s” is one of them."),
    "too_many_rows": gettext_lazy("The file has more than %(rows)d rows. Split it."),
    "too_many_columns": gettext_lazy("The file has more than %(columns)d columns."),
    "no_rows": gettext_lazy("There is nobody below the headings."),
    "cell_too_long": gettext_lazy(
        "A cell holds more than %(letters)d letters. Perhaps a quotation mark is not closed."
    ),
    "malformed": gettext_lazy("The quotation marks do not match near line %(line)d."),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row cannot be imported. `column` and `value` are empty where the whole row is at fault."""

    row: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do. With a single fault nobody is imported."""

    rows: int
    created: int
    joined: int
    unchanged: int
    faults: tuple[Fault, ...]
    notes: tuple[tuple[int, str, str], ...]
    encoding: str
    ignored: tuple[str, ...]

    @property
    def enrolled(self) -> int:
        return self.created + self.joined

    @property
    def is_clean(self) -> bool:
        return not self.faults


def import_trainees(*, content: bytes, cohort: Cohort, actor: User | None, dry_run: bool) -> ImportReport:
    """Import a CSV file into a cohort in one transaction: everybody or nobody.

    Raises ValidationError where the file as a whole cannot be read; faults of rows are in the report.
    """
    file = open_roster(content)
    resource = TraineeResource(cohort=cohort, actor=actor)
    names = [*COLUMNS, "number", "surplus"]
    dataset = tablib.Dataset(
        *([row.cells.get(name, "") for name in COLUMNS] + [row.number, row.surplus] for row in file.rows),
        headers=names,
    )
    result = resource.import_data(
        dataset, dry_run=dry_run, use_transactions=True, rollback_on_validation_errors=True
    )
    _raise_unexpected(result)
    report = _report(file, resource, result)
    if not dry_run and report.is_clean:
        data = {"created": report.created, "enrolled": report.enrolled}
        log(cohort, "cascade.import_trainees", user=actor, data=data)
    return report


def open_roster(content: bytes) -> RosterFile:
    """Read the file. Raises ValidationError with a sentence that says what is wrong and what to do."""
    try:
        return read_roster(content)
    except RosterFileError as error:
        raise ValidationError(str(_FILE_FAULTS[error.code]) % error.facts, code=error.code) from error


def _raise_unexpected(result: Result) -> None:
    """An exception that is no ValidationError is our own mistake and not the list's: let it be seen."""
    for error in [*result.base_errors, *(error for _row, errors in result.row_errors() for error in errors)]:
        raise error.error


def _report(file: RosterFile, resource: TraineeResource, result: Result) -> ImportReport:
    totals = result.totals
    names = {row.number: row.cells["name_ar"] for row in file.rows}
    faults = [fault for row in result.invalid_rows for fault in _faults(row, file)]
    return ImportReport(
        rows=len(file.rows),
        created=totals[RowResult.IMPORT_TYPE_NEW],
        joined=totals[RowResult.IMPORT_TYPE_UPDATE],
        unchanged=totals[RowResult.IMPORT_TYPE_SKIP],
        faults=tuple(faults),
        notes=tuple((number, names[number], note) for number, note in sorted(resource.notes.items())),
        encoding=file.encoding,
        ignored=file.ignored,
    )


def _faults(invalid: InvalidRow, file: RosterFile) -> list[Fault]:
    row = file.rows[invalid.number - 1]
    columns = {field.attribute: field.column_name for field in TraineeResource.fields.values()}
    faults = []
    for attribute, reasons in invalid.field_specific_errors.items():
        column = columns.get(attribute, attribute)
        label = str(COLUMN_LABELS.get(column, column))
        faults += [Fault(row.number, label, row.cells.get(column, ""), str(reason)) for reason in reasons]
    faults += [Fault(row.number, "", "", str(reason)) for reason in invalid.non_field_specific_errors]
    return faults


def stage_import(*, file_name: str, content: bytes, cohort: Cohort, actor: User) -> TraineeImport:
    """Keep an uploaded file until its dry run has been read and decided on. Undecided ones go after a day.

    Raises ValidationError for a file that cannot be read.
    """
    open_roster(content)
    TraineeImport.objects.filter(imported_at=None, uploaded_at__lt=timezone.now() - KEEP_UNDECIDED).delete()
    return TraineeImport.objects.create(
        cohort=cohort, uploaded_by=actor, file_name=file_name[:200], content=content
    )


@transaction.atomic
def confirm_import(*, staged: TraineeImport, actor: User) -> ImportReport:
    """Import a staged file for good and forget its content.

    It is checked again, since others may have been enrolled meanwhile: with faults nothing happens and the
    report says so. Raises ValidationError when it has been imported already.
    """
    staged = TraineeImport.objects.select_for_update().select_related("cohort__tier").get(pk=staged.pk)
    if staged.imported_at is not None:
        raise ValidationError(_("This list has been imported already."), code="imported")
    report = import_trainees(content=bytes(staged.content), cohort=staged.cohort, actor=actor, dry_run=False)
    if report.is_clean:
        staged.content = b""
        staged.imported_at = timezone.now()
        staged.created_count = report.created
        staged.enrolled_count = report.enrolled
        staged.save()
    return report
