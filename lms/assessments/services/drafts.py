"""From the content of a question to the rows of a version, and to its seal."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max
from wagtail.images.models import Image

from lms.assessments.content import OPTION_KINDS, QuestionContent, digest, digest_of_story
from lms.assessments.content import Stimulus as StimulusContent
from lms.assessments.enums import QuestionKind
from lms.assessments.models import Option, Question, QuestionVersion, RubricRow, Stimulus
from lms.assessments.selectors.bodies import IMAGE_FILTER
from lms.assessments.spec import write_region, write_spec


def write_draft(
    *,
    question: Question,
    number: int,
    content: QuestionContent | None,
    image: Image | None = None,
    kind: str = QuestionKind.SINGLE,
) -> QuestionVersion:
    """A draft that says what `content` says, with `image` as its image; without content an empty one of
    that kind."""
    draft = QuestionVersion(question=question, number=number, kind=kind)
    if content is None:
        draft.save()
        return draft
    draft.kind = content.kind
    draft.stem_ar, draft.stem_en = content.stem.ar, content.stem.en
    draft.explanation_ar, draft.explanation_en = content.explanation.ar, content.explanation.en
    draft.source = content.source
    draft.spec = write_spec(content)
    if content.image is not None:
        draft.image = image
        draft.image_alt_ar, draft.image_alt_en = content.image.alt.ar, content.image.alt.en
    draft.save()
    Option.objects.bulk_create(
        Option(
            version=draft,
            key=option.key,
            is_correct=option.is_correct,
            text_ar=option.text.ar,
            text_en=option.text.en,
            match_ar=option.match.ar,
            match_en=option.match.en,
            rank=option.rank or place,
            region=write_region(option.region),
        )
        for place, option in enumerate(content.options, start=1)
    )
    RubricRow.objects.bulk_create(
        RubricRow(
            version=draft, key=one.key, text_ar=one.text.ar, text_en=one.text.en, marks=one.marks, rank=place
        )
        for place, one in enumerate(content.rubric, start=1)
    )
    return draft


def tidy(*, draft: QuestionVersion) -> None:
    """Take out what an earlier kind of the draft has left behind."""
    if draft.kind not in OPTION_KINDS:
        draft.options.all().delete()
    if draft.kind != "open_text":
        draft.rubric.all().delete()


def seal(*, draft: QuestionVersion, content: QuestionContent, at: datetime) -> None:
    """Publish with a number above every other version's: the highest published number is the current one.

    Needs an open transaction, and content without faults.
    """
    others = QuestionVersion.objects.filter(question=draft.question_id).exclude(pk=draft.pk)
    highest = others.aggregate(highest=Max("number"))["highest"] or 0
    draft.number = max(draft.number, highest + 1)
    draft.published_at = at
    draft.digest = digest(content)
    draft.stimulus = _sealed_story(draft, content.stimulus) if content.stimulus else None
    draft.image_sha256 = content.image.sha256 if content.image else ""
    QuestionVersion.objects.filter(pk=draft.pk, published_at__isnull=True).update(
        number=draft.number,
        published_at=draft.published_at,
        digest=draft.digest,
        stimulus=draft.stimulus,
        image_sha256=draft.image_sha256,
    )
    transaction.on_commit(lambda: _show(draft))


def _sealed_story(draft: QuestionVersion, story: StimulusContent) -> Stimulus:
    """The text of the scenario as it is now, kept once for all questions that are published with it."""
    scenario = draft.question.scenario
    sealed, _created = Stimulus.objects.get_or_create(
        digest=digest_of_story(story),
        defaults={
            "text_ar": story.text.ar,
            "text_en": story.text.en,
            "image": scenario.image if scenario else None,
            "image_alt_ar": story.image.alt.ar if story.image else "",
            "image_alt_en": story.image.alt.en if story.image else "",
            "image_sha256": story.image.sha256 if story.image else "",
        },
    )
    return sealed


def _show(draft: QuestionVersion) -> None:
    """Make the size of the image that pages show, before a whole room asks for it at once."""
    for image in (draft.image, draft.stimulus.image if draft.stimulus else None):
        if image is not None:
            image.get_rendition(IMAGE_FILTER)
