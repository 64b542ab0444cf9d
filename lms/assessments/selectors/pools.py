"""What a form may be drawn from: the published questions of a bank, and the cells of a blueprint."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from lms.assessments.blueprint import Cell, Gap, UnfillableError, fill, supply
from lms.assessments.drawing import Candidate, units_of
from lms.assessments.enums import Difficulty, QuestionKind
from lms.assessments.models import Blueprint, BlueprintCell, Exam, Option, QuestionVersion, RubricRow

_FILING = ("area_id", "objective", "difficulty", "scenario_id", "scenario_order")


@dataclass(frozen=True, slots=True)
class Pool:
    candidates: list[Candidate]
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class CellSupply:
    """A row of a blueprint with what the bank has for it."""

    row: BlueprintCell
    found: int

    @property
    def is_short(self) -> bool:
        return self.found < self.row.count


def drawable_questions(exam: Exam) -> Pool:
    """What the forms of an exam are drawn from; two to five queries, whatever the bank."""
    rows = exam.blueprint.cells.all() if exam.blueprint else ()
    return Pool(candidates_in(exam.bank_id), cells_of(rows))


def candidates_in(bank_id: int) -> list[Candidate]:
    """Every question of the bank that may be drawn, with the keys of its options."""
    current = QuestionVersion.objects.filter(question__bank=bank_id, question__is_retired=False).current()
    rows = list(current.order_by("pk").values("pk", "kind", *(f"question__{name}" for name in _FILING)))
    kinds = {row["kind"] for row in rows}
    keys: dict[int, list[str]] = {row["pk"]: [] for row in rows}
    for version, key in Option.objects.filter(version__in=current).values_list("version_id", "key"):
        keys[version].append(key)
    pairs = _pairs(current) if QuestionKind.MATCHING in kinds else {}
    marks = _marks(current) if QuestionKind.OPEN_TEXT in kinds else {}
    return [_candidate(row, *pairs.get(row["pk"], (keys[row["pk"]], [])), marks) for row in rows]


def _candidate(
    row: dict[str, Any], keys: Sequence[str], matches: Sequence[str], marks: dict[int, Decimal]
) -> Candidate:
    return Candidate(
        version_id=row["pk"],
        area_id=row["question__area_id"],
        option_keys=tuple(keys),
        kind=row["kind"],
        match_keys=tuple(matches),
        objective=row["question__objective"],
        difficulty=row["question__difficulty"],
        scenario=row["question__scenario_id"],
        scenario_order=row["question__scenario_order"],
        marks=marks.get(row["pk"], Decimal(1)),
    )


def _pairs(current: QuerySet[QuestionVersion]) -> dict[int, tuple[list[str], list[str]]]:
    """For each matching question the keys of its prompts and those under which its matches are shown."""
    versions = QuestionVersion.objects.filter(pk__in=current.values("pk"), kind=QuestionKind.MATCHING)
    contents = {version.pk: version.content() for version in versions.with_content()}
    return {
        pk: ([prompt.key for prompt in content.prompts], sorted(set(content.match_keys.values())))
        for pk, content in contents.items()
    }


def _marks(current: QuerySet[QuestionVersion]) -> dict[int, Decimal]:
    rows = RubricRow.objects.filter(version__in=current.values("pk")).order_by()
    return dict(rows.values_list("version_id").annotate(Sum("marks")))


def cells_of(rows: Iterable[BlueprintCell]) -> list[Cell]:
    return [Cell(row.count, row.area_id, row.objective, row.difficulty) for row in rows]


def blueprint_supply(blueprint: Blueprint) -> list[CellSupply]:
    """Each row of the blueprint with the number of questions that the bank has for it."""
    rows = list(blueprint.cells.select_related("area"))
    found = supply(units_of(candidates_in(blueprint.bank_id)), cells_of(rows))
    return [CellSupply(row, number) for row, number in zip(rows, found, strict=True)]


def blueprint_gaps(blueprint: Blueprint) -> list[str]:
    """Why the bank cannot fill the blueprint now, a sentence a row; empty when it can."""
    rows = list(blueprint.cells.select_related("area"))
    try:
        # Whether a form can be drawn does not depend on chance.
        fill(units_of(candidates_in(blueprint.bank_id)), cells_of(rows), Random(0))  # noqa: S311
    except UnfillableError as error:
        return [gap_sentence(rows[gap.cell], gap) for gap in error.gaps]
    return []


def cell_name(row: BlueprintCell) -> str:
    """What the row asks for, in words."""
    words = [
        row.area.name if row.area else _("any area"),
        _("objective {objective}").format(objective=row.objective) if row.objective else _("any objective"),
        str(Difficulty(row.difficulty).label) if row.difficulty else _("any difficulty"),
    ]
    return _(", ").join(words)


def gap_sentence(row: BlueprintCell, gap: Gap) -> str:
    """Which row stays short, and by how much."""
    sentence = _("{cell}: {needed} questions are needed, and the bank has {found} that can be used.")
    return sentence.format(cell=cell_name(row), needed=gap.needed, found=gap.found)
