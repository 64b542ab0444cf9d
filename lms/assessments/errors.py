"""Refusals. Each carries the sentence for the person who asked, in that person's language."""

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .machine import IllegalMoveError

__all__ = [
    "AccommodationRefusedError",
    "AnswerRefusedError",
    "AppealRefusedError",
    "AssessmentError",
    "AttemptChangedError",
    "AttemptClosedError",
    "AttemptRefusedError",
    "BankFileError",
    "BreakRefusedError",
    "EmergencyFileError",
    "ExamNotReadyError",
    "IllegalMoveError",
    "InterventionRefusedError",
    "LeaseHeldError",
    "MarkingRefusedError",
    "OperationsRefusedError",
    "QuestionIncompleteError",
    "ReasonMissingError",
    "RegradeRefusedError",
    "TimeUpError",
    "TooManySavesError",
]


class AssessmentError(Exception):
    """Something that the rules forbid. `message` is for the person; `code` is for programs."""

    code = "refused"
    message: str | Promise = _("This is not possible.")

    def __init__(self, message: str | Promise | None = None) -> None:
        if message is not None:
            self.message = message
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.message)


class QuestionIncompleteError(AssessmentError):
    """A draft that may not be published, with every reason."""

    code = "question_incomplete"

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = list(reasons)
        super().__init__(" ".join(self.reasons))


class BankFileError(AssessmentError):
    """A question bank file that was refused whole, with every problem and its place."""

    code = "bank_file_refused"

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        super().__init__(" ".join(self.problems))


class AttemptRefusedError(AssessmentError):
    """The learner may not start an attempt now; the message says why and when it becomes possible."""

    code = "attempt_refused"


class ExamNotReadyError(AttemptRefusedError):
    """The bank cannot fill the form: nothing the learner can do about."""

    code = "exam_not_ready"
    message = _("This exam is not ready yet. Please tell your trainer.")


class AnswerRefusedError(AssessmentError):
    """The answer is not one that this question offers."""

    code = "answer_invalid"
    message = _("This answer does not belong to the question. Reload the page and choose again.")


class TooManySavesError(AssessmentError):
    """More changes in a minute than a person makes."""

    code = "slow_down"
    message = _("Too many changes in one minute. Wait a moment, then save again.")


class AttemptClosedError(AssessmentError):
    """The exam was handed in before; nothing more can be changed."""

    code = "attempt_closed"
    message = _("This exam has already been handed in. Nothing more can be changed.")


class TimeUpError(AttemptClosedError):
    """The deadline and its grace have passed."""

    code = "time_up"
    message = _("The time is up. The answers saved until then have been handed in.")


class LeaseHeldError(AssessmentError):
    """Another device holds the lease, and was heard of not long ago."""

    code = "lease_held"
    message = _("This exam is open on another device.")

    def __init__(self, wait_seconds: int) -> None:
        self.wait_seconds = wait_seconds
        super().__init__(
            ngettext(
                "This exam is open on another device. You can go on here after %(n)d second without a word "
                "from there, or at once if the invigilator allows it.",
                "This exam is open on another device. You can go on here after %(n)d seconds without a word "
                "from there, or at once if the invigilator allows it.",
                wait_seconds,
            )
            % {"n": wait_seconds}
        )


class OperationsRefusedError(AssessmentError):
    """Operations that were not taken; `code` is one of `oplog.OpsError`, `at` the seq of the first concerned."""

    def __init__(self, code: str, message: str | Promise, at: int = 0) -> None:
        self.code = code
        self.at = at
        super().__init__(message)


class EmergencyFileError(AssessmentError):
    """An emergency file that cannot be read, or belongs to another attempt."""

    code = "file_refused"
    message = _("This is not an emergency file of this exam, or it is damaged.")


class InterventionRefusedError(AssessmentError):
    """What an invigilator or examiner wants to do is not possible in the state that the attempt is in."""

    code = "not_possible"


class BreakRefusedError(AssessmentError):
    """A break that the candidate may not take now."""

    code = "break_refused"


class AccommodationRefusedError(AssessmentError):
    """A grant that grants nothing, or for somebody for whom none can be made."""

    code = "accommodation_refused"


class ReasonMissingError(AssessmentError):
    """Whatever people do to an attempt needs a reason that is kept."""

    code = "reason_missing"
    message = _("Write down the reason. It is kept with the attempt.")


class MarkingRefusedError(AssessmentError):
    """Somebody may not mark or moderate this, or the marks are none; the message says why."""

    code = "marking_refused"


class RegradeRefusedError(AssessmentError):
    """An exam cannot be marked again in this way, or not any more; the message says why."""

    code = "regrade_refused"


class AppealRefusedError(AssessmentError):
    """No appeal is possible, or it cannot be decided like this; the message says why."""

    code = "appeal_refused"


class AttemptChangedError(RuntimeError):
    """Another request changed the attempt first; read it again."""
