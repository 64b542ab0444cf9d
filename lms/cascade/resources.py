"""A trainee's row as django-import-export reads it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.results import RowResult
from import_export.widgets import Widget
from phonenumber_field.phonenumber import PhoneNumber

from lms.common.arabic import search_key
from lms.common.bidi import strip_controls
from lms.common.digits import western_digits
from lms.people.enums import Sex
from lms.people.models import Municipality, User
from lms.people.phones import parse_phone

from .enums import EnrolmentState
from .models import Cohort, Enrolment
from .services import enrol_learner

OLDEST, YOUNGEST = 100, 16

_SEXES = {
    Sex.FEMALE: ("f", "female", "woman", "انثى", "أنثى", "امرأة", "إناث"),
    Sex.MALE: ("m", "male", "man", "ذكر", "رجل", "ذكور"),
}
_YES = ("yes", "y", "true", "1", "نعم")
_NO = ("no", "n", "false", "0", "لا")


class NameWidget(Widget):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return " ".join(strip_controls(str(value or "")).split())


class EmailWidget(Widget):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str | None:
        return str(value or "").strip().lower() or None


class PhoneWidget(Widget):
    """A number in any digits and any of the ways it is written in Libya."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> PhoneNumber | None:
        text = str(value or "").strip()
        if not text:
            return None
        if "e+" in text.lower():
            raise ValueError(
                _("The spreadsheet has rounded this number. Format the column as text and enter it again.")
            )
        number = parse_phone(text)
        if number is None:
            raise ValueError(_("This is not a telephone number. Write it like 0912345678."))
        return number


class WordWidget(Widget):
    """One of some words, in either language and however the Arabic is spelt."""

    def __init__(self, words: dict[Any, tuple[str, ...]], empty: Any, expected: str) -> None:
        super().__init__()
        self.words = {search_key(word): meaning for meaning, group in words.items() for word in group}
        self.empty = empty
        self.expected = expected

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        text = str(value or "").strip()
        if not text:
            return self.empty
        if search_key(text) not in self.words:
            raise ValueError(_("Write %(expected)s, or leave the cell empty.") % {"expected": self.expected})
        return self.words[search_key(text)]


class YearWidget(Widget):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int | None:
        text = western_digits(str(value or "")).strip()
        if not text:
            return None
        this_year = timezone.localdate().year
        first, last = this_year - OLDEST, this_year - YOUNGEST
        if not (text.isdigit() and first <= int(text) <= last):
            raise ValueError(
                _("Write the year of birth with four digits, between %(first)d and %(last)d.")
                % {"first": first, "last": last}
            )
        return int(text)


