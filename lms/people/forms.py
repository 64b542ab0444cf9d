"""Forms for people: their own profile, the password of an invitation, and the account screens of the
administration.
"""

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _
from wagtail.users.forms import UserCreationForm, UserEditForm

from lms.common.bidi import strip_controls

from .enums import Role
from .models import Organisation, User
from .services import sync_email_addresses

PERSON_FIELDS = [
    "name_ar",
    "name_en",
    "email",
    "phone",
    "language",
    "sex",
    "birth_year",
    "has_disability",
    "municipality",
    "organisation",
]
CONSENT = [(None, _("Not asked, or no consent to be counted")), (True, _("Yes")), (False, _("No"))]


def clean_name(name: str) -> str:
    """A name with single spaces and without marks that reorder the text around it."""
    return " ".join(strip_controls(name).split())


class ReachMixin(forms.BaseForm):
    """Refuse to leave a person without any way to be reached and to sign in.

    The database refuses it too, but Django leaves out a constraint as soon as one of its fields is not in the
    form.
    """

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data  # type: ignore[misc]
        email = data.get("email", self.instance.email)  # type: ignore[attr-defined]
        if not email and not data.get("phone") and not {"email", "phone"} & set(self.errors):
            self.add_error("phone", _("Give an e-mail address or a phone number."))
        return data


class ProfileForm(ReachMixin, forms.ModelForm[User]):
    """What people may change themselves. The Arabic name is the name on record, so only an empty one can be
    filled in.
    """

    class Meta:
        model = User
        fields = ["name_ar", "name_en", "phone", "language"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.name_ar:
            self.fields["name_ar"].disabled = True
            self.fields["name_ar"].help_text = _("The name on record. If it is wrong, tell your trainer.")
        self.fields["name_en"].help_text = _("Your own spelling, as it should stand on your certificate.")
        self.fields["phone"].help_text = _("You can sign in with this number.")

    def clean_name_ar(self) -> str:
        return clean_name(self.cleaned_data["name_ar"])

    def clean_name_en(self) -> str:
        return clean_name(self.cleaned_data["name_en"])


class FirstPasswordForm(SetPasswordForm):
    """The two fields of the invitation page."""

    new_password1: forms.CharField
    new_password2: forms.CharField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].label = _("Choose a password")
        self.fields["new_password1"].help_text = _(
            "At least 8 characters, not only digits, and not your name."
        )
        self.fields["new_password2"].label = _("The same password again")
        self.fields["new_password2"].help_text = ""


class RolesField(forms.ModelMultipleChoiceField):
    """Groups under the names that the reader's language has for the roles."""

    def label_from_instance(self, group: Group) -> str:
        return str(dict(Role.choices).get(group.name, group.name))


class PersonFormMixin(ReachMixin, forms.Form):
    """What both account screens share.

    Staff never choose somebody's password: an invitation lets people do that themselves. Roles can be given
    by programme leads, other groups and the rights of an administrator only by administrators.
    """

    password_enabled = False
    first_name = last_name = None
    email = forms.EmailField(label=_("E-mail"), required=False)
    groups = RolesField(
        label=_("Roles"),
        queryset=Group.objects.order_by("name"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    has_disability = forms.TypedChoiceField(
        label=_("Lives with a disability"),
        choices=CONSENT,
        coerce={"True": True, "False": False}.get,
        empty_value=None,
        required=False,
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        if not actor.is_superuser:
            self.fields.pop("is_superuser", None)
            roles = Group.objects.filter(name__in=Role.values).order_by("name")
            self.fields["groups"].queryset = roles  # type: ignore[attr-defined]
        self.fields["organisation"].queryset = Organisation.objects.order_by("name_ar")  # type: ignore[attr-defined]

    def clean_email(self) -> str | None:
        return (self.cleaned_data.get("email") or "").lower() or None

    def clean_name_ar(self) -> str:
        return clean_name(self.cleaned_data["name_ar"])

    def clean_name_en(self) -> str:
        return clean_name(self.cleaned_data["name_en"])

    def _clean_username(self) -> None:
        """The model's own unique checks compare e-mail addresses; an empty one clashes with nobody's."""

    def clean_groups(self) -> list[Group]:
        """Groups that the actor may not give stay as they are."""
        chosen = list(self.cleaned_data["groups"])
        if self.actor.is_superuser or self.instance.pk is None:  # type: ignore[attr-defined]
            return chosen
        return [*chosen, *self.instance.groups.exclude(name__in=Role.values)]  # type: ignore[attr-defined]

    def save(self, commit: bool = True) -> User:
        person: User = super().save(commit)  # type: ignore[misc]
        if commit:
            sync_email_addresses(person=person)
        return person


class PersonCreationForm(PersonFormMixin, UserCreationForm):
    class Meta(UserCreationForm.Meta):
        fields = [*PERSON_FIELDS, "is_superuser", "groups"]

    def save(self, commit: bool = True) -> User:
        self.instance.set_unusable_password()
        return super().save(commit)


class PersonEditForm(PersonFormMixin, UserEditForm):
    class Meta(UserEditForm.Meta):
        fields = [*PERSON_FIELDS, "is_active", "is_superuser", "groups"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance == self.actor:
            # Nobody takes away his own way in.
            self.fields.pop("is_active", None)
