"""A question bank as the data of its file: the inverse of `bankfile.read_bank`. Pure."""

from typing import Any

from .bankfile import BankFile, QuestionEntry
from .content import (
    Bilingual,
    Criterion,
    ImageContent,
    NumericKey,
    OptionContent,
    QuestionContent,
    Stimulus,
    plain_number,
)
from .spec import write_region


def write_bank(bank: BankFile) -> dict[str, Any]:
    """What `read_bank` reads back, in the order of the file format; a YAML writer does the rest."""
    data: dict[str, Any] = {"code": bank.code, "title": _texts(bank.title)}
    if bank.areas:
        data["areas"] = {code: _texts(title) for code, title in bank.areas.items()}
    if bank.scenarios:
        data["scenarios"] = {entry.code: _story(entry.stimulus) for entry in bank.scenarios}
    data["questions"] = [_question(entry) for entry in bank.questions]
    return data


def _question(entry: QuestionEntry) -> dict[str, Any]:
    content = entry.content
    row: dict[str, Any] = {"code": entry.code, "area": entry.area, "topic": entry.topic}
    if entry.objective:
        row["objective"] = entry.objective
    row["difficulty"] = entry.difficulty
    if entry.scenario:
        row["scenario"] = entry.scenario
    row |= {"kind": content.kind, "stem": _texts(content.stem)}
    if content.image:
        row["image"] = _image(content.image)
    row |= _answer_key(content)
    if content.credit:
        row["credit"] = content.credit
    row["explanation"] = _texts(content.explanation)
    if content.source:
        row["source"] = content.source
    return row


def _answer_key(content: QuestionContent) -> dict[str, Any]:
    """What is particular to the kind."""
    match content.kind:
        case "true_false":
            key: Any = {"answer": any(one.is_correct for one in content.options if one.key == "t")}
        case "numeric":
            key = {"answer": _number(content.numeric)}
        case "short_text":
            key = {"accepted": list(content.accepted)}
        case "matching":
            key = {"pairs": [_pair(option) for option in content.options]}
        case "ordering":
            steps = {option.key: option for option in content.options}
            key = {"steps": [{"key": one, "text": _texts(steps[one].text)} for one in content.right_order]}
        case "open_text":
            key = {"rubric": [_criterion(one) for one in content.rubric]}
        case _:
            key = {"options": [_option(option) for option in content.options]}
    return dict(key)


def _option(option: OptionContent) -> dict[str, Any]:
    region = {"region": write_region(option.region)} if option.region else {}
    return {"key": option.key, "correct": option.is_correct, "text": _texts(option.text), **region}


def _number(number: NumericKey | None) -> dict[str, Any]:
    if number is None:
        return {}
    unit = {} if number.unit.is_blank else {"unit": _texts(number.unit)}
    return {"value": plain_number(number.value), "tolerance": plain_number(number.tolerance), **unit}


def _criterion(criterion: Criterion) -> dict[str, Any]:
    return {"key": criterion.key, "marks": plain_number(criterion.marks), "text": _texts(criterion.text)}


def _pair(option: OptionContent) -> dict[str, Any]:
    prompt = {"prompt": _texts(option.text)} if option.is_prompt else {}
    return {"key": option.key, **prompt, "match": _texts(option.match)}


def _story(story: Stimulus) -> dict[str, Any]:
    image = {"image": _image(story.image)} if story.image else {}
    return {"text": _texts(story.text), **image}


def _image(image: ImageContent) -> dict[str, Any]:
    return {"file": image.name, "alt": _texts(image.alt)}


def _texts(text: Bilingual) -> dict[str, str]:
    return {"ar": text.ar, "en": text.en}
