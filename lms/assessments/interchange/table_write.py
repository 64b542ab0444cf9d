"""Writing questions as a CSV table that spreadsheets open in Arabic and `table_read` reads back."""

import csv
import io
from collections.abc import Iterable

from ..content import QuestionContent, plain_number
from .extras import written_options
from .model import Item, Left, Loss, Writing
from .table_columns import COLUMNS, guard
from .texts import without_controls

_SINGLE = [name for name in COLUMNS if name not in ("stem", "explanation")]


def write_table(items: Iterable[Item], bank: str) -> Writing:
    """A UTF-8 table with the mark by which spreadsheets know it."""
    rows: list[dict[str, str]] = []
    losses: dict[str, tuple[Loss, ...]] = {}
    left: list[Left] = []
    for item in items:
        if item.content.kind == "hotspot":
            left.append(Left(item.code, item.name, "hotspot", Loss("kind_unknown_there", "CSV")))
            continue
        rows.append(_row(item))
        if found := _losses(item.content):
            losses[item.code] = found
    parts = dict.fromkeys(name for row in rows for name in row if name not in COLUMNS)
    headings = [*_SINGLE[: _SINGLE.index("correct")], *parts, *_SINGLE[_SINGLE.index("correct") :]]
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, headings, restval="")
    writer.writeheader()
    writer.writerows({name: guard(without_controls(text)) for name, text in row.items()} for row in rows)
    return Writing("csv", ("\ufeff" + buffer.getvalue()).encode(), losses, tuple(left))


def _losses(content: QuestionContent) -> tuple[Loss, ...]:
    found = []
    if content.image is not None or (content.stimulus is not None and content.stimulus.image is not None):
        found.append(Loss("image_there"))
    if any(sign in text for text in content.accepted for sign in "|\n"):
        found.append(Loss("accepted_split"))
    return tuple(found)


def _row(item: Item) -> dict[str, str]:
    content, tags = item.content, item.tags
    row = {
        "code": item.code,
        "kind": content.kind,
        "area": tags.area,
        "area_ar": tags.area_name.ar,
        "area_en": tags.area_name.en,
        "topic": tags.topic,
        "objective": tags.objective,
        "difficulty": tags.difficulty,
        "scenario": item.scenario,
        "stem_ar": content.stem.ar,
        "stem_en": content.stem.en,
        "correct": _correct(content),
        "credit": content.credit or "",
        "explanation_ar": content.explanation.ar,
        "explanation_en": content.explanation.en,
        "source": content.source,
    }
    if content.stimulus is not None:
        row |= {"scenario_ar": content.stimulus.text.ar, "scenario_en": content.stimulus.text.en}
    return row | _answer(content)


def _correct(content: QuestionContent) -> str:
    if content.kind == "true_false":
        return "true" if any(one.key == "t" and one.is_correct for one in content.options) else "false"
    if content.kind == "ordering":
        return " ".join(content.right_order)
    return " ".join(option.key for option in written_options(content) if option.is_correct)


def _answer(content: QuestionContent) -> dict[str, str]:
    row: dict[str, str] = {}
    if content.kind not in ("true_false", "open_text"):
        for option in sorted(content.options, key=lambda one: one.key):
            row |= {f"option_{option.key}_ar": option.text.ar, f"option_{option.key}_en": option.text.en}
            if content.kind == "matching":
                row |= {f"match_{option.key}_ar": option.match.ar, f"match_{option.key}_en": option.match.en}
    if content.numeric is not None:
        row |= {
            "value": plain_number(content.numeric.value),
            "tolerance": plain_number(content.numeric.tolerance),
            "unit_ar": content.numeric.unit.ar,
            "unit_en": content.numeric.unit.en,
        }
    if content.accepted:
        row["accepted"] = "\n".join(content.accepted)
    for one in content.rubric:
        name = f"criterion_{one.key}"
        row |= {
            f"{name}_ar": one.text.ar,
            f"{name}_en": one.text.en,
            f"{name}_marks": plain_number(one.marks),
        }
    return row
