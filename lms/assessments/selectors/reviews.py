"""Answers beside the right ones, for every kind: on the result page and in practice.

Only for whoever may know the key: after release, as the exam's feedback policy says, or in practice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lms.assessments.content import CHOICE_KINDS, Bilingual, NumericKey, QuestionContent, plain_number
from lms.assessments.correction import recast
from lms.assessments.enums import Treatment
from lms.assessments.models import Attempt, QuestionVersion

from .bodies import Asked, Choice, QuestionBody, bodies_from
from .marks import OWN_KEY, Treated, treatments_in_force


@dataclass(frozen=True, slots=True)
class ReviewedChoice:
    """An option with whether it is right."""

    choice: Choice
    is_correct: bool


@dataclass(frozen=True, slots=True)
class ReviewedLine:
    """A prompt with its match, or an item with its place: what was given (blank: nothing) and what is right."""

    text: str
    given: str
    right: str

    @property
    def is_right(self) -> bool:
        return self.given == self.right


@dataclass(frozen=True, slots=True)
class ReviewedQuestion:
    """`marks` is None while a marker has not given them. What applies to the kind is filled: `choices`,
    `lines`, or `given` and `right`. `treatment` says whether the question turned out to be faulty."""

    body: QuestionBody
    explanation: str
    source: str
    marks: Decimal | None
    max_marks: Decimal
    choices: list[ReviewedChoice] = field(default_factory=list)
    lines: list[ReviewedLine] = field(default_factory=list)
    given: str = ""
    right: str = ""
    criteria: list[tuple[str, Decimal]] = field(default_factory=list)
    treatment: Treatment = Treatment.OWN_KEY

    @property
    def is_answered(self) -> bool:
        return bool(
            self.given
            or any(line.given for line in self.lines)
            or any(one.choice.is_chosen for one in self.choices)
        )


def review_attempt(attempt: Attempt) -> list[ReviewedQuestion]:
    """Every question of an attempt in order, beside what counts as right in its exam now; a fixed number of
    queries."""
    slots = list(attempt.slots.order_by("position").select_related("answer"))
    treatments = treatments_in_force(attempt.exam_id)
    keys = {one.by_version for one in treatments.values() if one.by_version}
    versions = QuestionVersion.objects.with_content().in_bulk({slot.version_id for slot in slots} | keys)
    stored = [slot.answer.value if hasattr(slot, "answer") else None for slot in slots]
    asked = [
        Asked(slot.position, slot.version_id, slot.option_order, value)
        for slot, value in zip(slots, stored, strict=True)
    ]
    return [
        review_question(
            body,
            versions[slot.version_id],
            order=slot.option_order,
            marks=slot.marks,
            max_marks=slot.max_marks,
            treated=treatments.get(slot.version_id, Treated()),
            key=versions.get(treatments[slot.version_id].by_version or 0)
            if slot.version_id in treatments
            else None,
        )
        for body, slot in zip(bodies_from(asked, versions), slots, strict=True)
    ]


def review_question(
    body: QuestionBody,
    version: QuestionVersion,
    *,
    order: Any,
    marks: Decimal | None,
    max_marks: Decimal,
    treated: Treated = OWN_KEY,
    key: QuestionVersion | None = None,
) -> ReviewedQuestion:
    """The answer in `body` beside the right one. `order` is the one in which the question was shown, `key` the
    version whose key counts instead of its own."""
    content = version.content()
    if key is not None:
        content = recast(content, key.content())
    return ReviewedQuestion(
        body=body,
        explanation=key.explanation if key else version.explanation,
        source=version.source,
        marks=marks,
        max_marks=max_marks,
        given=body.text,
        treatment=treated.treatment,
        **_particulars(body, content, order),
    )


def _particulars(body: QuestionBody, content: QuestionContent, order: Any) -> dict[str, Any]:
    if content.kind in CHOICE_KINDS:
        correct = {option.key for option in content.options if option.is_correct}
        pairs = zip(body.choices, order, strict=True)
        return {"choices": [ReviewedChoice(choice, key in correct) for choice, key in pairs]}
    if content.kind == "matching":
        return {"lines": _matched(body, content, order)}
    if content.kind == "ordering":
        return {"lines": _ordered(body, content, order)}
    if content.kind == "open_text":
        return {"criteria": [(_said(one.text), one.marks) for one in content.rubric]}
    if content.numeric is not None:
        return {"right": _number(content.numeric)}
    return {"right": _(" or ").join(content.accepted)}


def _matched(
    body: QuestionBody, content: QuestionContent, order: Mapping[str, Sequence[str]]
) -> list[ReviewedLine]:
    right = {option.key: _said(option.match) for option in content.prompts}
    given = {choice.place: choice.text for choice in body.choices}
    return [
        ReviewedLine(line.text, given.get(line.chosen, ""), right[prompt])
        for line, prompt in zip(body.lines, order["prompts"], strict=True)
    ]


def _ordered(body: QuestionBody, content: QuestionContent, order: Sequence[str]) -> list[ReviewedLine]:
    """The items as they belong, each with the place that it was given."""
    lines = dict(zip(order, body.lines, strict=True))
    return [
        ReviewedLine(lines[key].text, str(lines[key].chosen or ""), str(place))
        for place, key in enumerate(content.right_order, start=1)
    ]


def _number(key: NumericKey) -> str:
    unit = f" {_said(key.unit)}" if not key.unit.is_blank else ""
    if not key.tolerance:
        return f"{plain_number(key.value)}{unit}"
    words = _("from {least} to {most}")
    least, most = plain_number(key.value - key.tolerance), plain_number(key.value + key.tolerance)
    return words.format(least=least, most=most) + unit


def _said(text: Bilingual) -> str:
    return text.en if get_language() == "en" else text.ar
