"""The pages of a questionnaire as forms. They show questions and take raw answers; `answers` judges them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .answers import MAX_TEXT, Answer, Fault
from .questionnaire import Kind, Question
from .wording import fault_sentence

Places = Callable[[], list[tuple[str, list[tuple[str, str]]]]]


class ConsentForm(forms.Form):
    use_required_attribute = False

    agree = forms.BooleanField(
        label=gettext_lazy("I have read this, and I agree to take part."),
        error_messages={
            "required": gettext_lazy("Tick this to take part. Without your consent we ask nothing.")
        },
    )


class AnswerField(forms.Field):
    """An answer as it was typed or chosen. The same rules check it here and everywhere else, so not in the field."""

    def validate(self, value: Any) -> None:
        pass


class SectionForm(forms.Form):
    """The questions of one section, holding the answers given before."""

    use_required_attribute = False

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        questions: Sequence[Question],
        language: str,
        answers: Mapping[str, Answer],
        places: Places,
    ) -> None:
        super().__init__(data, initial=dict(answers))
        self.questions, self.language = questions, language
        for question in questions:
            self.fields[question.code] = AnswerField(
                label=question.label.text(language),
                # The platform's field template takes help texts for HTML.
                help_text=escape(question.hint.text(language)) if question.hint else "",
                required=question.required,
                widget=_widget(question, language, places),
            )

    def add_faults(self, faults: list[Fault]) -> None:
        questions = {question.code: question for question in self.questions}
        for fault in faults:
            question = questions[fault.question]
            self.add_error(fault.question, fault_sentence(fault, question, self.language))


def _widget(question: Question, language: str, places: Places) -> forms.Widget:
    choices = [(option.code, option.label.text(language)) for option in question.options]
    match question.kind:
        case Kind.SINGLE | Kind.SCALE:
            return forms.RadioSelect(choices=choices)
        case Kind.MULTIPLE:
            return forms.CheckboxSelectMultiple(choices=choices)
        case Kind.PLACE:
            return forms.Select(choices=[("", _("Not stated")), *places()])
        case Kind.NUMBER:
            return forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "class": "ltr short"})
        case Kind.TEXT:
            return forms.Textarea({"rows": 4, "maxlength": MAX_TEXT, "dir": "auto"})
