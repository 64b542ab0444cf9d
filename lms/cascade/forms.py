"""Forms of the trainer's pages and of the import."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .models import Cohort, TrainingSession
from .roster_file import MAX_BYTES
from .services import Day

MAX_SESSION_DAYS = 5


class CohortChoiceField(forms.ModelChoiceField):
    """Cohorts told apart by trainer and municipality."""

    def label_from_instance(self, cohort: Cohort) -> str:
        trainer = cohort.trainer.name if cohort.trainer else str(_("the programme itself"))
        return f"{cohort.name} — {trainer} — {cohort.municipality.name}"


class TraineeImportForm(forms.Form):
    """Which list goes into which cohort."""

    cohort = CohortChoiceField(
        label=_("Cohort"),
        queryset=Cohort.objects.none(),
        help_text=_("Everybody in the list joins this cohort, except where a row names another one."),
    )
    file = forms.FileField(
        label=_("List of trainees (CSV)"),
        max_length=200,
        help_text=_(
            "Columns: name_ar (الاسم), name_en, phone (الهاتف), email (البريد), sex (الجنس), municipality (البلدية), "
            "birth_year (سنة الميلاد), disability (الإعاقة), cohort (الدفعة). Only the name and a phone or an e-mail "
            "are needed."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cohort"].queryset = (  # type: ignore[attr-defined]
            Cohort.objects.filter(ends_on__gte=timezone.localdate())
            .select_related("trainer", "municipality", "tier")
            .order_by("tier__level", "name_ar")
        )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise ValidationError(
                _("The file is larger than %(kilobytes)d kB. Split it.") % {"kilobytes": MAX_BYTES // 1024}
            )
        return file


class SessionForm(forms.ModelForm[TrainingSession]):
    """A session as a trainer plans it on a phone: one to five days with their hours."""

    class Meta:
        model = TrainingSession
        fields = ["title", "place", "materials_version"]


class DayForm(forms.Form):
    date = forms.DateField(label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    starts_at = forms.TimeField(
        label=_("From"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    ends_at = forms.TimeField(label=_("To"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("starts_at") and data.get("ends_at") and data["ends_at"] <= data["starts_at"]:
            self.add_error("ends_at", _("The day must end after it begins."))
        return data


class BaseDayFormSet(forms.BaseFormSet[DayForm]):
    def clean(self) -> None:
        """No date twice. Wrong fields have their own messages."""
        if any(self.errors):
            return
        dates = [form.cleaned_data["date"] for form in self.forms if form.cleaned_data]
        if len(set(dates)) != len(dates):
            raise ValidationError(_("Each date can stand only once."))

    @property
    def days(self) -> list[Day]:
        return sorted(
            (
                Day(form.cleaned_data["date"], form.cleaned_data["starts_at"], form.cleaned_data["ends_at"])
                for form in self.forms
                if form.cleaned_data
            ),
            key=lambda day: day.date,
        )


DayFormSet = forms.formset_factory(
    DayForm,
    formset=BaseDayFormSet,
    extra=MAX_SESSION_DAYS - 1,
    min_num=1,
    validate_min=True,
    max_num=MAX_SESSION_DAYS,
)
