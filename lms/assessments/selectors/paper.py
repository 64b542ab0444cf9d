"""The exam paper as its learner sees it. Nothing here reads which option is correct."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from wagtail.images.models import Image, Rendition

from lms.assessments.models import Attempt, AttemptSlot, QuestionVersion
from lms.people.models import User

from .bodies import IMAGE_FILTER, Asked, Picture, QuestionBody, read_bodies, show_version
from .log import answers_on_record, form_of


@dataclass(frozen=True, slots=True)
class Place:
    """One place on the form: whether it is answered and marked to come back to."""

    position: int
    is_answered: bool
    is_flagged: bool


@dataclass(frozen=True, slots=True)
class QuestionScreen:
    """One question a screen, with the answer of record and the way to the others."""

    position: int
    places: list[Place]
    body: QuestionBody
    is_flagged: bool
    sequence: int
    saved_at: datetime | None

    @property
    def count(self) -> int:
        return len(self.places)

    @property
    def answered(self) -> int:
        return sum(place.is_answered for place in self.places)

    @property
    def previous(self) -> int | None:
        return self.position - 1 if self.position > 1 else None

    @property
    def next(self) -> int | None:
        return self.position + 1 if self.position < self.count else None


def read_paper(attempt: Attempt) -> list[Place]:
    """Every place of the form in order."""
    return [_place(row) for row in _rows(attempt)]


def question_screen(attempt: Attempt, position: int) -> QuestionScreen | None:
    """The question at a position; None if the form has no such place. Three queries, five with images."""
    rows = _rows(attempt)
    asked = [row for row in rows if row["position"] == position]
    return _screens(attempt, asked, [_place(row) for row in rows])[0] if asked else None


def paper_questions(attempt: Attempt) -> list[QuestionBody]:
    """Every question of the form in order, for the page that holds them all and whose script fills in the answers.
    At most three queries, five with images, whatever its length."""
    form = form_of(attempt.public_id).items()
    return _bodies(attempt, [Asked(position, slot.version_id, slot.order, None) for position, slot in form])


def picture_in(*, attempt_id: UUID, learner: User, seal: str) -> Rendition | None:
    """The picture with that seal in a form that the learner has begun, in the size that pages show. At most three
    queries."""
    slots = AttemptSlot.objects.filter(
        attempt__public_id=attempt_id, attempt__learner=learner, attempt__started_at__isnull=False
    )
    own = slots.filter(version__image_sha256=seal).values("version__image")
    told = slots.filter(version__stimulus__image_sha256=seal).values("version__stimulus__image")
    image = Image.objects.filter(Q(pk__in=own) | Q(pk__in=told)).first()
    return image.get_rendition(IMAGE_FILTER) if image else None


def _screens(attempt: Attempt, rows: Sequence[dict[str, Any]], places: list[Place]) -> list[QuestionScreen]:
    asked = [
        Asked(row["position"], row["version_id"], row["option_order"], row["answer__value"]) for row in rows
    ]
    bodies = _bodies(attempt, asked)
    return [_screen(row, places, body) for row, body in zip(rows, bodies, strict=True)]


def _bodies(attempt: Attempt, asked: Sequence[Asked]) -> list[QuestionBody]:
    return [_with_own_pictures(attempt, body) for body in read_bodies(asked)]


def _with_own_pictures(attempt: Attempt, body: QuestionBody) -> QuestionBody:
    """The question with its pictures at addresses of this site: the page may keep no others for the time without a
    signal, and a bucket's signed addresses run out during an exam."""

    def own(picture: Picture | None) -> Picture | None:
        if picture is None or not picture.seal:
            return picture
        return replace(picture, url=reverse("assessments:picture", args=[attempt.public_id, picture.seal]))

    story = replace(body.story, picture=own(body.story.picture)) if body.story else None
    return replace(body, picture=own(body.picture), story=story)


def _screen(row: dict[str, Any], places: list[Place], body: QuestionBody) -> QuestionScreen:
    return QuestionScreen(
        position=row["position"],
        places=places,
        body=body,
        is_flagged=bool(row["answer__is_flagged"]),
        sequence=row["answer__sequence"] or 0,
        saved_at=row["answer__saved_at"] if row["answer__value"] else None,
    )


def preview_screen(version: QuestionVersion) -> QuestionScreen:
    """A version as a learner would meet it, with the options in the order of their keys."""
    return QuestionScreen(
        position=1,
        places=[Place(1, is_answered=False, is_flagged=False)],
        body=show_version(version),
        is_flagged=False,
        sequence=0,
        saved_at=None,
    )


def _rows(attempt: Attempt) -> list[dict[str, Any]]:
    """Every place with the answer to it: from the log until the attempt is handed in, then what counts."""
    answer = ("answer__value", "answer__is_flagged", "answer__sequence", "answer__saved_at")
    if attempt.submitted_at is not None:
        slots = AttemptSlot.objects.filter(attempt=attempt).order_by("position")
        return [dict(row) for row in slots.values("position", "version_id", "option_order", *answer)]
    said = {
        position: dict(zip(answer, (one.stored, one.is_flagged, one.sequence, one.saved_at), strict=True))
        for position, one in answers_on_record(attempt).items()
    }
    nothing = dict.fromkeys(answer)
    return [
        {
            "position": position,
            "version_id": slot.version_id,
            "option_order": slot.order,
            **said.get(position, nothing),
        }
        for position, slot in form_of(attempt.public_id).items()
    ]


def _place(row: dict[str, Any]) -> Place:
    return Place(
        position=row["position"],
        is_answered=bool(row["answer__value"]),
        is_flagged=bool(row["answer__is_flagged"]),
    )
