"""Questions from other people's files into a bank, and a bank into their formats."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from wagtail.log_actions import log

from lms.assessments.content import Bilingual, ImageContent, Stimulus, digest, digest_of_story
from lms.assessments.enums import Difficulty
from lms.assessments.faults import Fault, faults
from lms.assessments.interchange.files import write_questions
from lms.assessments.interchange.model import (
    Format,
    InterchangeError,
    Item,
    Loss,
    Problem,
    Reading,
    Tags,
    Writing,
)
from lms.assessments.models import Question, QuestionArea, QuestionBank, QuestionVersion, Scenario
from lms.assessments.selectors.bankfiles import bank_as_file
from lms.people.models import User

from .drafts import seal, write_draft
from .pictures import keep_image

DEFAULT_BANK = "IMPORTED"
DEFAULT_BANK_NAME = Bilingual("أسئلة مستوردة", "Imported questions")
DEFAULT_AREA = "imported"
DEFAULT_TOPIC = "imported"
CREATED, REVISED, RETAGGED, UNCHANGED, REPEATED = "created", "revised", "retagged", "unchanged", "repeated"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became, or in a dry run would become, of one question. `faults` keep it a draft."""

    item: Item
    code: str
    outcome: str
    is_published: bool
    faults: tuple[Fault, ...]
    losses: tuple[Loss, ...]


@dataclass(slots=True)
class ImportOutcome:
    """What an import did or would do. `assumed` counts what the file did not say and we had to choose."""

    bank: str
    is_new_bank: bool
    reading: Reading
    outcomes: list[Outcome] = field(default_factory=list)
    new_areas: list[str] = field(default_factory=list)
    scenarios: list[str] = field(default_factory=list)
    assumed: dict[str, int] = field(default_factory=dict)

    def codes(self, outcome: str) -> list[str]:
        return [one.code for one in self.outcomes if one.outcome == outcome]

    @property
    def drafts(self) -> list[str]:
        """The questions that this import leaves as drafts."""
        return [
            one.code for one in self.outcomes if one.outcome in (CREATED, REVISED) and not one.is_published
        ]


def import_questions(
    *,
    reading: Reading,
    bank_code: str,
    actor: User | None = None,
    at: datetime | None = None,
    publish: bool = False,
    dry_run: bool = False,
) -> ImportOutcome:
    """Bring the questions of a file into a bank, all or nothing; the bank is made if there is none.

    New and changed questions become drafts. With `publish` those that are complete are published at once. The
    same file again changes nothing; other questions of the bank stay as they are. A dry run writes nothing.
    Raises InterchangeError where a changed question has an unpublished draft, which must not be overwritten.
    """
    with transaction.atomic():
        name = DEFAULT_BANK_NAME if bank_code == DEFAULT_BANK else Bilingual(bank_code, bank_code)
        bank, is_new = QuestionBank.objects.select_for_update().get_or_create(
            code=bank_code, defaults={"name_ar": name.ar, "name_en": name.en}
        )
        report = ImportOutcome(bank_code, is_new and bool(reading.items), reading)
        run = _Import(bank, report, at or timezone.now())
        run.is_publishing, run.is_dry = publish, dry_run
        run.check(reading.items)
        for item in reading.items:
            run.take(item)
        if any(one.outcome in (CREATED, REVISED, RETAGGED) for one in run.report.outcomes):
            data = {"format": reading.format, "created": len(run.report.codes(CREATED))}
            log(instance=bank, action="assessments.import_bank", user=actor, data=data)
        # Nor is a bank made for a file that has nothing for it.
        transaction.set_rollback(dry_run or not reading.items)
    return report


def export_questions(
    *, bank: QuestionBank, format_name: Format, as_package: bool = True, actor: User | None = None
) -> Writing:
    """The published questions of a bank as a file, with their answers. Who took them is on record.

    Raises InterchangeError where there are none or the format cannot hold them.
    """
    writing = write_questions(
        bank_items(bank), format_name=format_name, bank=bank.code, as_package=as_package
    )
    log(instance=bank, action="assessments.export_bank", user=actor, data={"format": format_name})
    return writing


def bank_items(bank: QuestionBank) -> list[Item]:
    """The published questions of a bank on their way into a file, by area and code; those of a scenario
    together."""
    source = bank_as_file(bank)
    stories = {entry.code: entry.stimulus for entry in source.scenarios}
    order = source.area_codes()
    items = [
        Item(
            where="",
            name=entry.code,
            code=entry.code,
            tags=Tags(entry.area, source.areas[entry.area], entry.topic, entry.objective, entry.difficulty),
            content=replace(entry.content, stimulus=stories.get(entry.scenario)),
            scenario=entry.scenario,
            scenario_order=entry.scenario_order,
            images=_images_of(entry.content.image, stories.get(entry.scenario), source.images),
        )
        for entry in source.questions
    ]
    return sorted(
        items,
        key=lambda item: (
            order.index(item.tags.area),
            item.scenario != "",
            item.scenario,
            item.scenario_order,
            item.code,
        ),
    )


def _images_of(
    image: ImageContent | None, story: Stimulus | None, images: Mapping[str, bytes]
) -> dict[str, bytes]:
    wanted = [one.sha256 for one in (image, story.image if story else None) if one is not None]
    return {sha256: images[sha256] for sha256 in wanted if sha256 in images}


