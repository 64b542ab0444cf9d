"""The item analysis of an exam as its pages show it: analysed once, and again when something was marked."""

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.core.cache import cache
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from lms.people.enums import Sex
from lms.people.models import Region

from .item_sentences import dif_sentence
from .item_words import VERDICT_WORDS, notice_sentence
from .models import Exam
from .plots import LARGE, LARGE_RTL, SMALL, Plot, draw
from .selectors.responses import ExamTable, Item, answers_state, exam_table
from .statistics import Analysis, Notice, analyse, curves
from .statistics.classical import ItemStatistics
from .statistics.curves import Point
from .statistics.distractors import OptionRow
from .statistics.verdicts import VERDICTS

#: Changes with the code that makes what is kept, so that an old one is not read with new eyes.
CACHE_VERSION = 1
KEPT_SECONDS = 24 * 3600

#: How pressing a verdict is, as the colour of its label.
TONES = {
    "suspected_wrong_key": "bad",
    "misleading": "bad",
    "too_hard": "warn",
    "too_easy": "warn",
    "weak": "warn",
    "fine": "good",
}

#: What groups are compared by, in words.
VARIABLES = {
    "region": gettext_lazy("Region"),
    "gender": gettext_lazy("Women and men"),
    "language": gettext_lazy("Language"),
}

#: What the table may be ordered by.
ORDERS = ("name", "facility", "rest_r", "d27", "infit", "urgency")


