"""The vocabulary of assessments. Attempt states are the whole lifecycle, named once and for all."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class QuestionKind(models.TextChoices):
    SINGLE = "single", _("Single choice")
    MULTIPLE = "multiple", _("Multiple choice")
    TRUE_FALSE = "true_false", _("True or false")
    NUMERIC = "numeric", pgettext_lazy("question", "Number")
    SHORT_TEXT = "short_text", _("Short text")
    MATCHING = "matching", _("Matching")
    ORDERING = "ordering", _("Ordering")
    HOTSPOT = "hotspot", _("Place on an image")
    OPEN_TEXT = "open_text", _("Open text")


class Difficulty(models.TextChoices):
    EASY = "easy", _("Easy")
    MEDIUM = "medium", _("Medium")
    HARD = "hard", _("Hard")


class FeedbackPolicy(models.TextChoices):
    """When a learner may see the right answers. Before that there are only scores by area."""

    AREAS_ONLY = "areas_only", _("Scores by area only")
    WHEN_FINAL = "when_final", _("Explanations once passed or without attempts left")
    AFTER_CLOSE = "after_close", _("Explanations after the exam has closed for everyone")


class AttemptState(models.TextChoices):
    READY = "READY", _("Ready to start")
    ON_PAPER = "ON_PAPER", _("On paper")
    STARTED = "STARTED", _("In progress")
    PAUSED = "PAUSED", _("Paused")
    TIME_UP = "TIME_UP", _("Time is up")
    SYNC_OWED = "SYNC_OWED", _("Waiting for unsent answers")
    LATE_REVIEW = "LATE_REVIEW", _("Late answers under review")
    SUBMITTED = "SUBMITTED", _("Submitted")
    GRADED = "GRADED", _("Marked")
    MODERATION = "MODERATION", _("In moderation")
    RELEASED = "RELEASED", _("Result released")
    REGRADED = "REGRADED", _("Marked again")
    NOT_TAKEN = "NOT_TAKEN", _("Not taken")
    VOIDED = "VOIDED", _("Void")


#: States of an attempt that is still the learner's to take; a person has at most one such attempt an exam.
OPEN_STATES = [AttemptState.READY, AttemptState.ON_PAPER, AttemptState.STARTED, AttemptState.PAUSED]

#: States that use up none of the attempts allowed.
UNCOUNTED_STATES = [AttemptState.NOT_TAKEN, AttemptState.VOIDED]


class OperationKind(models.TextChoices):
    """What a candidate's page may report; `oplog.KINDS` is the same list. PAPER is for the server alone."""

    ANSWER = "answer", _("Answer")
    CLEAR = "clear", _("Answer taken back")
    FLAG = "flag", _("Marked to come back to")
    VIEW = "view", _("Question shown")
    FOCUS_LOST = "focus_lost", _("Page left")
    FOCUS_BACK = "focus_back", _("Page returned to")
    OFFLINE = "offline", _("Signal lost")
    ONLINE = "online", _("Signal back")
    SUBMIT = "submit", _("Handing in")
    BREAK = "break", _("Break begun")
    RESUME = "resume", _("Break ended")
    PAPER = "paper", _("Keyed from paper")


class EventKind(models.TextChoices):
    """What happened to an attempt beside the answers."""

    MOVE = "move", _("Change of state")
    LEASE = "lease", _("Device changed")
    DEVICE_ALLOWED = "device_allowed", _("Change of device allowed")
    TIME_GIVEN = "time_given", _("Extra time given")
    ACCOMMODATED = "accommodated", _("Accommodation applied")
    BREAK_COUNTED = "break_counted", _("Break counted")
    OUTAGE_CREDITED = "outage_credited", _("Outage credited")
    LOG_CONFLICT = "log_conflict", _("Log contradicts itself")
    FILE_IMPORTED = "file_imported", _("Emergency file read")
    LATE_VERDICT = "late_verdict", _("Verdict on late answers")
    MARKED = "marked", _("Open answer marked")
    SECOND_MARKER = "second_marker", _("Second marker called")
    SENT_TO_THIRD = "sent_to_third", _("Sent to a third person")
    MODERATED = "moderated", _("Decision in moderation")
    APPEALED = "appealed", _("Appeal filed")
    APPEAL_DECIDED = "appeal_decided", _("Appeal decided")
    PAPER_PRINTED = "paper_printed", _("Paper printed")
    PAPER_KEYED = "paper_keyed", _("Paper keyed")
    PAPER_DIFFERS = "paper_differs", _("The two keyings differ")
    PAPER_SETTLED = "paper_settled", _("Answers taken over from paper")


class EvidenceClass(models.TextChoices):
    """How sure the server is that an answer was given in time; `evidence` has the rules."""

    IN_TIME = "A", _("Received in time")
    SHOWN = "B", _("Received late, shown to be in time")
    JUDGED = "C", _("Received late, accepted by two people")
    PAPER = "P", _("On paper, keyed by two people")


class PaperState(models.TextChoices):
    """How far a printed form has come."""

    PRINTED = "printed", pgettext_lazy("exam paper", "Printed")
    KEYED_ONCE = "keyed_once", pgettext_lazy("exam paper", "Keyed once")
    DIFFERS = "differs", pgettext_lazy("exam paper", "Keyings differ")
    COMPLETE = "complete", pgettext_lazy("exam paper", "Complete")
    WITHDRAWN = "withdrawn", pgettext_lazy("exam paper", "Withdrawn")


class ReleaseRule(models.TextChoices):
    """When learners see a result that is final."""

    AT_ONCE = "at_once", _("As soon as it is final")
    AFTER_CLOSE = "after_close", _("After the exam has closed for everyone")
    BY_HAND = "by_hand", _("When the programme office releases the results")


class Treatment(models.TextChoices):
    """How an exam marks a question. All but the first correct a question that turned out to be faulty."""

    OWN_KEY = "own_key", _("By its own key")
    CORRECTED = "corrected", _("By the key of another version")
    CREDITED = "credited", _("Full marks for everybody")
    DROPPED = "dropped", _("Not counted")


class ChangeCause(models.TextChoices):
    """Why a result gave way to another."""

    REGRADE = "regrade", _("Marked again")
    MODERATION = "moderation", _("Moderation")
    APPEAL = "appeal", _("Appeal")


class ModerationCause(models.TextChoices):
    NEAR_CUT = "near_cut", _("Near the pass mark")
    DIFFERING = "differing", _("Two markers differ")


class ModerationOutcome(models.TextChoices):
    CONFIRMED = "confirmed", _("Marks confirmed")
    SETTLED = "settled", _("Differing marks settled")
    ADJUSTED = "adjusted", _("Marks changed")


class AppealOutcome(models.TextChoices):
    UPHELD = "upheld", _("Upheld")
    DISMISSED = "dismissed", _("Dismissed")
