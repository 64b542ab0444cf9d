"""What pages, gates and reports read."""

from .appeals import AppealStanding, appeal_standing
from .bankfiles import bank_as_file
from .bodies import Asked, Choice, QuestionBody, bodies_from, read_bodies, show_version
from .paper import (
    Place,
    QuestionScreen,
    paper_questions,
    picture_in,
    preview_screen,
    question_screen,
    read_paper,
)
from .practice import practice_banks
from .results import (
    AreaScore,
    ResultSheet,
    passed_among,
    passed_attempt,
    result_sheet,
    visible_attempts,
)
from .reviews import ReviewedChoice, ReviewedLine, ReviewedQuestion, review_question
from .standing import ExamEntry, attempts_of, exam_entries, exam_entry, standing_in

__all__ = [
    "AppealStanding",
    "AreaScore",
    "Asked",
    "Choice",
    "ExamEntry",
    "Place",
    "QuestionBody",
    "QuestionScreen",
    "ResultSheet",
    "ReviewedChoice",
    "ReviewedLine",
    "ReviewedQuestion",
    "appeal_standing",
    "attempts_of",
    "bank_as_file",
    "bodies_from",
    "exam_entries",
    "exam_entry",
    "paper_questions",
    "passed_among",
    "passed_attempt",
    "picture_in",
    "practice_banks",
    "preview_screen",
    "question_screen",
    "read_bodies",
    "read_paper",
    "result_sheet",
    "review_question",
    "show_version",
    "standing_in",
    "visible_attempts",
]
