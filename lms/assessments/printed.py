"""Printed forms out of the database: the same frozen form that a device would show, in the same order.

Nothing here reads which option is correct.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from . import booklet
from .models import AttemptSlot, Paper, Printing
from .selectors.bodies import Asked, Choice, Outline, Picture, QuestionBody, read_bodies
from .timing import multiplied_seconds

#: The ruled lines of an open answer, in ordinary and in large print.
ROWS, LARGE_ROWS = 12, 14

_SHEETS: Mapping[str, booklet.Sheet] = {
    "matching": "boxes",
    "ordering": "boxes",
    "numeric": "line",
    "short_text": "line",
    "open_text": "lines",
}
_HINTS = {
    "single": gettext_lazy("One answer is right: fill in its circle on the answer sheet."),
    "true_false": gettext_lazy("Is this true or false? Fill in the circle on the answer sheet."),
    "multiple": gettext_lazy("Fill in the circle of every right answer on the answer sheet."),
    "numeric": gettext_lazy("Write a number on the answer sheet, in Arabic or Latin digits."),
    "short_text": gettext_lazy("Answer in a word or a few on the answer sheet."),
    "matching": gettext_lazy(
        "On the answer sheet, write beside each number the letter of what belongs to it. A letter may be used more "
        "than once or not at all."
    ),
    "ordering": gettext_lazy(
        "On the answer sheet, write beside each letter its place: 1 comes first. Each place is given once."
    ),
    "hotspot": gettext_lazy(
        "The places are lettered on the image. Fill in the circle of every right one on the answer sheet."
    ),
    "open_text": gettext_lazy("Answer in sentences on the lines of the answer sheet."),
}


def printing_pdf(printing: Printing, papers: Sequence[Paper]) -> bytes:
    """The file of a printing with these of its papers."""
    return booklet.set_booklet(booklet_of(printing, papers), at=printing.at)


def booklet_of(printing: Printing, papers: Sequence[Paper]) -> booklet.Booklet:
    """All that the file says, in its language. A fixed number of queries, whatever the number of papers."""
    with translation.override(printing.language):
        bodies = _bodies(papers)
        pictures: dict[int, bytes] = {}
        return booklet.Booklet(
            language=printing.language,
            exam=printing.exam.name,
            course=printing.exam.course.name,
            words=_words(),
            forms=[_form(paper, bodies[paper.attempt_id], printing, pictures) for paper in papers],
        )


def _bodies(papers: Iterable[Paper]) -> dict[int, list[QuestionBody]]:
    slots = AttemptSlot.objects.filter(attempt__in=[paper.attempt_id for paper in papers])
    rows = list(
        slots.order_by("attempt", "position").values_list("attempt", "position", "version", "option_order")
    )
    found: dict[int, list[QuestionBody]] = defaultdict(list)
    shown = read_bodies([Asked(position, version, order) for _attempt, position, version, order in rows])
    for (attempt, *_rest), body in zip(rows, shown, strict=True):
        found[attempt].append(body)
    return found


def _form(
    paper: Paper, bodies: Sequence[QuestionBody], printing: Printing, pictures: dict[int, bytes]
) -> booklet.Form:
    learner = paper.attempt.learner
    is_large = printing.is_large or paper.attempt.large_print
    stories = [None, *(body.story for body in bodies)]
    questions = [
        _question(body, pictures, has_story=body.story != before, is_large=is_large)
        for body, before in zip(bodies, stories, strict=False)
    ]
    return booklet.Form(
        is_large=is_large,
        name=learner.name,
        place=learner.municipality.name if learner.municipality else "",
        candidate_no=paper.candidate_no,
        number=paper.spaced_number,
        instructions=_instructions(paper, len(bodies)),
        questions=questions,
        address=lambda page: page_address(paper, page, printing.language),
    )


def page_address(paper: Paper, page: int, language: str) -> str:
    """What the code on a page holds."""
    with translation.override(language):
        return settings.SANAD_BASE_URL + reverse("assessments:paper_page", args=[paper.number, page])


def _question(
    body: QuestionBody, pictures: dict[int, bytes], *, has_story: bool, is_large: bool
) -> booklet.Question:
    story = None
    if body.story and has_story:
        story = booklet.Story(body.story.text, _image(body.story.picture, pictures))
    is_ordering = body.kind == "ordering"
    return booklet.Question(
        position=body.position,
        stem=body.stem,
        hint=str(_HINTS[body.kind]),
        sheet=_SHEETS.get(body.kind, "bubbles"),
        choices=[booklet.Lettered(choice.letter, choice.text) for choice in body.choices],
        lines=[
            booklet.Lettered(letter_of(line.place) if is_ordering else str(line.place), line.text)
            for line in body.lines
        ],
        spots=[spot for choice in body.choices if (spot := _spot(choice, body.picture)) is not None],
        image=_image(body.picture, pictures, [choice.outline for choice in body.choices if choice.outline]),
        story=story,
        unit=body.unit,
        rows=LARGE_ROWS if is_large else ROWS,
    )


def letter_of(place: int) -> str:
    """The letter of a place as options bear it, in the language of the page."""
    return Choice(place, "").letter


def _spot(choice: Choice, picture: Picture | None) -> booklet.Spot | None:
    if choice.outline is None or picture is None:
        return None
    x, y = choice.outline.middle
    return booklet.Spot(choice.letter, (x / picture.width, y / picture.height))


def _image(
    picture: Picture | None, pictures: dict[int, bytes], outlines: Sequence[Outline] = ()
) -> booklet.Image | None:
    if picture is None or picture.rendition is None:
        return None
    key = picture.rendition.pk
    if key not in pictures:
        with picture.rendition.file.open("rb") as file:
            pictures[key] = file.read()
    shapes = [_shape(outline) for outline in outlines]
    svg = booklet.picture_svg(
        pictures[key], media_type="image/webp", width=picture.width, height=picture.height, shapes=shapes
    )
    return booklet.Image(svg, picture.width, picture.height, picture.alt)


def _shape(outline: Outline) -> str:
    numbers = outline.numbers
    if outline.shape == "circle":
        return '<circle cx="{:g}" cy="{:g}" r="{:g}"/>'.format(*numbers)
    if outline.shape == "rect":
        return '<rect x="{:g}" y="{:g}" width="{:g}" height="{:g}"/>'.format(*numbers)
    return f'<polygon points="{outline.points}"/>'


def _instructions(paper: Paper, count: int) -> list[str]:
    attempt = paper.attempt
    seconds = multiplied_seconds(attempt.base_seconds, attempt.time_multiplier) + attempt.extra_seconds
    minutes, breaks = seconds // 60, attempt.break_seconds_allowed // 60
    told = [
        ngettext("This paper has %(n)d question.", "This paper has %(n)d questions.", count) % {"n": count},
        ngettext("You have %(n)d minute.", "You have %(n)d minutes.", minutes) % {"n": minutes},
    ]
    if breaks:
        allowed = ngettext(
            "You may also take a break of %(n)d minute.",
            "You may also take breaks of %(n)d minutes in all.",
            breaks,
        )
        told.append(allowed % {"n": breaks})
    return [
        _("Check that your name stands on every page and that no page is missing."),
        " ".join(told),
        _(
            "Give your answers on the answer sheet at the end, in blue or black. What is written beside the questions "
            "does not count."
        ),
        _("To change an answer, cross it out clearly and give the new one beside it."),
        _("A question without an answer gives no marks."),
        _("At the end hand in every page. The invigilator writes the times below."),
    ]


def _words() -> dict[str, str]:
    return {
        "candidate_no": _("Candidate no."),
        "paper_no": _("Paper no."),
        "page": pgettext("page of a paper", "Page"),
        "of": pgettext("page of a paper", "of"),
        "case": _("The case"),
        "sheet": _("Answer sheet"),
        "sheet_hint": _("Fill the circles completely, and write one letter or number in each box."),
        "instructions": _("Instructions"),
        "for_invigilator": _("Filled in by the invigilator"),
        "date": pgettext("on a paper", "Day"),
        "began": pgettext("on a paper", "Began at"),
        "handed_in": pgettext("on a paper", "Handed in at"),
        "candidate_signature": _("Signature of the candidate"),
        "invigilator_signature": _("Name and signature of the invigilator"),
        "questions_end": _("Here the questions end. The answer sheet follows."),
    }
