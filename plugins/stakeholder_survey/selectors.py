"""What is read of surveys."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.cache import cache
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import get_language

from .enums import Population
from .models import Draft, QuestionnaireVersion, Response, Survey
from .questionnaire import Questionnaire, Section, merge
from .tabulation import Result, Tally, published_total, result, tally
from .tokens import hashed

RESULTS_KEPT = 24 * 3600
BLOCK = 2000


@dataclass(frozen=True, slots=True)
class SectionResults:
    section: Section
    results: list[Result]


@dataclass(frozen=True, slots=True)
class PublicResults:
    """What the results page shows; `total` responses were counted, 0 while there are too few."""

    total: int
    sections: list[SectionResults]


@dataclass(frozen=True, slots=True)
class RegionCount:
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Exact counts for staff."""

    total: int
    citizens: int
    organisations: int
    flagged: int
    last_day: int
    last_sent_at: datetime.datetime | None
    unfinished: int
    regions: list[RegionCount]


def current_version(survey: Survey) -> QuestionnaireVersion:
    """The newest published questionnaire of a survey that has one, which new respondents are asked."""
    return survey.versions.published().latest("number")


def all_published(survey: Survey) -> list[QuestionnaireVersion]:
    """Every published questionnaire of a survey, the newest first."""
    return list(survey.versions.published().order_by("-number"))


def find_draft(survey: Survey, token: str) -> Draft | None:
    """The draft that a token continues, unless it is another survey's or too old."""
    if not token:
        return None
    drafts = Draft.objects.alive_at(timezone.now()).select_related("version__survey")
    return drafts.filter(key=hashed(token), version__survey=survey).first()


def known_places() -> dict[str, int]:
    """The row of each municipality by its code."""
    return _rows_by_code("Municipality")


def known_regions() -> dict[str, int]:
    """The row of each region by its code."""
    return _rows_by_code("Region")


def _rows_by_code(model: str) -> dict[str, int]:
    places = apps.get_model("people", model)._default_manager.order_by()
    return dict(places.values_list("code", "pk"))


def codes_by_region() -> dict[str, list[str]]:
    """The municipalities of each region, all by their codes."""
    regions: dict[str, list[str]] = {}
    rows = apps.get_model("people", "Municipality")._default_manager.order_by("pk")
    for region, code in rows.values_list("region__code", "code"):
        regions.setdefault(region, []).append(code)
    return regions


def place_names() -> dict[str, str]:
    """The municipalities' names in the reader's language, by code."""
    name = "name_en" if get_language() == "en" else "name_ar"
    rows = apps.get_model("people", "Municipality")._default_manager.order_by(name)
    return dict(rows.values_list("code", name))


def places_by_region() -> list[tuple[str, list[tuple[str, str]]]]:
    """The municipalities (code, name) of each region, in the reader's language."""
    name = "name_en" if get_language() == "en" else "name_ar"
    rows = apps.get_model("people", "Municipality")._default_manager.order_by("region__order", name)
    regions: dict[str, list[tuple[str, str]]] = {}
    for region, code, place in rows.values_list(f"region__{name}", "code", name):
        regions.setdefault(region, []).append((code, place))
    return list(regions.items())


def responses_to(survey: Survey) -> Any:
    return Response.objects.filter(version__survey=survey)


def progress(survey: Survey) -> Progress:
    """How far the collection has come, counted now."""
    responses = responses_to(survey).order_by()
    today = timezone.now() - datetime.timedelta(days=1)
    counts = responses.aggregate(
        total=Count("pk"),
        citizens=Count("pk", filter=Q(population=Population.CITIZEN)),
        organisations=Count("pk", filter=Q(population=Population.CSO)),
        flagged=Count("pk", filter=~Q(flags=[])),
        last_day=Count("pk", filter=Q(submitted_at__gte=today)),
    )
    last = responses.order_by("-submitted_at").values_list("submitted_at", flat=True).first()
    unfinished = Draft.objects.filter(version__survey=survey).count()
    return Progress(**counts, last_sent_at=last, unfinished=unfinished, regions=count_by_region(survey))


def count_by_region(survey: Survey) -> list[RegionCount]:
    """Responses of each region, regions without any included; who did not name one is left out."""
    name = "name_en" if get_language() == "en" else "name_ar"
    counted = dict(
        responses_to(survey)
        .order_by()
        .values_list("region")
        .annotate(count=Count("pk"))
        .values_list("region", "count")
    )
    regions = apps.get_model("people", "Region")._default_manager.order_by("order", "code")
    return [RegionCount(region, counted.get(pk, 0)) for pk, region in regions.values_list("pk", name)]


def public_results(survey: Survey) -> PublicResults:
    """What may be published now: whole tens of responses, small groups hidden."""
    versions = all_published(survey)
    total = published_total(responses_to(survey).count())
    if not versions or not total:
        return PublicResults(0, [])
    questionnaire = merge([version.questionnaire for version in versions])
    key = f"stakeholder_survey:results:{survey.pk}:{versions[0].sha256}:{total}"
    tallies = cache.get(key)
    if tallies is None:
        tallies = tally_first(survey, questionnaire, total)
        cache.set(key, tallies, RESULTS_KEPT)
    return PublicResults(
        total,
        [
            SectionResults(
                section, [result(question, tallies[question.code]) for question in section.questions]
            )
            for section in questionnaire.sections
        ],
    )


def tally_first(survey: Survey, questionnaire: Questionnaire, number: int) -> dict[str, Tally]:
    """The earliest responses, counted while they stream by."""
    answers = responses_to(survey).order_by("pk").values_list("answers", flat=True)[:number]
    return tally(questionnaire, answers.iterator(chunk_size=BLOCK))
