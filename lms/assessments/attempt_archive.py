"""The answers to an exam as an HDF5 archive, streamed from the database (docs/archive.md).

People appear under a pseudonym that is the same in all their attempts at this exam and different in every other one;
who they are can only be found out with the server's secret. What somebody wrote in their own words stays out.
"""

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version as installed_version
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, BinaryIO
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import salted_hmac

from lms.common.archive import Column, LayerKind, Row, Table, write_archive
from lms.people.enums import Sex
from lms.people.models import Region

from .content import CHOICE_KINDS
from .enums import AttemptState, Difficulty, QuestionKind
from .models import Attempt, AttemptSlot, Exam, Operation, QuestionVersion
from .models.attempts import HANDED_IN_STATES
from .pacing import Step, seconds_on_questions
from .selectors.responses import GROUPS, item_name

#: How many attempts are in memory at a time.
BLOCK = 256

NO_ANSWER, NOT_ON_FORM = -1, -2
#: What an answer is coded as where its text or order is not kept.
ANSWERED = 1

LAYERS: Mapping[str, LayerKind] = {
    "marks_hundredths": "int32",
    "position": "int16",
    "seconds_viewed": "int32",
    "seconds_until_answered": "int32",
    "changes": "int32",
}

ATTEMPT_FIELDS = (
    "pk", "public_id", "learner__public_id", "number", "state", "started_at", "submitted_at", "base_seconds",
    "extra_seconds", "marks", "max_marks", "is_passed", *GROUPS.values(),
)  # fmt: skip
SLOT_FIELDS = (
    "attempt_id", "position", "version_id", "marks", "is_dropped", "answer__value", "answer__sequence",
    "answer__saved_at",
)  # fmt: skip


class NothingHandedIn(LookupError):  # noqa: N818 - reads as what it is
    """An exam that nobody has handed in has no answers and no items."""


@dataclass(frozen=True)
class AttemptExport:
    """One exam, ready to be written. Raises NothingHandedIn when there is nothing to write."""

    exam: Exam

    @cached_property
    def versions(self) -> list[QuestionVersion]:
        """Every question version on a form that was handed in, by code and number."""
        used = AttemptSlot.objects.filter(attempt__in=self._attempts()).order_by()
        versions = (
            QuestionVersion.objects.filter(pk__in=used.values("version"))
            .select_related("question__area")
            .prefetch_related("options")
            .order_by("question__code", "number")
        )
        found = list(versions)
        if not found:
            raise NothingHandedIn(self.exam.code)
        return found

    @cached_property
    def columns(self) -> dict[int, int]:
        return {version.pk: column for column, version in enumerate(self.versions)}

    @cached_property
    def coders(self) -> dict[int, "OptionCoder | None"]:
        return {
            version.pk: OptionCoder.of(version) if version.kind in CHOICE_KINDS else None
            for version in self.versions
        }

    @cached_property
    def obs(self) -> list[Column]:
        """The table of attempts, in the order of `_values`."""
        return [
            Column("person", "string"),
            Column("number", "int16"),
            Column("state", "categorical", tuple(AttemptState.values)),
            Column("day", "string"),
            Column("seconds", "int32"),
            Column("seconds_allowed", "int32"),
            Column("marks", "float64"),
            Column("max_marks", "float64"),
            Column("passed", "int8"),
            Column(
                "region", "categorical", tuple(Region.objects.order_by("code").values_list("code", flat=True))
            ),
            Column("gender", "categorical", tuple(Sex.values)),
            Column("language", "categorical", ("ar", "en")),
        ]

    def rows(self) -> Iterator[Row]:
        """Every attempt in the order of creation; memory does not grow with their number."""
        attempts = self._attempts().order_by("pk").values(*ATTEMPT_FIELDS).iterator(chunk_size=BLOCK)
        for block in _blocks(attempts, BLOCK):
            numbers = [attempt["pk"] for attempt in block]
            slots = _by_attempt(
                AttemptSlot.objects.filter(attempt__in=numbers).order_by("attempt"), SLOT_FIELDS
            )
            steps = _by_attempt(
                Operation.objects.filter(attempt__in=numbers).order_by("attempt", "lease", "seq"),
                ("attempt_id", "slot", "kind", "t_mono"),
            )
            for attempt in block:
                yield self._row(attempt, slots.get(attempt["pk"], ()), steps.get(attempt["pk"], ()))

    def _attempts(self) -> Any:
        return Attempt.objects.filter(exam=self.exam, state__in=HANDED_IN_STATES)

    def _row(self, attempt: Mapping[str, Any], slots: Sequence[Any], steps: Sequence[Any]) -> Row:
        width = len(self.columns)
        codes = [NOT_ON_FORM] * width
        layers = [[NOT_ON_FORM] * width for _layer in LAYERS]
        viewed = seconds_on_questions(Step(slot, kind, t_mono) for _attempt, slot, kind, t_mono in steps)
        for _attempt, position, version, marks, is_dropped, value, sequence, saved_at in slots:
            column = self.columns[version]
            codes[column] = self._code(version, value)
            numbers = (
                NO_ANSWER if marks is None or is_dropped else round(marks * 100),
                position,
                viewed.get(position, NO_ANSWER),
                _seconds(attempt["started_at"], saved_at) if value else NO_ANSWER,
                sequence or 0,
            )
            for layer, number in zip(layers, numbers, strict=True):
                layer[column] = number
        name = pseudonym("attempt", attempt["public_id"])
        return Row(name, codes, self._values(attempt), layers)

    def _code(self, version: int, value: Any) -> int:
        if not value:
            return NO_ANSWER
        coder = self.coders[version]
        return coder.code(value) if coder else ANSWERED

    def _values(self, attempt: Mapping[str, Any]) -> list[Any]:
        return [
            pseudonym(str(self.exam.public_id), attempt["learner__public_id"]),
            attempt["number"],
            attempt["state"],
            timezone.localtime(attempt["started_at"]).date().isoformat(),
            _seconds(attempt["started_at"], attempt["submitted_at"]),
            attempt["base_seconds"] + attempt["extra_seconds"],
            _float(attempt["marks"]),
            _float(attempt["max_marks"]),
            NO_ANSWER if attempt["is_passed"] is None else int(attempt["is_passed"]),
            *(attempt[place] or None for place in GROUPS.values()),
        ]


