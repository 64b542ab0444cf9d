"""Item analysis in words: what a number says, what a verdict asks of the author, why something is missing."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from lms.common.bidi import isolate

from .statistics import Notice
from .statistics.responses_file import Fault

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text = str | _StrPromise

#: Verdict: its name, and what it means and asks for.
VERDICT_WORDS: Mapping[str, tuple["Text", "Text"]] = {
    "suspected_wrong_key": (
        _("Suspected wrong key"),
        _(
            "Those who did well on the rest chose another answer than the one marked as right. "
            "Check the key first; if it is wrong, correct it and mark again."
        ),
    ),
    "misleading": (
        _("Misleading"),
        _(
            "Those who did well on the rest got it right less often than the others. "
            "The wording may be read in two ways: read it again and rewrite it."
        ),
    ),
    "too_hard": (
        _("Too hard"),
        _("Very few got it right. Was it taught? If so, ask it more plainly; otherwise leave it out."),
    ),
    "too_easy": (
        _("Too easy"),
        _("Nearly everybody got it right. Keep it only if everybody must know this."),
    ),
    "weak": (
        _("Tells little"),
        _("Those who did well on the rest hardly got it right more often than the others."),
    ),
    "unclear": (_("Not clear yet"), _("Nothing is conspicuous, but there are too few answers to be sure.")),
    "too_few": (_("Too few answers"), _("Fewer than 30 people reached this question: no judgement yet.")),
    "fine": (_("Fine"), _("It separates those who know from those who do not.")),
}

#: Why something is missing or to be read with care (statistics.notices.CODES).
NOTICE_SENTENCES: Mapping[str, "Text"] = {
    "blank_persons": _("People who reached no question at all were left out: {n}."),
    "no_persons": _("Cannot be computed: nobody answered anything."),
    "single_person": _("Cannot be computed: one person alone does not vary."),
    "single_item": _("Cannot be computed: one question alone has nothing to be compared with."),
    "no_spread": _("Cannot be computed: everybody earned the same total."),
    "perfect_scores": _("Cannot be computed: everybody earned all the marks."),
    "blank_item": _("{item}: cannot be computed, because nobody reached this question."),
    "single_answer_item": _("{item}: cannot be computed, because only one person reached this question."),
    "constant_item": _("{item}: cannot be computed, because everybody earned the same mark."),
    "constant_rest": _(
        "{item}: cannot be computed, because everybody who reached it earned the same on the rest."
    ),
    "pair_never_together": _("Lambda-2 cannot be computed: nobody answered some two questions together."),
    "two_items": _("Alpha without a question cannot be computed: that takes three questions or more."),
    "alpha_unknown": _(
        "Reliability cannot be computed: too few people answered the same questions, or their answers contradict "
        "each other."
    ),
    "form_is_part": _(
        "Lambda-2 cannot be computed: a form holds {length} of the {items} questions. "
        "Alpha is that of a form of this length."
    ),
    "max_marks_assumed": _("{item}: the highest mark that anybody earned, {highest}, is taken for the most."),
    "too_few_for_models": _(
        "The models cannot be computed: {n} people answered, and {needed} are needed. "
        "Read the other numbers with their intervals."
    ),
    "no_item_for_models": _(
        "The models cannot be computed: they need two questions with right and wrong answers."
    ),
    "item_not_dichotomous": _("{item}: left out of the models, because it has part marks."),
    "item_extreme_in_scores": _(
        "{item}: has no finite Rasch difficulty, because among those whose score tells anything "
        "all or none got it right."
    ),
    "scores_not_connected": _(
        "The Rasch model cannot be computed: the answers fall into parts that nothing connects, as in a perfect ladder."
    ),
    "no_finite_estimate": _("{statistics} cannot be computed: a slope grows without end."),
    "not_converged": _("{statistics} cannot be computed: the estimation did not come to rest."),
    "slope_near_zero": _("{item}: has no difficulty, because its slope is zero."),
    "dif_group_too_small": _("{variable}: {group} has {n} people and is not compared; {needed} are needed."),
    "dif_no_second_group": _(
        "{variable}: cannot be compared, because fewer than two groups are large enough."
    ),
}

#: What is wrong with a file of answers (responses_file.FAULTS).
FILE_SENTENCES: Mapping[str, "Text"] = {
    "not_text": _("The file is not text in UTF-8. Save it as “CSV UTF-8”."),
    "empty_file": _("The file is empty."),
    "no_item": _("The header names no question."),
    "item_nameless": _("Column {column} has no name in the header."),
    "item_repeated": _("Column {column}: the name {item} stands in the header twice."),
    "column_unknown": _("The header has no column {value}."),
    "key_missing": _("There is no key for {item}."),
    "row_length": _("Row {row}: cells and columns of the header differ in number ({value})."),
    "cell_not_a_number": _(
        "Row {row}, column {column} ({item}): {value} is no mark. Write 0, 1 or another number, or leave it blank."
    ),
    "cell_too_large": _("Row {row}, column {column} ({item}): {value} is too large for a mark."),
    "quote_open": _("Row {row}: a quotation mark is not closed."),
}


def notice_sentence(notice: Notice) -> str:
    """Why, in the reader's language."""
    values = {
        name: isolate(value) if isinstance(value, str) else value for name, value in notice.detail.items()
    }
    sentence = str(NOTICE_SENTENCES[notice.code])
    return sentence.format(item=isolate(notice.item), statistics=", ".join(notice.statistics), **values)


def fault_sentence(fault: Fault) -> str:
    """What is wrong with a file and where, in the reader's language."""
    return str(FILE_SENTENCES[fault.code]).format(
        row=fault.row, column=fault.column, item=isolate(fault.item), value=isolate(fault.value)
    )


def with_words(result: dict[str, Any], notices: Sequence[Notice]) -> dict[str, Any]:
    """The JSON of an analysis, with a sentence in both languages beside each warning."""
    words = {language: _sentences(notices, language) for language in ("ar", "en")}
    warnings = [
        {**warning, "ar": ar, "en": en}
        for warning, ar, en in zip(result["warnings"], words["ar"], words["en"], strict=True)
    ]
    return {**result, "warnings": warnings}


def _sentences(notices: Sequence[Notice], language: str) -> list[str]:
    with override(language):
        return [notice_sentence(notice) for notice in notices]