class _Import:
    """One import into one bank, which is read once."""

    def __init__(self, bank: QuestionBank, report: ImportOutcome, moment: datetime) -> None:
        self.bank = bank
        self.report = report
        self.moment = moment
        self.is_publishing = self.is_dry = False
        codes = {item.code for item in report.reading.items} | {_code_of(one) for one in report.reading.items}
        versions = QuestionVersion.objects.filter(question__bank=bank, question__code__in=codes).order_by()
        self.known = {one.code: one for one in bank.questions.filter(code__in=codes).select_related("area")}
        self.seals = dict(versions.current().values_list("question_id", "digest"))
        self.numbers = dict(versions.values_list("question_id").annotate(Max("number")))
        drafts = versions.filter(published_at__isnull=True).with_content()
        self.drafts = {
            draft.question_id: digest(draft.content())
            for draft in drafts.select_related("question__scenario__image", "image")
        }
        self.areas = {area.code: area for area in bank.areas.all()}
        self.scenarios = {one.code: one for one in bank.scenarios.select_related("image")}
        self.seen: set[str] = set()

    def check(self, items: Iterable[Item]) -> None:
        """Raise InterchangeError naming every question that waits as another draft."""
        problems = [
            Problem("draft_exists", item.where, item.code)
            for item in items
            if (question := self.known.get(_code_of(item))) is not None
            and self.drafts.get(question.pk, digest(item.content)) != digest(item.content)
        ]
        if problems:
            first, *others = problems
            raise InterchangeError(first.code, first.where, first.detail, *others)

    def take(self, item: Item) -> None:
        code = _code_of(item)
        found = tuple(faults(item.content))
        if code in self.seen:
            self._report(item, code, REPEATED, found)
            return
        self.seen.add(code)
        tags = self._tags(item, self.known.get(code))
        question = self.known.get(code)
        if question is None:
            question = Question.objects.create(bank=self.bank, code=code, **tags)
            self._report(item, code, CREATED, found, is_published=self._write(question, item, found))
            return
        is_retagged = _retag(question, tags)
        if digest(item.content) in (self.seals.get(question.pk), self.drafts.get(question.pk)):
            self._report(item, code, RETAGGED if is_retagged else UNCHANGED, found)
        else:
            self._report(item, code, REVISED, found, is_published=self._write(question, item, found))

    def _report(
        self, item: Item, code: str, outcome: str, found: tuple[Fault, ...], *, is_published: bool = False
    ) -> None:
        losses = (*item.losses, *([Loss("repeated")] if outcome == REPEATED else []))
        self.report.outcomes.append(Outcome(item, code, outcome, is_published, found, losses))

    def _write(self, question: Question, item: Item, found: tuple[Fault, ...]) -> bool:
        """Write the draft, and publish it where that is asked for and possible."""
        content = item.content
        image = None if self.is_dry else keep_image(content=content.image, files=item.images)
        draft = write_draft(
            question=question, number=self.numbers.get(question.pk, 0) + 1, content=content, image=image
        )
        is_published = self.is_publishing and not found
        if is_published and not self.is_dry:
            seal(draft=draft, content=content, at=self.moment)
        return is_published

    def _tags(self, item: Item, question: Question | None) -> dict[str, object]:
        """What the file says; what it does not say stays, or for a new question is assumed."""
        said, tags = item.tags, dict[str, object]()
        if said.area or question is None:
            tags["area"] = self._area(said)
        for name, value, usual in (
            ("topic", said.topic, DEFAULT_TOPIC),
            ("difficulty", said.difficulty, Difficulty.MEDIUM),
        ):
            if value or question is None:
                tags[name] = value or usual
                self._assume(name, is_said=bool(value))
        if said.objective or question is None:
            tags["objective"] = said.objective
        if item.scenario and item.content.stimulus is not None:
            tags["scenario"] = self._scenario(item, item.content.stimulus)
            tags["scenario_order"] = item.scenario_order
        return tags

    def _assume(self, name: str, *, is_said: bool) -> None:
        if not is_said:
            self.report.assumed[name] = self.report.assumed.get(name, 0) + 1

    def _area(self, tags: Tags) -> QuestionArea:
        self._assume("area", is_said=bool(tags.area))
        code = tags.area or DEFAULT_AREA
        if code not in self.areas:
            spoken = code.replace("-", " ").replace("_", " ").capitalize()
            self.areas[code] = QuestionArea.objects.create(
                bank=self.bank,
                code=code,
                order=max((area.order for area in self.areas.values()), default=0) + 1,
                name_ar=tags.area_name.ar or spoken,
                name_en=tags.area_name.en or spoken,
            )
            self.report.new_areas.append(code)
        return self.areas[code]

    def _scenario(self, item: Item, story: Stimulus) -> Scenario:
        scenario = self.scenarios.get(item.scenario)
        if scenario is None:
            scenario = Scenario(bank=self.bank, code=item.scenario)
        elif item.scenario in self.report.scenarios or digest_of_story(scenario.content()) == digest_of_story(
            story
        ):
            return scenario
        scenario.text_ar, scenario.text_en = story.text.ar, story.text.en
        scenario.image = None if self.is_dry else keep_image(content=story.image, files=item.images)
        if story.image is not None:
            scenario.image_alt_ar, scenario.image_alt_en = story.image.alt.ar, story.image.alt.en
        scenario.save()
        self.scenarios[item.scenario] = scenario
        self.report.scenarios.append(item.scenario)
        return scenario


def _code_of(item: Item) -> str:
    """The code that a file gives a question, or one that the same question always gets."""
    return item.code or f"IMP-{digest(item.content)[:8].upper()}"


def _retag(question: Question, tags: Mapping[str, object]) -> bool:
    changed = {name: value for name, value in tags.items() if getattr(question, name) != value}
    for name, value in changed.items():
        setattr(question, name, value)
    if changed:
        question.save(update_fields=list(changed))
    return bool(changed)
