"""What markers, moderators and officers fill in."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms.assessments.content import plain_number
from lms.assessments.enums import AppealOutcome, Treatment
from lms.assessments.selectors.markers import CriterionToMark
from lms.assessments.selectors.marks import Treated
from lms.assessments.selectors.regrade_pages import QuestionOfExam
from lms.assessments.services.appeals import MOST_TEXT
from lms.assessments.services.lifecycle import MOST_REASON
from lms.assessments.services.markers import Given
from lms.assessments.spec import read_number

#: Up to so many marks they are offered in halves, above it whole: more than a handful of choices nobody tells apart.
MOST_IN_HALVES = 4
MOST_COMMENT = 500


def steps(most: Decimal) -> list[Decimal]:
    """The marks that are offered for a criterion, from nothing to the most."""
    step = Decimal("0.5") if most <= MOST_IN_HALVES else Decimal(1)
    offered = [step * n for n in range(int(most / step) + 1)]
    return offered if offered[-1] == most else [*offered, most]


class RubricForm(forms.Form):
    """Marks and, where something is to be said, a comment for each row of the rubric."""

    def __init__(self, *args: Any, criteria: Sequence[CriterionToMark], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = criteria
        for one in criteria:
            offered = [plain_number(marks) for marks in steps(one.most)]
            self.fields[f"marks-{one.key}"] = forms.ChoiceField(
                choices=[(text, text) for text in offered],
                widget=forms.RadioSelect,
                error_messages={"required": gettext_lazy("Choose the marks, 0 included.")},
            )
            self.fields[f"comment-{one.key}"] = forms.CharField(
                required=False,
                max_length=MOST_COMMENT,
                widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
            )

    def rows(self) -> list[tuple[CriterionToMark, forms.BoundField, forms.BoundField]]:
        return [(one, self[f"marks-{one.key}"], self[f"comment-{one.key}"]) for one in self.criteria]

    def given(self) -> dict[str, Given]:
        """What was given by row of the rubric. Needs a valid form."""
        data = self.cleaned_data
        return {
            one.key: Given(Decimal(data[f"marks-{one.key}"]), data[f"comment-{one.key}"])
            for one in self.criteria
        }


class MarkField(forms.CharField):
    """Marks as people type them, with Arabic or Latin digits; None where nothing was typed."""

    widget = forms.TextInput

    def __init__(self, most: Decimal, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=20, **kwargs)
        self.most = most

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        number = read_number(text)
        if number is None or not 0 <= number <= self.most:
            raise ValidationError(_("Write a number from 0 to %(most)s.") % {"most": plain_number(self.most)})
        return number

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "inputmode": "decimal", "autocomplete": "off", "dir": "ltr"}


class MarksForm(forms.Form):
    """Other marks for some questions of an attempt, by position, most marks first given."""

    def __init__(self, *args: Any, most: Mapping[int, Decimal], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.positions = list(most)
        for position, marks in most.items():
            self.fields[f"q{position}"] = MarkField(marks)

    def marks(self) -> dict[int, Decimal]:
        """What was typed, by position. Needs a valid form."""
        given = {position: self.cleaned_data[f"q{position}"] for position in self.positions}
        return {position: marks for position, marks in given.items() if marks is not None}


def reason_field(**kwargs: Any) -> forms.CharField:
    return forms.CharField(
        max_length=MOST_REASON, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}), **kwargs
    )


class CaseForm(MarksForm):
    reason = reason_field(
        label=gettext_lazy("Reason"), help_text=gettext_lazy("It is kept with the attempt.")
    )


class AppealDecisionForm(MarksForm):
    outcome = forms.ChoiceField(
        label=gettext_lazy("Decision"), choices=AppealOutcome.choices, widget=forms.RadioSelect
    )
    answer = forms.CharField(
        label=gettext_lazy("Answer to the learner"),
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
        help_text=gettext_lazy("The learner reads it as you write it here."),
    )


class ReasonForm(forms.Form):
    reason = reason_field(
        label=gettext_lazy("Reason"), help_text=gettext_lazy("It is kept with every result that changes.")
    )


class TreatmentForm(forms.Form):
    """For each question of an exam what is done with it. Left alone, it stays as it is."""

    def __init__(self, *args: Any, questions: Sequence[QuestionOfExam], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for one in questions:
            self.fields[_name(one)] = forms.ChoiceField(
                choices=list(_choices(one).items()), required=False, initial=_value(one.treated, one)
            )

    def rows(self) -> list[tuple[QuestionOfExam, forms.BoundField]]:
        return [(one, self[_name(one)]) for one in self.questions]

    def chosen(self) -> dict[int, Treated]:
        """What is to change, by version. Needs a valid form."""
        found: dict[int, Treated] = {}
        for one in self.questions:
            value = self.cleaned_data[_name(one)]
            if value and value != _value(one.treated, one):
                found[one.version.pk] = _treated(value, one)
        return found


def _name(one: QuestionOfExam) -> str:
    return f"v{one.version.public_id}"


def _choices(one: QuestionOfExam) -> dict[str, str]:
    keys = {
        f"by-{other.number}": _("By the key of version %(number)s") % {"number": other.number}
        for other in one.others
        if one.version.kind != "open_text"
    }
    fixed = (Treatment.CREDITED, Treatment.DROPPED)
    return {
        Treatment.OWN_KEY.value: str(Treatment.OWN_KEY.label),
        **keys,
        **{one.value: str(one.label) for one in fixed},
    }


def _value(treated: Treated, one: QuestionOfExam) -> str:
    if treated.treatment != Treatment.CORRECTED:
        return str(treated.treatment)
    return next((f"by-{other.number}" for other in one.others if other.pk == treated.by_version), "")


def _treated(value: str, one: QuestionOfExam) -> Treated:
    if value in Treatment.values:
        return Treated(Treatment(value))
    return Treated(
        Treatment.CORRECTED, next(other.pk for other in one.others if f"by-{other.number}" == value)
    )
