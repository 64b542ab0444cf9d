"""Marking an answer by another version of its question than the one that was asked. Pure.

Only the key of a question may change between the two: who was asked one thing cannot be marked by another. Options are
recognised by what they say, wherever they stand and whatever their keys; an option that says something new is taken
for the one under the same key, if that one is gone, and the change of wording is reported for people to judge.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from .content import CHOICE_KINDS, Bilingual, OptionContent, QuestionContent

Obstacle = Literal["kind_differs", "options_differ", "marked_by_people", "same_key"]


class CannotCarryError(ValueError):
    """An answer to one version means nothing in the other."""


def obstacle(asked: QuestionContent, marked_by: QuestionContent) -> Obstacle | None:
    """Why answers to `asked` cannot be marked by another version; None if they can."""
    if asked.kind != marked_by.kind:
        return "kind_differs"
    if asked.kind == "open_text":
        return "marked_by_people"
    if _option_partners(asked, marked_by) is None or _match_partners(asked, marked_by) is None:
        return "options_differ"
    return "same_key" if key_of(asked) == key_of(marked_by) else None


def is_reworded(asked: QuestionContent, marked_by: QuestionContent) -> bool:
    """Whether people read something else in the other version than they were asked."""
    return bool(_read(asked) != _read(marked_by))


def carry_over(answer: Any, asked: QuestionContent, marked_by: QuestionContent) -> Any:
    """A kept answer (`answers_format`) to `asked` in the keys of the other version. Raises CannotCarryError."""
    options, matches = _option_partners(asked, marked_by), _match_partners(asked, marked_by)
    if asked.kind != marked_by.kind or options is None or matches is None:
        raise CannotCarryError("the two versions do not ask the same")
    try:
        if asked.kind == "matching":
            return {options[prompt]: matches[match] for prompt, match in dict(answer or {}).items()}
        if asked.kind in CHOICE_KINDS or asked.kind == "ordering":
            return [options[key] for key in answer or ()]
    except KeyError as unknown:
        raise CannotCarryError(f"the question has no option {unknown}") from None
    return answer


def recast(asked: QuestionContent, marked_by: QuestionContent) -> QuestionContent:
    """What was asked, in its own words and keys, with what is right in the other version. Raises CannotCarryError."""
    options, matches = _option_partners(asked, marked_by), _match_partners(asked, marked_by)
    if asked.kind != marked_by.kind or options is None or matches is None:
        raise CannotCarryError("the two versions do not ask the same")
    new = {option.key: option for option in marked_by.options}
    own = {option.key: option for option in asked.options}
    back = {other: key for key, other in matches.items()}

    def right(option: OptionContent) -> OptionContent:
        if asked.kind != "matching":
            partner = new[options[option.key]]
            return replace(option, is_correct=partner.is_correct, rank=partner.rank)
        if option.key not in options:
            return option
        return replace(option, match=own[back[marked_by.match_keys[options[option.key]]]].match)

    return replace(
        asked,
        options=tuple(right(option) for option in asked.options),
        numeric=marked_by.numeric,
        accepted=marked_by.accepted,
        credit=marked_by.credit,
    )


def key_of(content: QuestionContent) -> Any:
    """What is right, and what a part of it earns, in the words of the question."""
    options = {option.key: option for option in content.options}
    right: Any
    if content.kind == "matching":
        right = {(option.text, option.match) for option in content.prompts}
    elif content.kind == "ordering":
        right = [options[key].text for key in content.right_order]
    elif content.kind in CHOICE_KINDS:
        right = {option.text for option in content.options if option.is_correct}
    else:
        numeric = content.numeric
        right = (numeric and (numeric.value, numeric.tolerance), set(content.accepted))
    return content.credit_rule, right


def _option_partners(asked: QuestionContent, marked_by: QuestionContent) -> dict[str, str] | None:
    """For each option that was asked its key in the other version; None unless all of both find one."""
    if asked.kind != "matching":
        return _partners(
            {one.key: one.text for one in asked.options}, {one.key: one.text for one in marked_by.options}
        )
    return _partners(
        {one.key: one.text for one in asked.prompts}, {one.key: one.text for one in marked_by.prompts}
    )


def _match_partners(asked: QuestionContent, marked_by: QuestionContent) -> dict[str, str] | None:
    """The same for what can be matched; of other kinds nothing can."""
    if asked.kind != "matching":
        return {}
    return _partners(_matches(asked), _matches(marked_by))


def _matches(content: QuestionContent) -> dict[str, Bilingual]:
    keys = content.match_keys
    return {option.key: option.match for option in content.options if keys[option.key] == option.key}


def _partners(old: Mapping[str, Bilingual], new: Mapping[str, Bilingual]) -> dict[str, str] | None:
    if len(old) != len(new):
        return None
    by_text = {text: key for key, text in new.items()}
    found = {key: by_text[text] for key, text in old.items() if text in by_text}
    left = set(new) - set(found.values())
    found |= {key: key for key in old if key not in found and key in left}
    return found if len(set(found.values())) == len(new) else None


def _read(content: QuestionContent) -> Any:
    """What people see of a question: everything but the key."""
    texts = {
        (option.text, option.match if content.kind != "matching" else None) for option in content.options
    }
    matches = {option.match for option in content.options}
    unit = content.numeric and content.numeric.unit
    return content.stem, texts, matches, unit, content.image, content.stimulus
