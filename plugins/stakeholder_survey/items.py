"""The items of the archive: which columns a questionnaire has, and the codes of one respondent. Pure.

A single choice, a scale and a number are one column each; of several choices every option is a column of 0 and 1.
Places and open texts are no codes: a place stands in the table of respondents, and open texts go only where somebody
asks for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from .answers import Answer, asked_questions
from .questionnaire import Kind, Option, Question, Questionnaire, Section

NO_ANSWER = -1
NOT_ASKED = -2


@dataclass(frozen=True, slots=True)
class Item:
    """A column of the archive; `option` is set where it is one option of several choices."""

    name: str
    section: Section
    question: Question
    option: Option | None = None


def items_of(questionnaire: Questionnaire) -> list[Item]:
    items: list[Item] = []
    for section in questionnaire.sections:
        for question in section.questions:
            if question.kind is Kind.MULTIPLE:
                items += [
                    Item(f"{question.code}__{option.code}", section, question, option)
                    for option in question.options
                ]
            elif question.kind not in {Kind.PLACE, Kind.TEXT}:
                items.append(Item(question.code, section, question))
    return items


def text_questions(questionnaire: Questionnaire) -> list[Question]:
    return [question for question in questionnaire.questions.values() if question.kind is Kind.TEXT]


def encoder(
    items: Sequence[Item], questionnaire: Questionnaire
) -> Callable[[Mapping[str, Answer]], list[int]]:
    """A function from one respondent's answers to their codes, given the version that this respondent was asked."""
    known = {item.name for item in items_of(questionnaire)}

    def encode(answers: Mapping[str, Answer]) -> list[int]:
        asked = {question.code for _section, question in asked_questions(questionnaire, answers)}
        return [
            _code(item, answers.get(item.question.code))
            if item.name in known and item.question.code in asked
            else NOT_ASKED
            for item in items
        ]

    return encode


def _code(item: Item, answer: Answer | None) -> int:
    if answer is None:
        return NO_ANSWER
    if item.option is None:
        return answer if isinstance(answer, int) else NO_ANSWER
    return int(isinstance(answer, list) and item.option.code in answer)