class MunicipalityWidget(Widget):
    """A municipality by either name or by its code. One query for all rows of a file."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, Municipality] = {}

    def load(self) -> None:
        for place in Municipality.objects.all():
            for name in (place.name_ar, place.name_en, place.code):
                self.known[search_key(name)] = place

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Municipality | None:
        text = str(value or "").strip()
        if not text:
            return None
        if search_key(text) not in self.known:
            raise ValueError(_("No municipality has this name."))
        return self.known[search_key(text)]


class TraineeResource(ModelResource):
    """Rows become people and enrolments; people who are known already are enrolled and otherwise left as they
    are.

    Use one instance for one file: it remembers which phones and addresses the file has had so far.
    """

    name_ar = Field("name_ar", "name_ar", NameWidget())
    name_en = Field("name_en", "name_en", NameWidget())
    phone = Field("phone", "phone", PhoneWidget())
    email = Field("email", "email", EmailWidget())
    sex = Field("sex", "sex", WordWidget(_SEXES, "", "أنثى / ذكر, F / M"))
    birth_year = Field("birth_year", "birth_year", YearWidget())
    has_disability = Field(
        "has_disability", "disability", WordWidget({True: _YES, False: _NO}, None, "نعم / لا, yes / no")
    )
    municipality = Field("municipality", "municipality", MunicipalityWidget())

    class Meta:
        model = User
        fields = (
            "name_ar",
            "name_en",
            "phone",
            "email",
            "sex",
            "birth_year",
            "has_disability",
            "municipality",
        )
        import_id_fields = ()
        clean_model_instances = True
        store_instance = True
        skip_diff = True
        report_skipped = True

    def __init__(self, *, cohort: Cohort, actor: User | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cohort = cohort
        self.actor = actor
        self.seen: dict[tuple[str, str], int] = {}
        self.cohorts: dict[str, Cohort] = {}
        self.notes: dict[int, str] = {}

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        self.fields["municipality"].widget.load()
        for cohort in Cohort.objects.filter(tier=self.cohort.tier_id).select_related("tier"):
            for name in (str(cohort.public_id), cohort.name_ar, cohort.name_en):
                self.cohorts[search_key(name)] = cohort

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        if row.get("surplus"):
            raise ValidationError(
                _("The row has more cells than there are headings: perhaps a name holds the separator.")
            )
        if not NameWidget().clean(row.get("name_ar")):
            raise ValidationError({"name_ar": _("The name is missing.")})
        self._refuse_repetition(row)

    def _refuse_repetition(self, row: Any) -> None:
        """Two rows with one phone or address: the second is the fault."""
        for name, widget in (("phone", PhoneWidget()), ("email", EmailWidget())):
            try:
                value = widget.clean(row.get(name))
            except ValueError:
                continue
            if value is None:
                continue
            first = self.seen.setdefault((name, str(value)), row["number"])
            if first != row["number"]:
                raise ValidationError({name: _("Row %(row)d has the same.") % {"row": first}})

    def get_instance(self, instance_loader: Any, row: Any) -> User | None:
        """The person whom the programme knows already by this phone or address."""
        found: dict[int, User] = {}
        for name, widget in (("phone", PhoneWidget()), ("email", EmailWidget())):
            try:
                value = widget.clean(row.get(name))
            except ValueError:
                continue
            if value is None:
                continue
            person = User.objects.filter(**{name: value}).first()
            if person is None:
                continue
            if search_key(row["name_ar"]) not in {search_key(person.name_ar), search_key(person.name_en)}:
                raise ValidationError(
                    {name: _("It belongs to %(person)s, who is known already.") % {"person": person.name}}
                )
            found[person.pk] = person
        if len(found) > 1:
            raise ValidationError({"email": _("The phone and the e-mail belong to two different people.")})
        return next(iter(found.values()), None)

    def init_instance(self, row: Any = None) -> User:
        """Somebody new, whose account waits for the invitation."""
        person = User()
        person.set_unusable_password()
        return person

    def import_instance(self, instance: User, row: Any, **kwargs: Any) -> None:
        if instance.pk is None:
            super().import_instance(instance, row, **kwargs)
            instance.municipality = instance.municipality or self.cohort.municipality

    def skip_row(self, instance: User, original: Any, row: Any, import_validation_errors: Any = None) -> bool:
        return instance.pk is not None

    def after_import_row(self, row: Any, row_result: RowResult, **kwargs: Any) -> None:
        """Enrol the person, unless the same list has been imported before."""
        cohort = self._cohort_of(row)
        person: User = row_result.instance
        if person.pk is not None and not row_result.is_new() and _learns_in(person, cohort):
            self.notes[row["number"]] = _("is in this cohort already")
            return
        enrol_learner(cohort=cohort, learner=person, actor=self.actor)
        if not row_result.is_new():
            row_result.import_type = RowResult.IMPORT_TYPE_UPDATE
            self.notes[row["number"]] = _("is known already and joins the cohort")

    def _cohort_of(self, row: Any) -> Cohort:
        name = str(row.get("cohort") or "").strip()
        if not name:
            return self.cohort
        if search_key(name) not in self.cohorts:
            raise ValidationError({"cohort": _("No cohort of this tier has this name.")})
        return self.cohorts[search_key(name)]


def _learns_in(person: User, cohort: Cohort) -> bool:
    return (
        Enrolment.objects.filter(cohort=cohort, learner=person)
        .exclude(state=EnrolmentState.WITHDRAWN)
        .exists()
    )
