"""A question bank as a file of its own kind: the published questions, as they are asked now."""

from collections.abc import Iterable
from dataclasses import replace

from lms.assessments.bankfile import BankFile, QuestionEntry, ScenarioEntry
from lms.assessments.content import Bilingual, ImageContent, QuestionContent
from lms.assessments.models import IllustratedModel, QuestionBank, QuestionVersion


def bank_as_file(bank: QuestionBank) -> BankFile:
    """What `import_question_bank` turns into the same bank again. Retired questions and drafts are left out.

    Raises OSError for an image whose file has gone.
    """
    versions = (
        QuestionVersion.objects.filter(question__bank=bank, question__is_retired=False)
        .current()
        .with_content()
        .select_related("question__area", "question__scenario", "image", "stimulus__image")
    )
    in_order = sorted(versions, key=_filed)
    stories = {
        version.question.scenario.code: version.stimulus
        for version in in_order
        if version.question.scenario and version.stimulus
    }
    return BankFile(
        code=bank.code,
        title=Bilingual(bank.name_ar, bank.name_en),
        areas={area.code: Bilingual(area.name_ar, area.name_en) for area in bank.areas.all()},
        questions=tuple(_entry(version) for version in in_order),
        scenarios=tuple(
            ScenarioEntry(code, replace(story.content(), image=_named(story.image_content())))
            for code, story in stories.items()
        ),
        images=_images([*in_order, *stories.values()]),
    )


def _filed(version: QuestionVersion) -> tuple[str, int, str]:
    """Questions of a scenario together and in their order, after those of none."""
    question = version.question
    return (question.scenario.code if question.scenario else "", question.scenario_order, question.code)


def _entry(version: QuestionVersion) -> QuestionEntry:
    question = version.question
    return QuestionEntry(
        code=question.code,
        area=question.area.code,
        topic=question.topic,
        objective=question.objective,
        difficulty=question.difficulty,
        content=_content(version),
        scenario=question.scenario.code if question.scenario else "",
        scenario_order=question.scenario_order,
    )


def _content(version: QuestionVersion) -> QuestionContent:
    """What the question says on its own: its story stands with the scenario."""
    content = version.content()
    return replace(content, stimulus=None, image=_named(content.image))


def _named(image: ImageContent | None) -> ImageContent | None:
    return replace(image, name=f"images/{image.name}") if image else None


def _images(rows: Iterable[IllustratedModel]) -> dict[str, bytes]:
    images: dict[str, bytes] = {}
    for row in rows:
        content = row.image_content()
        if content and row.image and content.sha256 not in images:
            with row.image.file.storage.open(row.image.file.name, "rb") as file:
                images[content.sha256] = file.read()
    return images
