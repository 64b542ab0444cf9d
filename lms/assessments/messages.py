"""The sentences that explain why something is refused, in the reader's language."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from lms.common.dates import format_moment

from .faults import Fault
from .filereader import Problem
from .granted import Granted
from .policy import Verdict

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text = str | _StrPromise

#: One sentence for each fault of a question (content.FAULTS); {at} is the option's key.
FAULT_SENTENCES: Mapping[str, "Text"] = {
    "kind_unknown": _("The kind of question is not known."),
    "stem_ar_blank": _("The question has no Arabic text."),
    "stem_en_blank": _("The question has no English text."),
    "explanation_ar_blank": _("The explanation has no Arabic text."),
    "explanation_en_blank": _("The explanation has no English text."),
    "options_too_few": _("The question needs at least two options."),
    "options_too_many": _("The question has more than ten options."),
    "option_key_repeated": _("Two options have the key {at}."),
    "option_ar_blank": _("Option {at} has no Arabic text."),
    "option_en_blank": _("Option {at} has no English text."),
    "option_text_repeated": _("Option {at} says the same as another option."),
    "correct_none": _("No option is marked as correct."),
    "correct_many_in_single": _("A single-choice question can have only one correct option."),
    "correct_all_in_multiple": _("A multiple-choice question needs at least one wrong option."),
    "stimulus_ar_blank": _("The scenario has no Arabic text."),
    "stimulus_en_blank": _("The scenario has no English text."),
    "image_ar_blank": _("The image is not described in Arabic."),
    "image_en_blank": _("The image is not described in English."),
    "options_unused": _("A question of this kind has no options."),
    "credit_unknown": _("This rule for a partly right answer does not go with this kind of question."),
    "true_false_options_other": _("The options of a true-or-false question are True and False."),
    "numeric_value_missing": _("The right number is missing."),
    "numeric_tolerance_negative": _("The tolerance must not be below zero."),
    "numeric_unit_one_language": _("The unit is written in one language only."),
    "accepted_none": _("No accepted answer is given."),
    "accepted_blank": _("The accepted answer {at} has neither a letter nor a digit."),
    "accepted_repeated": _("The accepted answer {at} counts as the same as another one."),
    "match_ar_blank": _("The match of option {at} has no Arabic text."),
    "match_en_blank": _("The match of option {at} has no English text."),
    "match_repeated_in_distractor": _("Option {at} has no prompt, but its match is right for another one."),
    "matches_too_few": _("The question needs at least two different matches."),
    "ranks_not_in_order": _("The places of the options must be 1, 2, 3 and so on, each once."),
    "image_missing": _("This kind of question needs an image."),
    "region_missing": _("Option {at} has no region on the image."),
    "region_outside": _("The region of option {at} does not lie within the image."),
    "rubric_none": _("The rubric has no criterion."),
    "criterion_key_repeated": _("Two criteria have the key {at}."),
    "criterion_ar_blank": _("Criterion {at} has no Arabic text."),
    "criterion_en_blank": _("Criterion {at} has no English text."),
    "criterion_marks_not_positive": _("The marks of criterion {at} must be above zero."),
}

#: One sentence for each problem of a file (filereader.Problem); {detail} is what was found or expected.
FILE_SENTENCES: Mapping[str, "Text"] = {
    "not_a_mapping": _("Keys with values are expected here."),
    "not_a_list": _("A list with at least one item is expected here."),
    "unknown_key": _("The key {detail} is not known."),
    "missing": _("This is missing."),
    "not_text": _("Text is expected here; put numbers in quotes."),
    "too_long": _("This is longer than {detail} characters."),
    "not_a_slug": _("{detail} may contain only Latin letters, digits, hyphens and underscores."),
    "not_a_choice": _("One of these is expected: {detail}."),
    "not_boolean": _("true or false is expected here."),
    "not_a_number": _("{detail} is not a number."),
    "not_a_region": _("Three, four, or an even number of at least six thousandths are expected here."),
    "image_not_found": _("There is no image {detail} beside the file."),
    "repeated_code": _("The code {detail} appears twice."),
}

#: Why an attempt may not start now; {moment} is from when it may.
VERDICT_SENTENCES: Mapping[Verdict, "Text"] = {
    Verdict.CAN_START: _("You can start now."),
    Verdict.CAN_RESUME: _("Your exam is running. Continue where you stopped."),
    Verdict.ON_PAPER: _(
        "You sit this exam on paper. It cannot be started here unless the invigilator takes the paper back."
    ),
    Verdict.PASSED: _("You have passed this exam."),
    Verdict.NOT_ENROLLED: _("Only people who are in training for this course can take this exam."),
    Verdict.AWAITING_RESULT: _("Your exam has been handed in and is being marked."),
    Verdict.NO_ATTEMPTS_LEFT: _("You have used all your attempts. Ask your trainer what comes next."),
    Verdict.NOT_OPEN_YET: _("You can start from {moment}."),
    Verdict.CLOSED: _("The exam has closed."),
    Verdict.COOLING_OFF: _("Your next attempt is possible from {moment}."),
    Verdict.CLOSES_TOO_SOON: _(
        "The exam closes before another attempt becomes possible. Ask your trainer what comes next."
    ),
}


def effect_words(granted: Granted) -> list[str]:
    """What was granted, a few words each; nothing of why."""
    words = []
    if granted.has_more_time:
        factor = f"{granted.time_multiplier.normalize():f}"
        words.append(gettext("time × %(factor)s") % {"factor": factor})
    if granted.break_seconds:
        minutes = granted.break_minutes
        words.append(ngettext("%(n)s minute of breaks", "%(n)s minutes of breaks", minutes) % {"n": minutes})
    if granted.large_print:
        words.append(gettext("large print"))
    if granted.read_aloud:
        words.append(gettext("reading aloud"))
    return words


def verdict_sentence(verdict: Verdict, moment: datetime | None = None) -> str:
    text = format_moment(moment, get_language() or "ar") if moment else ""
    return str(VERDICT_SENTENCES[verdict]).format(moment=text)


def fault_sentence(fault: Fault) -> str:
    return str(FAULT_SENTENCES[fault.code]).format(at=fault.at)


def problem_sentence(problem: Problem) -> str:
    """Where and what, on one line."""
    sentence = FILE_SENTENCES.get(problem.code) or FAULT_SENTENCES[problem.code]
    text = str(sentence).format(detail=problem.detail, at=problem.detail)
    return f"{problem.where}: {text}" if problem.where else text


#: Why operations are not taken (oplog.OpsError); for whoever repairs the page that sent them.
OPS_SENTENCES: Mapping[str, "Text"] = {
    "malformed": _("This is no batch of operations of this exam."),
    "too_many": _("A batch holds at most 200 operations."),
    "too_large": _("A batch holds at most 256 kB."),
    "hash_wrong": _("An operation does not have the hash of what it says."),
    "chain_broken": _("An operation does not follow the one before it."),
    "hash_conflict": _("The server has another operation under the same number."),
    "unknown_question": _("The form has no such question."),
    "value_invalid": _("The question does not offer this answer."),
    "lease_unknown": _("The server never gave this device the lease."),
}


def ops_sentence(code: str) -> str:
    return str(OPS_SENTENCES[code])
