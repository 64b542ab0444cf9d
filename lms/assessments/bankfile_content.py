"""The part of a question in a bank file that tells and asks, for every kind. Pure; see `bankfile`."""

from collections.abc import Mapping
from typing import Any

from .content import (
    CREDITS,
    Criterion,
    NumericKey,
    OptionContent,
    QuestionContent,
    true_false_options,
)
from .filereader import Reader, join

TELLING = ("kind", "stem", "image", "explanation", "source")
ASKING = {
    "single": ("options",),
    "multiple": ("options", "credit"),
    "true_false": ("answer",),
    "numeric": ("answer",),
    "short_text": ("accepted",),
    "matching": ("pairs", "credit"),
    "ordering": ("steps", "credit"),
    "hotspot": ("options", "credit"),
    "open_text": ("rubric",),
}


def read_content(reader: Reader, row: Mapping[str, Any], kind: Any, where: str) -> QuestionContent:
    return QuestionContent(
        kind=kind,
        stem=reader.bilingual(row.get("stem"), join(where, "stem")),
        options=_options(reader, row, kind, where),
        explanation=reader.bilingual(row.get("explanation"), join(where, "explanation")),
        source=reader.text(row, "source", where, optional=True),
        credit=_credit(reader, row, kind, where),
        numeric=_numeric(reader, row, where) if kind == "numeric" else None,
        accepted=_accepted(reader, row, where) if kind == "short_text" else (),
        rubric=_rubric(reader, row, where) if kind == "open_text" else (),
        image=reader.image(row.get("image"), join(where, "image")),
    )


def _credit(reader: Reader, row: Mapping[str, Any], kind: str, where: str) -> Any:
    if "credit" not in row or kind not in CREDITS:
        return None
    return reader.choice(row, "credit", where, CREDITS[kind]) or None


def _options(reader: Reader, row: Mapping[str, Any], kind: str, where: str) -> tuple[OptionContent, ...]:
    if kind == "true_false":
        if not isinstance(row.get("answer"), bool):
            reader.note(join(where, "answer"), "not_boolean")
        return true_false_options(row.get("answer") is True)
    rows = {"matching": ("pairs", _pair), "ordering": ("steps", _step), "hotspot": ("options", _spot)}
    name, read = rows.get(kind, ("options", _option))
    if kind not in (*rows, "single", "multiple"):
        return ()
    return tuple(
        read(reader, option, f"{join(where, name)}[{number}]", number)
        for number, option in enumerate(reader.rows(row, name, where), start=1)
    )


def _option(reader: Reader, data: object, where: str, number: int, *more: str) -> OptionContent:
    option = reader.mapping(data, where, ("key", "correct", "text", *more))
    is_correct = option.get("correct")
    if not isinstance(is_correct, bool):
        reader.note(join(where, "correct"), "not_boolean")
    return OptionContent(
        key=reader.text(option, "key", where, most=4),
        is_correct=is_correct is True,
        text=reader.bilingual(option.get("text"), join(where, "text")),
        region=reader.region(option, where) if "region" in more else None,
    )


def _spot(reader: Reader, data: object, where: str, number: int) -> OptionContent:
    return _option(reader, data, where, number, "region")


def _pair(reader: Reader, data: object, where: str, number: int) -> OptionContent:
    pair = reader.mapping(data, where, ("key", "prompt", "match"))
    return OptionContent(
        key=reader.text(pair, "key", where, most=4),
        is_correct=False,
        text=reader.bilingual(pair.get("prompt"), join(where, "prompt"), optional=True),
        match=reader.bilingual(pair.get("match"), join(where, "match")),
    )


def _step(reader: Reader, data: object, where: str, number: int) -> OptionContent:
    step = reader.mapping(data, where, ("key", "text"))
    text = reader.bilingual(step.get("text"), join(where, "text"))
    return OptionContent(reader.text(step, "key", where, most=4), is_correct=False, text=text, rank=number)


def _numeric(reader: Reader, row: Mapping[str, Any], where: str) -> NumericKey:
    where = join(where, "answer")
    answer = reader.mapping(row.get("answer"), where, ("value", "tolerance", "unit"))
    return NumericKey(
        value=reader.number(answer, "value", where),
        tolerance=reader.number(answer, "tolerance", where, missing="0"),
        unit=reader.bilingual(answer.get("unit"), join(where, "unit"), optional=True),
    )


def _accepted(reader: Reader, row: Mapping[str, Any], where: str) -> tuple[str, ...]:
    texts = reader.rows(row, "accepted", where)
    where = join(where, "accepted")
    return tuple(
        reader.text({"": text}, "", f"{where}[{number}]", most=500)
        for number, text in enumerate(texts, start=1)
    )


def _rubric(reader: Reader, row: Mapping[str, Any], where: str) -> tuple[Criterion, ...]:
    rows = reader.rows(row, "rubric", where)
    return tuple(
        _criterion(reader, one, f"{join(where, 'rubric')}[{number}]")
        for number, one in enumerate(rows, start=1)
    )


def _criterion(reader: Reader, data: object, where: str) -> Criterion:
    row = reader.mapping(data, where, ("key", "text", "marks"))
    return Criterion(
        key=reader.text(row, "key", where, most=4),
        text=reader.bilingual(row.get("text"), join(where, "text")),
        marks=reader.number(row, "marks", where),
    )
