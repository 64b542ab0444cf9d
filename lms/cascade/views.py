"""The trainer's own pages, the invitation page, and the page of a trainer with everybody below."""

import uuid
from datetime import date
from typing import Any, cast

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lms.people.forms import FirstPasswordForm
from lms.people.invitations import InvitationError, read_invitation
from lms.people.models import User
from lms.people.requests import SignedInRequest, base_url

from . import selectors, services
from .forms import BaseDayFormSet, DayFormSet, SessionForm
from .invitations import join_by_invitation, open_invitations, send_invitations
from .models import Cohort, SessionDay

SIGN_IN_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
#: A larger cascade starts folded, so that a phone shows its cohorts before its people.
OPEN_TREE_UP_TO = 60
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@sensitive_post_parameters("new_password1", "new_password2")
@get_or_post
def accept_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Greet an invited person by name, let them choose a password, sign them in and lead on.

    A link that does not work says why and how to go on: 410 where it has expired, else 404.
    """
    try:
        person = read_invitation(token)
        form = FirstPasswordForm(person, request.POST or None)
        if request.method == "POST" and form.is_valid():
            joined = join_by_invitation(token=token, password=form.cleaned_data["new_password1"])
            if is_mfa_enabled(joined):
                # The link stands for the password alone, never for the second step.
                messages.success(
                    request, _("Your password has been set. Sign in with it and your second step.")
                )
                return redirect(settings.LOGIN_URL)
            login(request, joined, backend=SIGN_IN_BACKEND)
            messages.success(request, _("Welcome. Your password has been set and you are signed in."))
            return redirect(settings.LOGIN_REDIRECT_URL)
    except InvitationError as refusal:
        status = 410 if refusal.expired else 404
        return render(request, "cascade/invitation_unusable.html", {"reason": str(refusal)}, status=status)
    places = person.enrolments.select_related("cohort__municipality", "tier__programme")
    return render(request, "cascade/invitation.html", {"form": form, "person": person, "places": places})


def own_cohort(user: User, public_id: uuid.UUID, permission: str) -> Cohort:
    """The cohort, if the user may do this with it; else there is no such page."""
    cohort = get_object_or_404(
        Cohort.objects.select_related("tier__programme", "municipality__region", "trainer"),
        public_id=public_id,
    )
    if not user.has_perm(permission, cohort):
        raise Http404
    return cohort


@login_required
@require_safe
def my_cohorts(request: SignedInRequest) -> HttpResponse:
    cohorts = list(selectors.taught_by(request.user))
    today = timezone.localdate()
    days = selectors.next_days(cohorts, today)
    context = {
        "current": [(cohort, days.get(cohort.pk)) for cohort in cohorts if cohort.ends_on >= today],
        "past": [cohort for cohort in cohorts if cohort.ends_on < today],
    }
    return render(request, "cascade/my_cohorts.html", context)


@login_required
@require_safe
def cohort_detail(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Roster, states, sessions, and the next thing to do."""
    cohort = own_cohort(request.user, public_id, "cascade.open_cohort")
    rows = selectors.roster(cohort)
    learners = [row for row in rows if not row.is_withdrawn]
    return render(
        request,
        "cascade/cohort_detail.html",
        {
            "cohort": cohort,
            "rows": rows,
            "learner_count": len(learners),
            "women": sum(row.enrolment.learner.sex == "F" for row in learners),
            "waiting": sum(row.awaits_invitation for row in learners),
            "certified": sum(row.is_certified for row in learners),
            "sessions": selectors.sessions_of(cohort),
            "next_day": selectors.next_day(cohort),
            "today": timezone.localdate(),
            "may_run": request.user.has_perm("cascade.run_cohort", cohort),
        },
    )


@login_required
@never_cache
@require_safe
def cohort_invitations(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Everybody who has no password yet, with link and code; made to be printed and cut."""
    cohort = own_cohort(request.user, public_id, "cascade.run_cohort")
    invitations = open_invitations(cohort, base_url(request))
    return render(request, "cascade/cohort_invitations.html", {"cohort": cohort, "invitations": invitations})


@login_required
@require_POST
def send_cohort_invitations(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    cohort = own_cohort(request.user, public_id, "cascade.run_cohort")
    enrolments = cohort.enrolments.select_related("learner", "cohort", "tier__programme")
    sent = send_invitations(enrolments=enrolments, base_url=base_url(request), actor=request.user)
    text = ngettext("%(count)d invitation has been sent.", "%(count)d invitations have been sent.", sent.sent)
    messages.success(request, text % {"count": sent.sent})
    if sent.failed:
        names = _(", ").join(sent.failed)
        messages.error(request, _("These could not be sent; try again later: %(names)s") % {"names": names})
    return redirect("cascade:cohort_invitations", public_id=cohort.public_id)


@login_required
@get_or_post
def session_add(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """Plan a session of one's own cohort."""
    cohort = own_cohort(request.user, public_id, "cascade.run_cohort")
    form = SessionForm(
        request.POST or None, initial={"materials_version": selectors.latest_materials(cohort.tier)}
    )
    days = cast(BaseDayFormSet, DayFormSet(request.POST or None, prefix="day"))
    if request.method == "POST" and form.is_valid() and days.is_valid():
        try:
            services.schedule_session(cohort=cohort, days=days.days, actor=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The session has been planned."))
            return redirect("cascade:cohort", public_id=cohort.public_id)
    context = {"cohort": cohort, "form": form, "days": days}
    return render(request, "cascade/session_add.html", context)


@login_required
@never_cache
@get_or_post
def attendance(request: SignedInRequest, public_id: uuid.UUID, day: date) -> HttpResponse:
    """Who is here today: one large tick a person, saved together."""
    session_day = get_object_or_404(
        SessionDay.objects.select_related("session__cohort__tier", "session__trainer"),
        session__public_id=public_id,
        date=day,
    )
    session = session_day.session
    cohort = own_cohort(request.user, session.cohort.public_id, "cascade.run_cohort")
    rows = [row for row in selectors.roster(cohort) if not row.is_withdrawn]
    known = selectors.presence_on(session_day)
    refusal = ""
    if request.method == "POST":
        present = set(request.POST.getlist("present"))
        presence = {row.enrolment.pk: str(row.enrolment.public_id) in present for row in rows}
        try:
            services.record_attendance(day=session_day, presence=presence, actor=request.user)
        except ValidationError as error:
            refusal, known = error.messages[0], presence
        else:
            text = ngettext(
                "Saved on the server: %(count)d person present.",
                "Saved on the server: %(count)d people present.",
                sum(presence.values()),
            )
            messages.success(request, text % {"count": sum(presence.values())})
            return redirect("cascade:attendance", public_id=session.public_id, day=session_day.date)
    context: dict[str, Any] = {
        "cohort": cohort,
        "session": session,
        "day": session_day,
        "people": [(row.enrolment, known.get(row.enrolment.pk, False)) for row in rows],
        "is_recorded": bool(known),
        "is_future": session_day.date > timezone.localdate(),
        "refusal": refusal,
    }
    return render(request, "cascade/attendance.html", context, status=409 if refusal else 200)


@login_required
@require_safe
def trainer_detail(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """A trainer and the whole cascade below."""
    trainer = get_object_or_404(User, public_id=public_id)
    if not request.user.has_perm("cascade.open_trainer", trainer):
        raise Http404
    tree = selectors.cascade_below(trainer)
    context = {"trainer": trainer, "tree": tree, "open_all": tree.size <= OPEN_TREE_UP_TO}
    return render(request, "cascade/trainer_detail.html", context)
