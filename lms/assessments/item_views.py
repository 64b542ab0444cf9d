"""The item analysis of an exam in the administration: a board, a page a question, and files of both."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from wagtail.admin.widgets.button import HeaderButton

from lms.common.spreadsheets import csv_response

from . import item_sentences
from .item_board import ORDERS, ItemBoard, ItemRow, read_board
from .item_words import with_words
from .models import Exam

#: The board shows wording and keys, and sums up what everybody answered.
PERMISSIONS = ("assessments.view_exam", "assessments.view_attempt", "assessments.view_questionversion")


@require_safe
@never_cache
@permission_required(PERMISSIONS, raise_exception=True)
def board(request: HttpRequest, exam_id: UUID) -> HttpResponse:
    """Every question of an exam with what its answers say, ordered as asked."""
    exam = get_object_or_404(Exam, public_id=exam_id)
    order = request.GET.get("order", "urgency")
    if order.removeprefix("-") not in ORDERS:
        order = "urgency"
    found = read_board(exam)
    context = {
        "board": found,
        "rows": found.rows(order),
        "columns": _columns(order),
        "cards": item_sentences.cards(found.analysis),
        "breadcrumbs_items": _breadcrumbs(exam),
        "header_title": _("Item analysis"),
        "header_icon": "table",
        "header_buttons": _downloads(exam) if found.has_people else [],
    }
    return TemplateResponse(request, "assessments/admin/item_board.html", context)


@require_safe
@never_cache
@permission_required(PERMISSIONS, raise_exception=True)
def item(request: HttpRequest, exam_id: UUID, version_id: UUID) -> HttpResponse:
    """One question: its curve, its options, its numbers and what they mean."""
    exam = get_object_or_404(Exam, public_id=exam_id)
    found = read_board(exam)
    number = found.number_of(version_id)
    if number is None:
        raise Http404
    row = found.row(number)
    context = {
        "board": found,
        "row": row,
        "plot": found.plot(number),
        "points": found.points(number),
        "options": found.options(number),
        "figures": _figures(found, row, number),
        "models": _models(found, number),
        "comparisons": found.dif(number),
        "notices": found.item_notices(number),
        "before": found.items[number - 1] if number else None,
        "after": found.items[number + 1] if number + 1 < len(found.items) else None,
        "breadcrumbs_items": [*_breadcrumbs(exam), {"url": "", "label": row.item.name}],
        "header_title": row.item.name,
        "header_icon": "help",
    }
    return TemplateResponse(request, "assessments/admin/item_detail.html", context)


@require_safe
@never_cache
@permission_required(PERMISSIONS, raise_exception=True)
def board_csv(request: HttpRequest, exam_id: UUID) -> HttpResponseBase:
    """A row a question."""
    exam = get_object_or_404(Exam, public_id=exam_id)
    headings = (
        "item", _("Question"), _("reached"), _("facility"), _("from"), _("to"), _("standard deviation"),
        _("item-rest r"), _("efficiency, %"), "D27", _("alpha without it"), _("Rasch difficulty"), "infit", "outfit",
        _("slope (2PL)"), _("difficulty (2PL)"), _("verdict"),
    )  # fmt: skip
    return csv_response(f"{exam.code}-items", headings, _csv_rows(read_board(exam)))


@require_safe
@never_cache
@permission_required(PERMISSIONS, raise_exception=True)
def board_json(request: HttpRequest, exam_id: UUID) -> HttpResponse:
    """What `sanad item_analysis --exam CODE --json` prints."""
    exam = get_object_or_404(Exam, public_id=exam_id)
    analysis = read_board(exam).analysis
    response = JsonResponse(
        with_words(analysis.to_json(), analysis.notices),
        json_dumps_params={"ensure_ascii": False, "allow_nan": False},
    )
    response["Content-Disposition"] = f'attachment; filename="{exam.code}-items.json"'
    return response


def _csv_rows(found: ItemBoard) -> Iterator[list[Any]]:
    figures = found.model_figures
    rasch, two = figures["rasch_cml_sum_zero"] or {}, figures["two_pl_mml"] or {}
    nothing = [None] * len(found.items)
    for number, row in enumerate(found.rows()):
        one = row.statistics
        low, high = one.facility_interval or (None, None)
        yield [
            row.item.name, row.stem, one.reached, one.facility, low, high, one.sd, one.rest_r, one.efficiency, one.d27,
            figures["alpha_if_deleted"][number], rasch.get("difficulty", nothing)[number], row.infit, row.outfit,
            two.get("slope", nothing)[number], two.get("difficulty", nothing)[number],
            ", ".join(label.name for label in row.verdicts),
        ]  # fmt: skip


def _figures(found: ItemBoard, row: ItemRow, number: int) -> list[tuple[str, str, str, str]]:
    """The classical numbers of a question: name, figure, interval, sentence."""
    one, words = row.statistics, item_sentences
    without = found.model_figures["alpha_if_deleted"][number]
    return [
        (
            _("Facility"),
            words.figure(one.facility),
            words.span(one.facility_interval),
            words.facility_sentence(one, is_whole=found.is_whole(number)),
        ),
        (
            _("Correlation with the rest"),
            words.figure(one.rest_r),
            words.span(one.rest_r_interval),
            words.rest_sentence(one.rest_r),
        ),
        ("D27", words.figure(one.d27), words.span(one.d27_interval), words.tails_sentence(one.d27)),
        (
            _("Discriminative efficiency"),
            words.figure(one.efficiency, 0),
            "",
            words.efficiency_sentence(one.efficiency),
        ),
        (_("Standard deviation"), words.figure(one.sd), "", words.spread_sentence(one.sd)),
        (_("Alpha without it"), words.figure(without), "", words.without_sentence(without, found.alpha)),
    ]


def _models(found: ItemBoard, number: int) -> list[tuple[str, str, str]]:
    """What the models say of a question: name, figure, sentence; empty where there are no models."""
    if not found.has_models:
        return []
    figures, words = found.model_figures, item_sentences
    rasch, two = figures["rasch_cml_sum_zero"], figures["two_pl_mml"]
    difficulty = rasch and rasch["difficulty"][number]
    slope = two and two["slope"][number]
    infit, outfit = figures["infit"][number], figures["outfit"][number]
    return [
        (_("Rasch difficulty"), words.figure(difficulty), words.difficulty_sentence(difficulty)),
        (_("Slope (2PL)"), words.figure(slope), words.slope_sentence(slope)),
        (_("Infit"), words.figure(infit), words.fit_sentence(infit)),
        (_("Outfit"), words.figure(outfit), words.fit_sentence(outfit)),
    ]


def _columns(order: str) -> list[dict[str, str]]:
    """The headings that order the table: name, where a click leads, and how the column is ordered now."""
    names = {
        "name": _("Question"),
        "facility": _("Facility"),
        "rest_r": _("Correlation with the rest"),
        "d27": "D27",
        "infit": _("Infit"),
        "urgency": _("Verdict"),
    }
    return [
        {
            "key": key,
            "name": name,
            "sort": "descending" if order == f"-{key}" else "ascending" if order == key else "none",
            "next": f"-{key}" if order == key else key,
        }
        for key, name in names.items()
    ]


def _breadcrumbs(exam: Exam) -> list[dict[str, str]]:
    return [
        {"url": reverse("exams:index"), "label": str(Exam._meta.verbose_name_plural).capitalize()},
        {"url": reverse("exams:inspect", args=[exam.pk]), "label": exam.code},
        {"url": reverse("assessments_item_board", args=[exam.public_id]), "label": _("Item analysis")},
    ]


def _downloads(exam: Exam) -> list[HeaderButton]:
    files = (("CSV", "assessments_item_board_csv"), ("JSON", "assessments_item_board_json"))
    return [
        HeaderButton(name, url=reverse(view, args=[exam.public_id]), icon_name="download")
        for name, view in files
    ]