@dataclass(frozen=True, slots=True)
class VerdictLabel:
    code: str
    name: str
    sentence: str
    tone: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One question on the board. What the models say is None where they say nothing of it."""

    item: Item
    statistics: ItemStatistics
    verdicts: list[VerdictLabel]
    infit: float | None
    outfit: float | None
    plot: Plot

    @property
    def stem(self) -> str:
        return self.item.stem_en if get_language() == "en" else self.item.stem_ar


class ItemBoard:
    """The analysis of one exam, by question."""

    def __init__(self, exam: Exam, table: ExamTable, analysis: Analysis) -> None:
        self.exam = exam
        self.items = table.items
        self.analysis = analysis

    @cached_property
    def has_people(self) -> bool:
        return self.analysis.persons > 0

    @cached_property
    def has_models(self) -> bool:
        return bool(self.analysis.marginal) or self.analysis.rasch is not None

    @cached_property
    def cautions(self) -> list[str]:
        """What must be read before any number."""
        return [notice_sentence(one) for one in self.analysis.notices if one.code == "too_few_for_models"]

    @cached_property
    def notices(self) -> list[str]:
        """What else concerns the whole; what concerns one question stands on its page."""
        others = (one for one in self.analysis.notices if not one.item and one.code != "too_few_for_models")
        return [notice_sentence(self._named(notice)) for notice in others]

    @cached_property
    def verdict_counts(self) -> list[tuple[VerdictLabel, int]]:
        """How many questions have which verdict, the most pressing first."""
        counts = Counter(code for codes in self.analysis.verdicts for code in codes)
        return [(_verdict(code), counts[code]) for code in VERDICTS if counts[code]]

    @cached_property
    def model_figures(self) -> dict[str, Any]:
        return self.analysis.to_json()

    @cached_property
    def _most(self) -> float:
        """The marks of a whole form, for totals as shares."""
        most = sorted(self.analysis.responses.highest(), reverse=True)
        return float(sum(most[: self.analysis.responses.form_length or len(most)])) or 1.0

    def rows(self, order: str = "name") -> list[ItemRow]:
        """Every question, ordered by a name of ORDERS, with a minus sign in front from the last to the first.

        What cannot be computed comes last either way.
        """
        key, is_down = order.removeprefix("-"), order.startswith("-")
        rows = [self.row(number) for number in range(len(self.items))]
        values = {id(row): _value(row, key) for row in rows}
        known = [row for row in rows if values[id(row)] is not None]
        known.sort(key=lambda row: values[id(row)], reverse=is_down)
        return known + [row for row in rows if values[id(row)] is None]

    def row(self, number: int) -> ItemRow:
        figures = self.model_figures
        return ItemRow(
            item=self.items[number],
            statistics=self.analysis.items[number],
            verdicts=[_verdict(code) for code in self.analysis.verdicts[number]],
            infit=figures["infit"][number],
            outfit=figures["outfit"][number],
            plot=draw(self.points(number), self.curve(number), SMALL, is_rtl=get_language() == "ar"),
        )

    @cached_property
    def alpha(self) -> float | None:
        return self.analysis.reliability.alpha if self.analysis.reliability else None

    def is_whole(self, number: int) -> bool:
        """Whether every answer was right or wrong, with no part marks."""
        shares = self.analysis.responses.shares()[:, number]
        return all(share in (0, 1) for share in shares.tolist() if share == share)  # noqa: PLR0124 - NaN is blank

    def number_of(self, version_id: Any) -> int | None:
        return next((n for n, item in enumerate(self.items) if item.public_id == version_id), None)

    def points(self, number: int) -> list[Point]:
        responses = self.analysis.responses
        return curves.empirical(responses.shares()[:, number], self.analysis.totals / self._most)

    def curve(self, number: int) -> list[tuple[float, float]]:
        """The curve of the Rasch model; empty where it says nothing of the question."""
        among = self._among_fitted(number)
        return (
            []
            if among is None or self.analysis.rasch is None
            else curves.expected(self.analysis.rasch, among)
        )

    def plot(self, number: int) -> Plot:
        is_rtl = get_language() == "ar"
        frame = LARGE_RTL if is_rtl else LARGE
        return draw(self.points(number), self.curve(number), frame, is_rtl=is_rtl)

    def options(self, number: int) -> list[tuple[OptionRow, str]]:
        """Each option with its text in the reader's language; for other kinds each mark that was given."""
        is_english = get_language() == "en"
        texts = {one.key: one.text_en if is_english else one.text_ar for one in self.items[number].options}
        return [(row, texts.get(row.option, "")) for row in self.analysis.options[number]]

    def item_notices(self, number: int) -> list[str]:
        name = self.items[number].name
        return [notice_sentence(notice) for notice in self.analysis.notices if notice.item == name]

    def dif(self, number: int) -> list[dict[str, Any]]:
        """The comparison of each pair of groups on one question."""
        return [
            {
                "variable": str(VARIABLES[group.variable]),
                "reference": self._label(group.variable, group.reference),
                "focal": self._label(group.variable, group.focal),
                "n_reference": group.n_reference,
                "n_focal": group.n_focal,
                "figures": group.items[number],
                "sentence": dif_sentence(
                    group.items[number],
                    self._label(group.variable, group.reference),
                    self._label(group.variable, group.focal),
                ),
            }
            for group in self.analysis.dif
        ]

    @cached_property
    def _labels(self) -> dict[str, dict[str, str]]:
        """What the labels of the groups are called in the reader's language."""
        return {
            "region": {region.code: region.name for region in Region.objects.all()},
            "gender": {value: str(label) for value, label in Sex.choices},
            "language": {"ar": _("Arabic"), "en": _("English")},
        }

    def _label(self, variable: str, value: str) -> str:
        return self._labels[variable].get(value, value)

    def _named(self, notice: Notice) -> Notice:
        """The notice with its variable and group called by name."""
        variable, group = str(notice.detail.get("variable", "")), str(notice.detail.get("group", ""))
        if not variable:
            return notice
        names = {"variable": str(VARIABLES[variable]), "group": self._label(variable, group)}
        return replace(notice, detail={**notice.detail, **names})

    def _among_fitted(self, number: int) -> int | None:
        """The place of a question among those that the Rasch model could place."""
        fit, in_models = self.analysis.rasch, self.analysis.in_models
        if fit is None or in_models is None or not in_models[number]:
            return None
        among = int(in_models[:number].sum())
        return int(fit.items[:among].sum()) if fit.items[among] else None


def read_board(exam: Exam) -> ItemBoard:
    """The board of an exam: one query when nothing has changed, five else."""
    key = f"item-board-{CACHE_VERSION}-{exam.public_id}-{answers_state(exam)}"
    kept = cache.get(key)
    if kept is None:
        table = exam_table(exam)
        kept = (table, analyse(table.responses))
        cache.set(key, kept, KEPT_SECONDS)
    return ItemBoard(exam, *kept)


def _verdict(code: str) -> VerdictLabel:
    name, sentence = VERDICT_WORDS[code]
    return VerdictLabel(code, str(name), str(sentence), TONES.get(code, "neutral"))


def _value(row: ItemRow, key: str) -> Any:
    if key == "name":
        return row.item.name
    if key == "infit":
        return row.infit
    if key == "urgency":
        return VERDICTS.index(row.verdicts[0].code)
    return getattr(row.statistics, key)
