"""What an invigilator can do to an attempt, as the board offers it: one entry a service of `services.invigilation`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lms.common.forms import WholeNumberField

from .enums import AttemptState
from .machine import OWING, RUNNING
from .models import Attempt
from .services.invigilation import (
    MOST_SECONDS,
    allow_device_move,
    credit_outage,
    give_extra_time,
    pause_attempt,
    resume_attempt,
    void_attempt,
)

MOST_REASON = 300


class ReasonForm(forms.Form):
    """Nothing is done to an attempt without a reason, which is kept with it."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=MOST_REASON,
        help_text=_("It is kept with the attempt; the candidate and auditors can ask for it."),
        widget=forms.Textarea({"rows": 2}),
    )

    def values(self) -> dict[str, Any]:
        """What the service wants to know beside the attempt and the actor. Needs a valid form."""
        return {"reason": self.cleaned_data["reason"]}


class MinutesForm(ReasonForm):
    minutes = WholeNumberField(label=_("Minutes"), min_value=1, max_value=MOST_SECONDS // 60)
    field_order = ("minutes", "reason")

    def values(self) -> dict[str, Any]:
        return {**super().values(), "seconds": self.cleaned_data["minutes"] * 60}


class VerdictForm(ReasonForm):
    """One person's verdict on answers that came late."""

    accept = forms.TypedChoiceField(
        label=_("Your verdict"),
        choices=[("yes", _("The late answers count")), ("no", _("The late answers do not count"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    field_order = ("accept", "reason")

    def values(self) -> dict[str, Any]:
        return {**super().values(), "accept": self.cleaned_data["accept"]}


@dataclass(frozen=True, slots=True)
class Intervention:
    """`service` takes attempt, actor and the form's values; offered while the attempt is in one of `states`."""

    key: str
    label: str | Promise
    explanation: str | Promise
    done: str | Promise
    icon: str
    service: Callable[..., Attempt]
    states: frozenset[str]
    form: type[ReasonForm] = ReasonForm
    is_grave: bool = False


INTERVENTIONS: tuple[Intervention, ...] = (
    Intervention(
        "extra-time",
        _("Give extra time"),
        _("The new end appears on the phone with its next contact."),
        _("Extra time was given."),
        "clock",
        give_extra_time,
        frozenset({AttemptState.READY, AttemptState.ON_PAPER, *RUNNING}),
        MinutesForm,
    ),
    Intervention(
        "pause",
        _("Pause"),
        _("The clock stops, and the time is given back when the exam goes on."),
        _("The exam is paused."),
        "lock",
        pause_attempt,
        frozenset({AttemptState.STARTED}),
    ),
    Intervention(
        "resume",
        _("Let the exam go on"),
        _("The clock runs again, with the time of the pause given back."),
        _("The exam goes on."),
        "play",
        resume_attempt,
        frozenset({AttemptState.PAUSED}),
    ),
    Intervention(
        "outage",
        _("Credit an outage"),
        _("For time that the server or the network took from the candidate."),
        _("The outage was credited."),
        "wifi-off",
        credit_outage,
        frozenset({*RUNNING, *OWING}),
        MinutesForm,
    ),
    Intervention(
        "device",
        _("Allow another device"),
        _("The candidate may go on at another phone at once, one time."),
        _("The candidate may now open the exam on another device."),
        "smartphone",
        allow_device_move,
        RUNNING,
    ),
    Intervention(
        "void",
        _("Declare the attempt void"),
        _("It will not count and uses up no attempt. Everything recorded is kept. This cannot be undone."),
        _("The attempt was declared void."),
        "circle-x",
        void_attempt,
        RUNNING,
        is_grave=True,
    ),
)
BY_KEY = {intervention.key: intervention for intervention in INTERVENTIONS}


def offered_for(attempt: Attempt) -> list[Intervention]:
    """A candidate's own break is not the invigilator's to end."""
    keys = {"resume"} if attempt.is_on_break else set()
    return [one for one in INTERVENTIONS if attempt.state in one.states and one.key not in keys]
