"""A survey's answers as files: the archive (HDF5) and a table (CSV), streamed from the database.

Both hold the same codes, -1 where an answer is missing and -2 where a question was not asked. Open texts may name
people and are left out unless asked for. Times are given to the day: to the second they could be matched with a log.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version as installed_version
from typing import Any, BinaryIO

from django.apps import apps
from django.utils import timezone

from lms.api import ArchiveColumn, ArchiveRow, ArchiveTable, safe_row, write_archive

from .enums import Flag, Language, Mode, Population
from .items import NO_ANSWER, NOT_ASKED, Item, encoder, items_of, text_questions
from .models import QuestionnaireVersion, Survey
from .questionnaire import Question, Questionnaire, merge
from .selectors import all_published, responses_to
from .tokens import respondent_name

BLOCK = 4096

COLUMNS = (
    "pk",
    "version_id",
    "client_uuid",
    "submitted_at",
    "language",
    "mode",
    "population",
    "region__code",
    "municipality__code",
    "seconds",
    "flags",
    "answers",
)


class NothingPublished(LookupError):  # noqa: N818 - reads as what it is
    """A survey whose questionnaire was never published has no items."""


@dataclass(frozen=True)
class Export:
    """One survey, ready to be written. Raises NothingPublished when it has no questionnaire."""

    survey: Survey
    open_texts: bool = False

    @cached_property
    def versions(self) -> list[QuestionnaireVersion]:
        versions = all_published(self.survey)
        if not versions:
            raise NothingPublished(self.survey.code)
        return versions

    @cached_property
    def questionnaire(self) -> Questionnaire:
        return merge([version.questionnaire for version in self.versions])

    @cached_property
    def items(self) -> list[Item]:
        return items_of(self.questionnaire)

    @cached_property
    def texts(self) -> list[Question]:
        return text_questions(self.questionnaire) if self.open_texts else []

    @cached_property
    def obs(self) -> list[ArchiveColumn]:
        """The table of respondents, in the order of `_values`."""
        return [
            ArchiveColumn("day", "string"),
            ArchiveColumn("questionnaire", "int16"),
            _category("language", Language.values),
            _category("mode", Mode.values),
            _category("population", Population.values),
            _category("region", [row["code"] for row in _places("Region")]),
            _category("municipality", [row["code"] for row in _places("Municipality")]),
            ArchiveColumn("seconds", "int32"),
            *(ArchiveColumn(f"flag_{flag}", "int8") for flag in Flag.values),
            *(ArchiveColumn(question.code, "string") for question in self.texts),
        ]

    def rows(self) -> Iterator[ArchiveRow]:
        """Every response in the order of arrival; memory does not grow with their number."""
        numbers = {version.pk: version.number for version in self.versions}
        encoders = {version.pk: encoder(self.items, version.questionnaire) for version in self.versions}
        responses = responses_to(self.survey).order_by("pk").values(*COLUMNS)
        for row in responses.iterator(chunk_size=BLOCK):
            values = self._values(row, numbers[row["version_id"]])
            codes = encoders[row["version_id"]](row["answers"])
            yield ArchiveRow(respondent_name(row["client_uuid"]), codes, values)

    def _values(self, row: Mapping[str, Any], number: int) -> list[Any]:
        return [
            timezone.localtime(row["submitted_at"]).date().isoformat(),
            number,
            row["language"],
            row["mode"],
            row["population"],
            row["region__code"],
            row["municipality__code"],
            NO_ANSWER if row["seconds"] is None else row["seconds"],
            *(int(flag in row["flags"]) for flag in Flag.values),
            *(row["answers"].get(question.code, "") for question in self.texts),
        ]


def write_hdf5(export: Export, destination: BinaryIO) -> int:
    """Write the archive and return the number of responses."""
    return write_archive(
        destination,
        rows=export.rows(),
        obs=export.obs,
        var=_var(export),
        uns=_uns(export),
        obs_index="respondent",
    )


def write_csv(export: Export, destination: BinaryIO) -> int:
    """Write the same codes as a table that spreadsheets open and do not run, and return the number of responses."""
    text = io.TextIOWrapper(destination, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    names = [column.name for column in export.obs]
    writer.writerow(["respondent", *names, *(item.name for item in export.items)])
    count = 0
    for row in export.rows():
        count += 1
        writer.writerow(safe_row([row.name, *row.values, *row.codes]))
    text.flush()
    text.detach()
    return count


def _var(export: Export) -> ArchiveTable:
    items = export.items
    options = [item.option for item in items]
    columns: dict[ArchiveColumn, list[Any]] = {
        ArchiveColumn("question", "string"): [item.question.code for item in items],
        ArchiveColumn("section", "string"): [item.section.code for item in items],
        ArchiveColumn("kind", "categorical", tuple(sorted({str(item.question.kind) for item in items}))): [
            str(item.question.kind) for item in items
        ],
        ArchiveColumn("option", "int16"): [option.code if option else NO_ANSWER for option in options],
        ArchiveColumn("required", "int8"): [int(item.question.required) for item in items],
        ArchiveColumn("label_ar", "string"): [item.question.label.ar for item in items],
        ArchiveColumn("label_en", "string"): [item.question.label.en for item in items],
        ArchiveColumn("option_ar", "string"): [option.label.ar if option else "" for option in options],
        ArchiveColumn("option_en", "string"): [option.label.en if option else "" for option in options],
    }
    return ArchiveTable([item.name for item in items], columns)


def _uns(export: Export) -> dict[str, Any]:
    newest = export.versions[0]
    return {
        "survey": {
            "code": export.survey.code,
            "title_ar": export.questionnaire.title.ar,
            "title_en": export.questionnaire.title.en,
        },
        "codebook": _codebook(export.questionnaire),
        "places": {model.lower(): _place_names(model) for model in ("Region", "Municipality")},
        "missing": {
            "codes": [NO_ANSWER, NOT_ASKED],
            "meanings_ar": ["لم يُجب", "لم يُسأل"],
            "meanings_en": ["no answer", "not asked"],
        },
        "design": {
            "sampling": "open invitation; not a probability sample",
            "probability_sample": 0,
            "strata": "region",
            "cluster": "municipality",
            "population": "population",
        },
        "weights": {"method": "none", "column": ""},
        "provenance": {
            "written_at": timezone.now().astimezone(datetime.UTC).isoformat(timespec="seconds"),
            "software": f"sanad {installed_version('sanad')}",
            "questionnaires": {
                str(version.number): {
                    "published_at": version.published_at.astimezone(datetime.UTC).isoformat(
                        timespec="seconds"
                    ),
                    "sha256": version.sha256,
                }
                for version in export.versions
                if version.published_at
            },
        },
        "questionnaire_sha256": newest.sha256,
    }


def _codebook(questionnaire: Questionnaire) -> dict[str, Any]:
    """What the codes of each question mean, and which of them express no opinion."""
    return {
        question.code: {
            "codes": [option.code for option in question.options],
            "labels_ar": [option.label.ar for option in question.options],
            "labels_en": [option.label.en for option in question.options],
            "no_opinion": sorted(question.missing) or [NO_ANSWER],
        }
        for question in questionnaire.questions.values()
        if question.kind.has_options
    }


def _category(name: str, values: list[str]) -> ArchiveColumn:
    return ArchiveColumn(name, "categorical", tuple(values))


def _place_names(model: str) -> dict[str, list[str]]:
    rows = _places(model)
    return {
        "codes": [row["code"] for row in rows],
        "names_ar": [row["name_ar"] for row in rows],
        "names_en": [row["name_en"] for row in rows],
    }


def _places(model: str) -> list[dict[str, str]]:
    rows = apps.get_model("people", model)._default_manager.order_by("code")
    return list(rows.values("code", "name_ar", "name_en"))
