from django.db import models
from django.utils.translation import pgettext_lazy


class EnrolmentState(models.TextChoices):
    INVITED = "invited", pgettext_lazy("state of an enrolment", "Invited")
    ACTIVE = "active", pgettext_lazy("state of an enrolment", "In training")
    COMPLETED = "completed", pgettext_lazy("state of an enrolment", "Training completed")
    CERTIFIED = "certified", pgettext_lazy("state of an enrolment", "Certified")
    WITHDRAWN = "withdrawn", pgettext_lazy("state of an enrolment", "Withdrawn")


#: The legal moves; anything else is refused by the service.
ENROLMENT_MOVES: dict[str, frozenset[str]] = {
    EnrolmentState.INVITED: frozenset({EnrolmentState.ACTIVE, EnrolmentState.WITHDRAWN}),
    EnrolmentState.ACTIVE: frozenset(
        {EnrolmentState.COMPLETED, EnrolmentState.CERTIFIED, EnrolmentState.WITHDRAWN}
    ),
    EnrolmentState.COMPLETED: frozenset(
        {EnrolmentState.CERTIFIED, EnrolmentState.ACTIVE, EnrolmentState.WITHDRAWN}
    ),
    EnrolmentState.CERTIFIED: frozenset({EnrolmentState.COMPLETED, EnrolmentState.WITHDRAWN}),
    EnrolmentState.WITHDRAWN: frozenset({EnrolmentState.INVITED, EnrolmentState.ACTIVE}),
}
