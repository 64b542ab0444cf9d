"""What a question page sends, and what staff fill in to write questions and exams."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminModelForm

from .answer_fields import read_answer
from .drawing import BankTooSmallError, draw_form
from .models import Exam
from .selectors.pools import blueprint_gaps, candidates_in
from .services.answers import MOST_SEQUENCE, AnswerEntry


class AnswerForm(forms.Form):
    """The state of one question: the answer, whether to come back to it, and the number of this change.

    No answer means "leave it as it is"; only `clear` takes one back, so that no half-loaded page and no
    repeated request can wipe one out. `kind` is what the page showed; the service asks the bank.
    """

    kind = forms.CharField(max_length=12)
    flag = forms.BooleanField(required=False)
    clear = forms.BooleanField(required=False)
    sequence = forms.IntegerField(min_value=1, max_value=MOST_SEQUENCE)

    data: QueryDict

    def entry(self, position: int) -> AnswerEntry:
        """What to save. Raises AnswerRefusedError where the fields make no answer. Needs a valid form."""
        data = self.cleaned_data
        value = None if data["clear"] else read_answer(data["kind"], self.data, f"q{position}")
        return AnswerEntry(position, data["sequence"], value, data["flag"], data["clear"])


class QuestionForm(WagtailAdminModelForm):
    """Where a question belongs. Area and scenario are of its bank, and it never moves to another bank."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scenario_order"].required = False
        if self.instance.pk:
            self.fields["bank"].disabled = True
            self.fields["area"].queryset = self.instance.bank.areas.all()
            self.fields["scenario"].queryset = self.instance.bank.scenarios.all()

    def clean_scenario_order(self) -> int:
        return self.cleaned_data["scenario_order"] or 0

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        area, scenario, bank = data.get("area"), data.get("scenario"), data.get("bank")
        if area and bank and area.bank_id != bank.pk:
            self.add_error("area", ValidationError(_("This area belongs to another question bank.")))
        if scenario and bank and scenario.bank_id != bank.pk:
            self.add_error("scenario", ValidationError(_("This scenario belongs to another question bank.")))
        return data


class ExamForm(WagtailAdminModelForm):
    """The rules of an exam, which must be possible: its bank can fill the form, its window is ordered."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["question_count"].required = False
        self.fields["question_count"].help_text = _("With a blueprint, the sum of its rows is taken.")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        if data.get("blueprint") and data.get("bank"):
            self._follow_blueprint(data)
        elif not data.get("question_count") and "question_count" not in self.errors:
            message = self.fields["question_count"].error_messages["required"]
            self.add_error("question_count", ValidationError(message))
        if data.get("bank"):
            self._check_bank(data)
        if self.instance.pk and self.instance.attempts.exists():
            self._check_unchanged(data, "course", "bank")
        return data

    def _follow_blueprint(self, data: dict[str, Any]) -> None:
        blueprint = data["blueprint"]
        data["question_count"] = sum(cell.count for cell in blueprint.cells.all())
        if blueprint.bank_id != data["bank"].pk:
            self.add_error("blueprint", ValidationError(_("This blueprint is of another question bank.")))
            return
        for sentence in blueprint_gaps(blueprint):
            self.add_error("blueprint", ValidationError(sentence))

    def _check_bank(self, data: dict[str, Any]) -> None:
        bank, needed = data["bank"], data.get("question_count")
        if bank.practice_course_id:
            message = _("This bank is for practice: its right answers are known.")
            self.add_error("bank", ValidationError(message))
        if not needed or data.get("blueprint"):
            return
        try:
            draw_form(candidates_in(bank.pk), count=needed, seed=0)
        except BankTooSmallError as error:
            message = _("The bank holds only %(found)s published questions.") % {"found": error.found}
            self.add_error("question_count", ValidationError(message))

    def _check_unchanged(self, data: dict[str, Any], *names: str) -> None:
        stored = Exam.objects.get(pk=self.instance.pk)
        for name in names:
            if data.get(name) != getattr(stored, name):
                message = _("This cannot change any more: the exam has attempts. Make another exam.")
                self.add_error(name, ValidationError(message))


class BankForm(WagtailAdminModelForm):
    """A bank serves exams or practice, never both: who practises learns the answers."""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        if data.get("practice_course") and self.instance.pk and self.instance.exams.exists():
            message = _("An exam draws from this bank. Make another bank for practice.")
            self.add_error("practice_course", ValidationError(message))
        return data


class BelongsToBankForm(WagtailAdminModelForm):
    """What stays in its bank, because questions and results refer to both."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["bank"].disabled = True
