"""The sentences for what the pure modules name by a code."""

from django.utils.translation import gettext as _

from .answers import Fault
from .questionnaire import Question
from .reading import Problem
from .tabulation import BANDS


def fault_sentence(fault: Fault, question: Question | None, language: str) -> str:
    """What is wrong with an answer and what to do."""
    alone = ""
    if fault.code == "exclusive" and question:
        alone = question.option(int(fault.detail)).label.text(language)
    sentences = {
        "required": _("This question needs an answer."),
        "unknown_code": _("Choose one of the answers offered."),
        "unknown_place": _("Choose a municipality from the list, or leave the question unanswered."),
        "unknown_question": _("This is not a question of the survey."),
        "exclusive": _("“%(option)s” stands alone: choose either it or the others.") % {"option": alone},
        "not_a_number": _("Write a whole number in digits, such as 12."),
        "too_small": _("The number must be at least %(limit)s.") % {"limit": fault.detail},
        "too_large": _("The number must be at most %(limit)s.") % {"limit": fault.detail},
        "not_a_text": _("Write your answer in words."),
        "too_long": _("This is longer than %(limit)s characters. Please shorten it.")
        % {"limit": fault.detail},
        "bad_character": _("The text holds a character that cannot be stored. Please type it again."),
    }
    return sentences[fault.code]


def problem_sentence(problem: Problem) -> str:
    """What is wrong in a questionnaire file and where."""
    detail = {"detail": problem.detail}
    sentences = {
        "not_yaml": _("this is not a YAML file in UTF-8"),
        "not_a_mapping": _("names with values are expected here"),
        "not_a_list": _("a list with at least one entry is expected here"),
        "unknown_key": _("“%(detail)s” has no meaning here") % detail,
        "missing_text": _("a text is missing"),
        "bad_character": _("the text holds a character that cannot be stored"),
        "bad_code": _("“%(detail)s” is no code: small Latin letters, digits and _ are") % detail,
        "unknown_kind": _("“%(detail)s” is no kind of question") % detail,
        "repeated": _("a code stands here twice"),
        "out_of_range": _("“%(detail)s” is not a number within the limits") % detail,
        "no_earlier_question": _("“%(detail)s” is no earlier question of a kind that fits") % detail,
        "unknown_code": _("%(detail)s holds a code that the question does not offer") % detail,
    }
    return f"{problem.where}: {sentences[problem.code]}"


def band_label(low: int) -> str:
    """A band of numbers in words, because a range of digits reads backwards to half of the readers."""
    high = next(high for lowest, high in BANDS if lowest == low)
    if low == high:
        return str(low)
    return _("%(low)s to %(high)s") % {"low": f"{low:,}", "high": f"{high:,}"}
