"""Everything that changes a survey: publishing its questionnaire and taking answers."""

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from wagtail.log_actions import log

from .answers import Answers, Fault, check_answers, check_questions, relevant_answers
from .enums import Flag, Language, Mode, Population
from .errors import AlreadySubmitted, AnswersRefused, NotPublishable, SurveyClosed
from .models import DRAFT_LIFETIME, Draft, QuestionnaireVersion, Response, Survey
from .questionnaire import Questionnaire, Section, digest
from .selectors import known_places, known_regions
from .tokens import hashed, new_token

FINISHING_TIME = datetime.timedelta(hours=2)
"""How long after closing those may finish who began before."""

FORGETTING_PAUSE = 3600

SECONDS_A_QUESTION = 2
"""Faster than this nobody reads the questions they answer."""

BATCH = 500


@dataclass(frozen=True, slots=True)
class Submission:
    """One respondent's answers on their way in. `answers` are raw: what a form or a file holds."""

    client_uuid: uuid.UUID
    answers: Mapping[str, object]
    submitted_at: datetime.datetime
    language: str = Language.ARABIC
    mode: str = Mode.WEB
    seconds: int | None = None
    flags: Sequence[str] = ()


# --- The questionnaire -----------------------------------------------------------------------


@transaction.atomic
def add_version(*, questionnaire: Questionnaire, survey: Survey | None = None) -> QuestionnaireVersion:
    """Add a questionnaire to a survey as its draft, in the place of a draft that was there.

    Without a survey the questionnaire's own code and title name it, and it is made if it does not exist.
    """
    if survey is None:
        survey, _created = Survey.objects.get_or_create(
            code=questionnaire.code.lower(),
            defaults={"name_ar": questionnaire.title.ar, "name_en": questionnaire.title.en},
        )
    Survey.objects.select_for_update().get(pk=survey.pk)
    survey.versions.filter(published_at=None).delete()
    newest = survey.versions.aggregate(newest=models.Max("number"))["newest"] or 0
    return survey.versions.create(number=newest + 1, content=questionnaire.content())


@transaction.atomic
def publish_version(
    *, version: QuestionnaireVersion, actor: Any, moment: datetime.datetime | None = None
) -> QuestionnaireVersion:
    """Seal a draft and put it before the public. Publishing it again changes nothing.

    Raises NotPublishable when a question keeps its code but not its kind: the archive puts the answers to both
    versions into one column.
    """
    version = QuestionnaireVersion.objects.select_for_update().get(pk=version.pk)
    if version.is_published:
        return version
    before = {
        code: question.kind
        for earlier in version.survey.versions.published()
        for code, question in earlier.questionnaire.questions.items()
    }
    asked = version.questionnaire.questions
    changed = [code for code, question in asked.items() if before.get(code, question.kind) != question.kind]
    if changed:
        raise NotPublishable(changed)
    version.sha256 = digest(version.content)
    version.published_at = moment or timezone.now()
    version.published_by = actor
    # The row is still a draft in the database, so the model lets this one change through.
    version.save(update_fields=["sha256", "published_at", "published_by"])
    log(version, "stakeholder_survey.publish", user=actor)
    return version


# --- Answering on the web --------------------------------------------------------------------


@transaction.atomic
def start_draft(
    *, version: QuestionnaireVersion, instead_of: Draft | None = None, moment: datetime.datetime | None = None
) -> str:
    """Begin a response and return the token that continues it. The draft that this one replaces goes."""
    moment = moment or timezone.now()
    if instead_of:
        instead_of.delete()
    token = new_token()
    Draft.objects.create(key=hashed(token), version=version, started_at=moment)
    return token


def forget_old_drafts() -> None:
    """Delete the drafts that nobody came back to, at most once an hour.

    Every visit to the survey calls this, so that what was promised to respondents needs no timer to be kept.
    """
    if cache.add("stakeholder_survey:old-drafts-forgotten", True, FORGETTING_PAUSE):
        Draft.objects.filter(started_at__lt=timezone.now() - DRAFT_LIFETIME).delete()