@dataclass(frozen=True, slots=True)
class OptionCoder:
    """How chosen options become a number: the place of the option from 1, or, where several may be chosen, the sum of
    1, 2, 4 and so on of their places."""

    places: Mapping[str, int]
    is_sum: bool

    @classmethod
    def of(cls, version: QuestionVersion) -> "OptionCoder":
        keys = sorted(option.key for option in version.options.all())
        is_sum = version.kind in (QuestionKind.MULTIPLE, QuestionKind.HOTSPOT)
        return cls({key: place for place, key in enumerate(keys, start=1)}, is_sum)

    def code(self, keys: Iterable[str]) -> int:
        places = [self.places[key] for key in keys]
        return sum(1 << (place - 1) for place in places) if self.is_sum else places[0]


def write_hdf5(export: AttemptExport, destination: BinaryIO) -> int:
    """Write the archive and return the number of attempts."""
    return write_archive(
        destination,
        rows=export.rows(),
        obs=export.obs,
        var=_var(export.versions),
        uns=_uns(export),
        obs_index="attempt",
        layers=LAYERS,
    )


def pseudonym(scope: str, identity: UUID) -> str:
    """A name that says nothing to whoever does not hold the server's secret: half of a keyed hash, in hexadecimal."""
    mac = salted_hmac(
        f"lms.assessments.archive {scope}", str(identity), secret=settings.SECRET_KEY, algorithm="sha256"
    )
    return mac.hexdigest()[:32]


def _blocks(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    iterator = iter(rows)
    while block := list(islice(iterator, size)):
        yield block


def _by_attempt(rows: Any, fields: Sequence[str]) -> dict[int, list[Any]]:
    values = rows.values_list(*fields)
    return {attempt: list(group) for attempt, group in groupby(values, key=itemgetter(0))}


def _seconds(start: datetime.datetime, end: datetime.datetime | None) -> int:
    return NO_ANSWER if end is None else max(0, round((end - start).total_seconds()))


def _float(value: Any) -> float:
    return float("nan") if value is None else float(value)


def _var(versions: Sequence[QuestionVersion]) -> Table:
    questions = [version.question for version in versions]
    keys = [
        " ".join(sorted(option.key for option in version.options.all() if option.is_correct))
        for version in versions
    ]
    columns: dict[Column, Sequence[Any]] = {
        Column("question", "string"): [question.code for question in questions],
        Column("version", "int16"): [version.number for version in versions],
        Column("kind", "categorical", tuple(QuestionKind.values)): [version.kind for version in versions],
        Column("area", "string"): [question.area.code for question in questions],
        Column("objective", "string"): [question.objective for question in questions],
        Column("difficulty", "categorical", tuple(Difficulty.values)): [
            question.difficulty for question in questions
        ],
        Column("key", "string"): keys,
        Column("text_ar", "string"): [version.stem_ar for version in versions],
        Column("text_en", "string"): [version.stem_en for version in versions],
        Column("sha256", "string"): [version.digest for version in versions],
    }
    return Table([item_name(version.question.code, version.number) for version in versions], columns)


def _uns(export: AttemptExport) -> dict[str, Any]:
    exam = export.exam
    return {
        "exam": {
            "code": exam.code,
            "title_ar": exam.name_ar,
            "title_en": exam.name_en,
            "pass_percent": exam.pass_percent,
            "minutes": exam.duration_minutes,
            "questions_on_a_form": exam.question_count,
        },
        "codebook": {
            # HDF5 parts names by slashes; this one only looks like it.
            item_name(version.question.code, version.number).replace("/", "\u2215"): _codebook(version)
            for version in export.versions
            if version.kind in CHOICE_KINDS
        },
        "missing": {
            "codes": [NO_ANSWER, NOT_ON_FORM],
            "meanings_ar": ["لم يُجب", "ليس في ورقته"],
            "meanings_en": ["no answer", "not on the form"],
        },
        "coding": {
            "single_true_false": "place of the option in the codebook, from 1",
            "multiple_hotspot": "sum of 1, 2, 4 ... over the options chosen, by their place in the codebook",
            "others": "1: answered; what was answered is not in the archive",
        },
        "provenance": {
            "written_at": timezone.now().astimezone(datetime.UTC).isoformat(timespec="seconds"),
            "software": f"sanad {installed_version('sanad')}",
            "exam": str(exam.public_id),
            "pseudonyms": "HMAC-SHA-256 under the server's secret, by exam; 128 bits",
        },
    }


def _codebook(version: QuestionVersion) -> dict[str, Any]:
    options = sorted(version.options.all(), key=lambda option: option.key)
    return {
        "keys": [option.key for option in options],
        "labels_ar": [option.text_ar for option in options],
        "labels_en": [option.text_en for option in options],
        "correct": [int(option.is_correct) for option in options],
    }
