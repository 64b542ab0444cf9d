"""Which questions are asked and which answers are accepted. Pure: imports neither Django nor Wagtail.

These rules are the same for a page of the web form, a whole submission, an import and the demo world. Answers are kept
in one form: the code of a single choice, the sorted codes of several, a number, the code of a place, a text. A question
that was not asked or not answered has no entry.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from .questionnaire import Kind, Question, Questionnaire, Section, is_unstorable

MAX_TEXT = 2000

Answer = int | str | list[int]
Answers = dict[str, Answer]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an answer is not accepted; `code` says which sentence explains it and `detail` fills it in."""

    question: str
    code: str
    detail: str = ""


class _Refusal(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, code: str, detail: object = "") -> None:
        super().__init__(code)
        self.code, self.detail = code, str(detail)


def is_asked(question: Question, answers: Mapping[str, Answer]) -> bool:
    """Whether the answers given before lead to a question. None of them may be to a question that was not asked."""
    condition = question.show_if
    if condition is None:
        return True
    given = answers.get(condition.question)
    return bool(condition.codes & set(given)) if isinstance(given, list) else given in condition.codes


def asked_questions(
    questionnaire: Questionnaire, answers: Mapping[str, Answer]
) -> Iterator[tuple[Section, Question]]:
    """The questions that these answers lead to, in order.

    An answer to a question that is not asked any more, because an earlier answer has changed, opens nothing.
    """
    counted: Answers = {}
    for section in questionnaire.sections:
        for question in section.questions:
            if is_asked(question, counted):
                if question.code in answers:
                    counted[question.code] = answers[question.code]
                yield section, question


def asked_sections(questionnaire: Questionnaire, answers: Mapping[str, Answer]) -> list[Section]:
    """The sections with at least one question to ask."""
    return list(dict.fromkeys(section for section, _question in asked_questions(questionnaire, answers)))


def page_questions(section: Section, answers: Mapping[str, Answer]) -> list[Question]:
    """The questions of a section that are asked, or may be once others of the same page are answered."""
    here = {question.code for question in section.questions}
    return [
        question
        for question in section.questions
        if is_asked(question, answers) or (question.show_if and question.show_if.question in here)
    ]


def relevant_answers(questionnaire: Questionnaire, answers: Mapping[str, Answer]) -> Answers:
    """The answers to questions that are asked, in the order of the questionnaire."""
    asked = (question.code for _section, question in asked_questions(questionnaire, answers))
    return {code: answers[code] for code in asked if code in answers}


def check_questions(
    questions: Iterable[Question],
    earlier: Mapping[str, Answer],
    raw: Mapping[str, object],
    places: Collection[str],
) -> tuple[Answers, list[Fault]]:
    """Read the answers to some consecutive questions, given the relevant answers to those before.

    Returns the accepted answers to these questions and what is wrong with the others. An answer to a question that is
    not asked is dropped.
    """
    answers: Answers = {}
    faults: list[Fault] = []
    for question in questions:
        if not is_asked(question, {**earlier, **answers}):
            continue
        try:
            answer = read_answer(question, raw.get(question.code), places)
            if answer is None and question.required:
                raise _Refusal("required")
        except _Refusal as refusal:
            faults.append(Fault(question.code, refusal.code, refusal.detail))
        else:
            if answer is not None:
                answers[question.code] = answer
    return answers, faults


def check_answers(
    questionnaire: Questionnaire, raw: Mapping[str, object], places: Collection[str]
) -> tuple[Answers, list[Fault]]:
    """Read a whole submission. Its answers count only when there is no fault; a name that is no question is one."""
    answers, faults = check_questions(questionnaire.questions.values(), {}, raw, places)
    strangers = [Fault(str(name), "unknown_question") for name in raw if name not in questionnaire.questions]
    return answers, [*faults, *strangers]


def read_answer(question: Question, value: object, places: Collection[str]) -> Answer | None:
    """One answer in the form that is kept; None when there is none."""
    if value is None or value in ("", [], ()):
        return None
    match question.kind:
        case Kind.SINGLE | Kind.SCALE:
            return _option(question, value)
        case Kind.MULTIPLE:
            return _options(question, value)
        case Kind.NUMBER:
            return _number(question, value)
        case Kind.PLACE:
            return _place(value, places)
        case Kind.TEXT:
            return _text(value)


def _whole(value: object) -> int | None:
    """An integer, or a short text of decimal digits of any script."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    digits = value.strip() if isinstance(value, str) else ""
    return int(digits) if digits.isdecimal() and len(digits) <= len("32767000") else None


def _option(question: Question, value: object) -> int:
    code = _whole(value)
    if code is None or all(code != option.code for option in question.options):
        raise _Refusal("unknown_code")
    return code


def _options(question: Question, value: object) -> list[int]:
    chosen = value if isinstance(value, list | tuple) else [value]
    codes = {_option(question, code) for code in chosen}
    if codes & question.exclusive and len(codes) > 1:
        alone = question.option(min(codes & question.exclusive))
        raise _Refusal("exclusive", alone.code)
    return sorted(codes)


def _number(question: Question, value: object) -> int:
    number = _whole(value)
    if number is None:
        raise _Refusal("not_a_number")
    if number < question.minimum:
        raise _Refusal("too_small", question.minimum)
    if number > question.maximum:
        raise _Refusal("too_large", question.maximum)
    return number


def _place(value: object, places: Collection[str]) -> str:
    if not isinstance(value, str) or value not in places:
        raise _Refusal("unknown_place")
    return value


def _text(value: object) -> str | None:
    if not isinstance(value, str):
        raise _Refusal("not_a_text")
    text = value.replace("\r\n", "\n").strip()
    if len(text) > MAX_TEXT:
        raise _Refusal("too_long", MAX_TEXT)
    if is_unstorable(text):
        raise _Refusal("bad_character")
    return text or None