@transaction.atomic
def save_section(*, draft: Draft, section: Section, raw: Mapping[str, object]) -> tuple[Answers, list[Fault]]:
    """Keep what is acceptable of a section's answers and return all answers so far and what is wrong.

    Two pages of one respondent that are sent at the same moment both count.
    """
    draft = Draft.objects.select_for_update().get(pk=draft.pk)
    questionnaire = draft.version.questionnaire
    kept: Answers = {
        code: answer
        for code, answer in draft.answers.items()
        if code not in {question.code for question in section.questions}
    }
    answers, faults = check_questions(
        section.questions, relevant_answers(questionnaire, kept), raw, known_places()
    )
    draft.answers = kept | answers
    draft.save(update_fields=["answers"])
    return draft.answers, faults


@transaction.atomic
def submit_draft(
    *, draft: Draft, language: str, honeypot: str = "", moment: datetime.datetime | None = None
) -> Response:
    """Turn a draft into a response. The draft goes only when the response stands.

    Raises AnswersRefused with the required questions that are still open, SurveyClosed, and Draft.DoesNotExist when
    another request has sent it in the meantime.
    """
    moment = moment or timezone.now()
    draft = Draft.objects.select_for_update().get(pk=draft.pk)
    questionnaire = draft.version.questionnaire
    if not takes_answers(survey=draft.version.survey, moment=moment):
        raise SurveyClosed
    answers = relevant_answers(questionnaire, draft.answers)
    seconds = max(0, int((moment - draft.started_at).total_seconds()))
    flags = suspicions(seconds=seconds, answered=len(answers), honeypot=honeypot)
    submission = Submission(draft.client_uuid, answers, moment, language, Mode.WEB, seconds, flags)
    response, _is_new = record_response(version=draft.version, submission=submission)
    draft.delete()
    return response


def suspicions(*, seconds: int, answered: int, honeypot: str = "") -> list[Flag]:
    """Why a response deserves a second look. It is kept all the same: people do share devices and answer fast."""
    too_fast = [Flag.TOO_FAST] if seconds < SECONDS_A_QUESTION * answered else []
    return [*too_fast, *([Flag.HONEYPOT] if honeypot else [])]


def takes_answers(*, survey: Survey, moment: datetime.datetime) -> bool:
    """Whether a response that was begun in time may still come in."""
    return survey.closes_at is None or moment < survey.closes_at + FINISHING_TIME


# --- Taking responses ------------------------------------------------------------------------


def record_response(*, version: QuestionnaireVersion, submission: Submission) -> tuple[Response, bool]:
    """Take one response; False when it had arrived before, which changes nothing.

    Raises AnswersRefused, and AlreadySubmitted when the one that arrived before has other answers.
    """
    response = _response(version, submission, known_places(), known_regions())
    try:
        with transaction.atomic():
            response.save(force_insert=True)
    except IntegrityError:
        earlier = Response.objects.filter(client_uuid=submission.client_uuid).first()
        if earlier is None:
            raise
        if earlier.version_id != version.pk or earlier.answers != response.answers:
            raise AlreadySubmitted from None
        return earlier, False
    return response, True


@transaction.atomic
def record_responses(*, version: QuestionnaireVersion, submissions: Iterable[Submission]) -> int:
    """Take many responses, each checked as if it came alone, all or none of them.

    Raises AnswersRefused for the first that is not acceptable and IntegrityError for one that had arrived before.
    """
    places, regions = known_places(), known_regions()
    responses = (_response(version, submission, places, regions) for submission in submissions)
    return len(Response.objects.bulk_create(responses, batch_size=BATCH))


def _response(
    version: QuestionnaireVersion,
    submission: Submission,
    places: Mapping[str, int],
    regions: Mapping[str, int],
) -> Response:
    """A response that may be saved. Raises AnswersRefused."""
    questionnaire = version.questionnaire
    answers, faults = check_answers(questionnaire, submission.answers, places)
    if faults:
        raise AnswersRefused(faults)
    profile = questionnaire.profile
    region = answers.get(profile.region)
    is_cso = answers.get(profile.population) in profile.cso
    return Response(
        version=version,
        client_uuid=submission.client_uuid,
        submitted_at=submission.submitted_at,
        language=Language(submission.language),
        mode=Mode(submission.mode),
        population=Population.CSO if is_cso else Population.CITIZEN,
        region_id=regions.get(profile.regions.get(region, "")) if isinstance(region, int) else None,
        municipality_id=places.get(str(answers.get(profile.municipality))),
        seconds=submission.seconds,
        flags=[Flag(flag).value for flag in submission.flags],
        answers=answers,
    )
