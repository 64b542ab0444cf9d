"""Forms of the administration: sessions with their days, enrolments and their moves."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from lms.people.enums import Role
from lms.people.models import User
from lms.people.phones import as_e164

from .enums import ENROLMENT_MOVES, EnrolmentState
from .models import Cohort, Enrolment, TrainingSession
from .services import enrol_learner, move_enrolment
from .teaching import find_teaching_qualification


def possible_trainers() -> QuerySet[User]:
    """People who train, or may: master trainers, and whoever holds or held a certificate of some tier."""
    return (
        User.objects.filter(is_active=True)
        .filter(
            Q(groups__name=Role.MASTER_TRAINER)
            | Q(qualifications__isnull=False)
            | Q(cohorts_taught__isnull=False)
        )
        .distinct()
        .order_by("name_ar")
    )


class CohortAdminForm(WagtailAdminModelForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "trainer" in self.fields:
            self.fields["trainer"].queryset = possible_trainers()

    def clean(self) -> dict[str, Any]:
        """Say what the database would refuse, beside the field it is about."""
        data: dict[str, Any] = super().clean()
        tier = data.get("tier")
        if (
            self.instance.pk
            and tier
            and tier.pk != self.instance.tier_id
            and self.instance.enrolments.exists()
        ):
            self.add_error("tier", _("People are enrolled already, so the tier cannot change."))
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", _("The cohort must end after it begins."))
        return data


class SessionAdminForm(WagtailAdminModelForm):
    """A session with its days. Nobody teaches without a certificate that is valid on each of them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user = self.for_user
        self.fields["trainer"].queryset = possible_trainers()
        self.fields["trainer"].help_text = _("Empty where the programme itself trains.")
        if user is not None and not user.has_perm("cascade.view_dashboard"):
            self.fields["cohort"].queryset = Cohort.objects.filter(trainer=user)
            self.fields["trainer"].queryset = User.objects.filter(pk=user.pk)

    def is_valid(self) -> bool:
        """The days are a formset beside the form, so they can be judged only when both have been read."""
        if not super().is_valid():
            return False
        try:
            self._refuse_lost_attendance()
            self.instance.trainer_qualification = find_teaching_qualification(
                trainer=self.cleaned_data["trainer"],
                tier=self.cleaned_data["cohort"].tier,
                days=self._dates(),
            )
        except ValidationError as refusal:
            self.add_error(None, refusal)
        return not self.errors

    def _dates(self) -> list[Any]:
        dates = [form.cleaned_data["date"] for form in self._day_forms() if not _is_deleted(form)]
        if not dates:
            raise ValidationError(_("Give the session at least one day."))
        return dates

    def _day_forms(self) -> list[Any]:
        return [form for form in self.formsets["days"].forms if form.cleaned_data]

    def _refuse_lost_attendance(self) -> None:
        """A day on which presence was recorded keeps its date, and the session its cohort."""
        for form in self._day_forms():
            day = form.instance
            if day.pk and day.attendance.exists() and (_is_deleted(form) or "date" in form.changed_data):
                raise ValidationError(
                    _("Attendance was recorded on %(day)s, so this day must stay.")
                    % {"day": form.initial["date"]}
                )
        if (
            self.instance.pk
            and "cohort" in self.changed_data
            and TrainingSession.objects.filter(pk=self.instance.pk, days__attendance__isnull=False).exists()
        ):
            raise ValidationError(_("Attendance was recorded, so the session must stay with its cohort."))


def _is_deleted(form: Any) -> bool:
    return bool(form.cleaned_data.get("DELETE"))


class EnrolmentAddForm(forms.ModelForm[Enrolment]):
    """Enrol somebody whom the platform knows already; new people come with a list."""

    person = forms.CharField(
        label=_("Person"),
        max_length=254,
        help_text=_("The e-mail address or the phone number of the person."),
    )

    class Meta:
        model = Enrolment
        fields = ["cohort"]

    def clean_person(self) -> User:
        text = self.cleaned_data["person"].strip()
        number = "" if "@" in text else as_e164(text)
        found = User.objects.filter(phone=number) if number else User.objects.filter(email=text.lower())
        person = found.first()
        if person is None:
            raise ValidationError(_("Nobody with this e-mail address or phone number is known."))
        return person

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        cohort, person = data.get("cohort"), data.get("person")
        if cohort and person and cohort.trainer_id == person.pk:
            self.add_error("person", _("This person trains the cohort."))
        return data

    def enrol(self, actor: User) -> Enrolment:
        """Raises ValidationError as `services.enrol_learner` does."""
        return enrol_learner(
            cohort=self.cleaned_data["cohort"], learner=self.cleaned_data["person"], actor=actor
        )


class EnrolmentMoveForm(forms.ModelForm[Enrolment]):
    """The next state of an enrolment: those that the table of moves allows."""

    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)

    class Meta:
        model = Enrolment
        fields = ["state"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        current = self.instance.state
        next_states = set(ENROLMENT_MOVES[current])
        if self.instance.learner.has_usable_password():
            # No invitation would ever be opened by somebody who has a password already.
            next_states.discard(EnrolmentState.INVITED)
        allowed = [current, *sorted(next_states, key=EnrolmentState.values.index)]
        self.fields["state"].choices = [  # type: ignore[attr-defined]
            (state, EnrolmentState(state).label)
            for state in allowed
            # Certificates alone make people certified, and end it.
            if state == current or EnrolmentState.CERTIFIED not in (state, current) or state == "withdrawn"
        ]

    def move(self, actor: User) -> Enrolment:
        """Raises ValidationError as `services.move_enrolment` does."""
        return move_enrolment(
            enrolment=self.instance,
            to_state=self.cleaned_data["state"],
            actor=actor,
            reason=self.cleaned_data["reason"],
        )
