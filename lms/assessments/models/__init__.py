"""Question bank, exams and attempts."""

from .accommodations import Accommodation
from .attempts import Answer, Attempt, AttemptEvent, AttemptSlot
from .bank import (
    ImmutableVersionError,
    Option,
    Question,
    QuestionArea,
    QuestionBank,
    QuestionVersion,
    RubricRow,
)
from .blueprints import Blueprint, BlueprintCell
from .exams import Exam
from .images import IllustratedModel, file_sha256
from .interchange import QuestionImport
from .log import LateVerdict, Operation
from .marking import Appeal, Correction, CriterionMark, Marking, Moderation, Regrade, ResultChange
from .printed import Paper, PaperKeying, Printing
from .scenarios import Scenario, Stimulus

__all__ = [
    "Accommodation",
    "Answer",
    "Appeal",
    "Attempt",
    "AttemptEvent",
    "AttemptSlot",
    "Blueprint",
    "BlueprintCell",
    "Correction",
    "CriterionMark",
    "Exam",
    "IllustratedModel",
    "ImmutableVersionError",
    "LateVerdict",
    "Marking",
    "Moderation",
    "Operation",
    "Option",
    "Paper",
    "PaperKeying",
    "Printing",
    "Question",
    "QuestionArea",
    "QuestionBank",
    "QuestionImport",
    "QuestionVersion",
    "Regrade",
    "ResultChange",
    "RubricRow",
    "Scenario",
    "Stimulus",
    "file_sha256",
]
