"""Writing, publishing and importing questions."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from lms.assessments.bankfile import BankFile, QuestionEntry
from lms.assessments.content import digest, digest_of_story
from lms.assessments.enums import QuestionKind
from lms.assessments.errors import BankFileError, QuestionIncompleteError
from lms.assessments.faults import faults
from lms.assessments.messages import fault_sentence
from lms.assessments.models import (
    ImmutableVersionError,
    Question,
    QuestionArea,
    QuestionBank,
    QuestionVersion,
    Scenario,
)
from lms.people.models import User

from .drafts import seal, tidy, write_draft
from .pictures import keep_image


def lock_draft(*, version: QuestionVersion) -> QuestionVersion:
    """The draft, read again under lock, so that publishing and editing cannot cross.

    Needs an open transaction. Raises ImmutableVersionError if somebody has published it meanwhile.
    """
    Question.objects.select_for_update().get(pk=version.question_id)
    fresh = QuestionVersion.objects.get(pk=version.pk)
    if fresh.is_published:
        raise ImmutableVersionError("The version was published meanwhile.")
    return fresh


@transaction.atomic
def open_draft(
    *, question: Question, kind: str = QuestionKind.SINGLE, actor: User | None = None
) -> QuestionVersion:
    """The draft of the question: the one there is, else a copy of the newest version to work on. The first
    one is empty, and of that kind."""
    Question.objects.select_for_update().get(pk=question.pk)
    written = question.versions.filter(published_at__isnull=True).first()
    if written is not None:
        return written
    newest = question.versions.order_by("-number").first()
    if newest is None:
        return write_draft(question=question, number=1, content=None, kind=kind)
    draft = write_draft(
        question=question, number=newest.number + 1, content=newest.content(), image=newest.image
    )
    log(instance=draft, action="wagtail.create", user=actor)
    return draft


@transaction.atomic
def publish_version(
    *, version: QuestionVersion, actor: User | None = None, at: datetime | None = None
) -> QuestionVersion:
    """Seal a draft: from now on new forms use it, and it never changes again.

    Publishing it twice is harmless. Raises QuestionIncompleteError, with every reason, when the
    question has no right answer, a text is missing in a language, or another of `faults` is found.
    """
    Question.objects.select_for_update().get(pk=version.question_id)
    draft = QuestionVersion.objects.get(pk=version.pk)
    if draft.is_published:
        return draft
    tidy(draft=draft)
    content = draft.content()
    reasons = [fault_sentence(fault) for fault in faults(content)]
    if reasons:
        raise QuestionIncompleteError(reasons)
    seal(draft=draft, content=content, at=at or timezone.now())
    log(instance=draft, action="assessments.publish_version", user=actor)
    return draft


@transaction.atomic
def publish_scenario(
    *, scenario: Scenario, actor: User | None = None, at: datetime | None = None
) -> list[QuestionVersion]:
    """Publish the scenario's text: every question of it that was published with another text gets a new
    version. Returns these versions; questions that were never published wait for their own turn.

    Raises QuestionIncompleteError, and publishes nothing, when the text is not complete, or when one of the
    questions has a draft, which is somebody's unfinished work.
    """
    at = at or timezone.now()
    wanted = digest_of_story(scenario.content())
    questions = scenario.questions.filter(is_retired=False).order_by("scenario_order", "code")
    versions = QuestionVersion.objects.filter(question__in=questions).current().select_related("stimulus")
    changed = [one.question_id for one in versions if one.stimulus is None or one.stimulus.digest != wanted]
    drafts = QuestionVersion.objects.filter(question__in=changed, published_at__isnull=True)
    codes = list(drafts.order_by("question__code").values_list("question__code", flat=True))
    if codes:
        raise QuestionIncompleteError([draft_in_the_way(code) for code in codes])
    return [
        publish_version(version=open_draft(question=question, actor=actor), actor=actor, at=at)
        for question in questions.filter(pk__in=changed)
    ]


@dataclass(slots=True)
class ImportReport:
    """What an import did, or in a dry run would do, by question code."""

    created: list[str] = field(default_factory=list)
    revised: list[str] = field(default_factory=list)
    retagged: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)

    @property
    def has_changes(self) -> bool:
        return bool(self.created or self.revised or self.retagged)


def import_question_bank(
    *, bank_file: BankFile, actor: User | None = None, at: datetime | None = None, dry_run: bool = False
) -> ImportReport:
    """Bring the bank to what the file says, all or nothing: new questions, and new versions of changed ones.

    Importing the same file again changes nothing. Questions that the file does not hold stay as
    they are and are reported. Raises BankFileError where a changed question has an unpublished
    draft, which an import must not overwrite.
    """
    with transaction.atomic():
        bank = _save_bank(bank_file)
        areas = _save_areas(bank, bank_file)
        run = _Import(bank, bank_file, at or timezone.now())
        for entry in bank_file.questions:
            run.take(entry, areas[entry.area])
        run.report.absent = run.absent({entry.code for entry in bank_file.questions})
        if run.report.has_changes:
            log(instance=bank, action="assessments.import_bank", user=actor)
        transaction.set_rollback(dry_run)
    return run.report


class _Import:
    """One import into one bank, which is read once: questions, seals, highest numbers, open drafts."""

    def __init__(self, bank: QuestionBank, bank_file: BankFile, moment: datetime) -> None:
        versions = QuestionVersion.objects.filter(question__bank=bank).order_by()
        drafts = versions.filter(published_at__isnull=True)
        self.bank = bank
        self.files = bank_file.images
        self.stories = {entry.code: entry.stimulus for entry in bank_file.scenarios}
        self.scenarios = {code: self._scenario(code) for code in self.stories}
        self.moment = moment
        self.report = ImportReport()
        self.known = {one.code: one for one in bank.questions.select_related("area", "scenario")}
        self.seals = dict(versions.current().values_list("question_id", "digest"))
        self.numbers = dict(versions.values_list("question_id").annotate(Max("number")))
        self.drafts = frozenset(drafts.values_list("question_id", flat=True))

    def take(self, entry: QuestionEntry, area: QuestionArea) -> None:
        """Bring one question to what the file says of it."""
        tags = {
            "area": area,
            "topic": entry.topic,
            "objective": entry.objective,
            "difficulty": entry.difficulty,
            "scenario": self.scenarios.get(entry.scenario),
            "scenario_order": entry.scenario_order,
        }
        entry = replace(entry, content=replace(entry.content, stimulus=self.stories.get(entry.scenario)))
        question = self.known.get(entry.code)
        if question is None:
            self.report.created.append(entry.code)
            self._write(Question.objects.create(bank=self.bank, code=entry.code, **tags), entry)
            return
        is_retagged = _retag(question, tags)
        if self.seals.get(question.pk) != digest(entry.content):
            self.report.revised.append(entry.code)
            self._write(question, entry)
        elif is_retagged:
            self.report.retagged.append(entry.code)
        else:
            self.report.unchanged.append(entry.code)

    def absent(self, codes: Collection[str]) -> list[str]:
        """What the bank asks and the file does not hold."""
        return sorted(
            code for code, question in self.known.items() if code not in codes and not question.is_retired
        )

    def _write(self, question: Question, entry: QuestionEntry) -> None:
        if question.pk in self.drafts:
            raise BankFileError([draft_in_the_way(entry.code)])
        draft = write_draft(
            question=question,
            number=self.numbers.get(question.pk, 0) + 1,
            content=entry.content,
            image=keep_image(content=entry.content.image, files=self.files),
        )
        seal(draft=draft, content=entry.content, at=self.moment)

    def _scenario(self, code: str) -> Scenario:
        """The scenario as the file has it."""
        story = self.stories[code]
        scenario = Scenario.objects.filter(bank=self.bank, code=code).first()
        if scenario is None:
            scenario = Scenario(bank=self.bank, code=code)
        elif digest_of_story(scenario.content()) == digest_of_story(story):
            return scenario
        scenario.text_ar, scenario.text_en = story.text.ar, story.text.en
        scenario.image = keep_image(content=story.image, files=self.files)
        if story.image is not None:
            scenario.image_alt_ar, scenario.image_alt_en = story.image.alt.ar, story.image.alt.en
        scenario.save()
        return scenario


def _save_bank(bank_file: BankFile) -> QuestionBank:
    names = {"name_ar": bank_file.title.ar, "name_en": bank_file.title.en}
    bank, _created = QuestionBank.objects.select_for_update().update_or_create(
        code=bank_file.code, defaults=names
    )
    return bank


def _save_areas(bank: QuestionBank, bank_file: BankFile) -> dict[str, QuestionArea]:
    """Areas by code. An area that the file does not name keeps its names, or starts with its code as name."""
    areas = {area.code: area for area in bank.areas.all()}
    for order, code in enumerate(bank_file.area_codes(), start=1):
        title = bank_file.areas.get(code)
        area = areas.setdefault(
            code, QuestionArea(bank=bank, code=code, name_ar=_spoken(code), name_en=_spoken(code))
        )
        before = (area.pk, area.order, area.name_ar, area.name_en)
        area.order = order
        if title is not None:
            area.name_ar, area.name_en = title.ar, title.en
        if before != (area.pk, area.order, area.name_ar, area.name_en) or area.pk is None:
            area.save()
    return areas


def draft_in_the_way(code: str) -> str:
    return _("{code}: this question has an unpublished draft. Publish or delete it first.").format(code=code)


def _spoken(code: str) -> str:
    return code.replace("-", " ").replace("_", " ").capitalize()


def _retag(question: Question, tags: Mapping[str, object]) -> bool:
    if all(getattr(question, name) == value for name, value in tags.items()):
        return False
    for name, value in tags.items():
        setattr(question, name, value)
    question.save(update_fields=list(tags))
    return True
