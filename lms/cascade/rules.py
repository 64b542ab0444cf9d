"""Who may see and do what with which cohort and which trainer. Permission names as `user.has_perm` takes
them.
"""

import rules

from lms.people.models import User

from .models import Cohort, Enrolment


@rules.predicate
def is_trainer_of(user: User, cohort: Cohort | None) -> bool:
    return cohort is not None and cohort.trainer_id == user.pk


@rules.predicate
def is_self(user: User, person: User | None) -> bool:
    return person is not None and person.pk == user.pk


@rules.predicate
def trained_by_user(user: User, person: User | None) -> bool:
    """Whether the person learns, or learnt, in a cohort of the user's."""
    return person is not None and Enrolment.objects.filter(learner=person, cohort__trainer=user).exists()


@rules.predicate
def manages_cohorts(user: User) -> bool:
    return bool(user.has_perm("cascade.change_cohort"))


@rules.predicate
def sees_dashboard(user: User) -> bool:
    return bool(user.has_perm("cascade.view_dashboard"))


#: Take attendance, plan sessions, hand out invitations.
rules.add_perm("cascade.run_cohort", is_trainer_of | manages_cohorts)
#: Open the page of a cohort.
rules.add_perm("cascade.open_cohort", is_trainer_of | manages_cohorts | sees_dashboard)
#: Open the page of a trainer, with everybody below.
rules.add_perm("cascade.open_trainer", is_self | sees_dashboard | trained_by_user)
