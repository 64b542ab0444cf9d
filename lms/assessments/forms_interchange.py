"""What the office fills in to bring a file of questions into a bank."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .interchange.files import FORMATS
from .interchange.model import MOST_BYTES
from .models import QuestionBank

#: Names of formats, the same in both languages.
FORMAT_NAMES = {
    "gift": "GIFT",
    "moodle": "Moodle XML",
    "qti": "QTI 3.0",
    "qti22": "QTI 2.2",
    "csv": "CSV",
}
_READ_NAMES = {**FORMAT_NAMES, "qti": "QTI 2.1, 2.2, 3.0"}


class QuestionFileForm(forms.Form):
    """Which file goes into which bank."""

    bank = forms.ModelChoiceField(
        label=_("Question bank"),
        queryset=QuestionBank.objects.order_by("code"),
        help_text=_("The questions of the file are added to this bank, as drafts."),
    )
    file = forms.FileField(
        label=_("File"),
        max_length=200,
        help_text=_("GIFT (.gift, .txt), Moodle XML (.xml), QTI (.xml, .zip) or CSV, up to 20 MB."),
        widget=forms.FileInput(attrs={"accept": ".gift,.txt,.xml,.zip,.csv,.tsv"}),
    )
    format = forms.ChoiceField(
        label=_("Format"),
        choices=[
            ("auto", _("As the file says")),
            *((name, _READ_NAMES[name]) for name in FORMATS if name != "qti22"),
        ],
        initial="auto",
    )
    language = forms.ChoiceField(
        label=_("Language of texts that do not say theirs"),
        choices=[("", _("By their letters")), ("ar", _("Arabic")), ("en", _("English"))],
        required=False,
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            message = _("The file is larger than %(megabytes)d MB. Split it.")
            raise ValidationError(message, params={"megabytes": MOST_BYTES // 1024**2})
        return file


class ConfirmImportForm(forms.Form):
    publish = forms.BooleanField(
        label=_("Publish at once what is complete in both languages"),
        required=False,
        help_text=_("New exam forms may use published questions from then on."),
    )


class ExportForm(forms.Form):
    format = forms.ChoiceField(choices=[(name, FORMAT_NAMES[name]) for name in FORMATS])
