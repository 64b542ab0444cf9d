"""Publishing questionnaires and taking answers."""

import datetime
import uuid
from typing import Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError
from django.utils import timezone

from plugins.stakeholder_survey.enums import Flag, Population
from plugins.stakeholder_survey.errors import AlreadySubmitted, AnswersRefused, NotPublishable, SurveyClosed
from plugins.stakeholder_survey.models import (
    Draft,
    QuestionnaireVersion,
    Response,
    Survey,
    Unchangeable,
)
from plugins.stakeholder_survey.reading import read_questionnaire
from plugins.stakeholder_survey.selectors import current_version, find_draft
from plugins.stakeholder_survey.services import (
    add_version,
    forget_old_drafts,
    publish_version,
    record_response,
    record_responses,
    save_section,
    start_draft,
    submit_draft,
)
from plugins.stakeholder_survey.tokens import hashed
from tests.factories.people import UserFactory
from tests.factories.stakeholder_survey import (
    NOON,
    pair,
    publish,
    respond,
    small_data,
    small_questionnaire,
    submission,
    west,
)

pytestmark = pytest.mark.django_db

MINUTE = datetime.timedelta(minutes=1)


# --- The questionnaire -----------------------------------------------------------------------


def test_a_draft_takes_the_place_of_the_draft_before() -> None:
    first = add_version(questionnaire=small_questionnaire())
    second = add_version(questionnaire=small_questionnaire())
    assert not QuestionnaireVersion.objects.filter(pk=first.pk).exists()
    assert (second.number, second.survey) == (1, first.survey)


def test_publishing_seals_and_says_who_and_when() -> None:
    actor = UserFactory()
    version = publish_version(
        version=add_version(questionnaire=small_questionnaire()), actor=actor, moment=NOON
    )
    assert (version.published_at, version.published_by) == (NOON, actor)
    assert len(version.sha256) == 64
    assert version.is_intact()
    assert current_version(version.survey) == version


def test_publishing_again_changes_nothing() -> None:
    version = publish()
    again = publish_version(version=version, actor=UserFactory())
    assert (again.published_at, again.published_by) == (version.published_at, None)


def test_a_published_version_cannot_be_changed_or_deleted() -> None:
    version = publish()
    version.content["title"]["ar"] = "عنوان آخر"
    with pytest.raises(Unchangeable):
        version.save()
    with pytest.raises(Unchangeable):
        version.delete()
    with pytest.raises(Unchangeable):
        QuestionnaireVersion.objects.update(content={})
    with pytest.raises(Unchangeable):
        QuestionnaireVersion.objects.all().delete()
    version.refresh_from_db()
    assert version.is_intact()


def test_a_change_behind_our_back_breaks_the_seal() -> None:
    version = publish()
    changed = {**version.content, "code": "OTHER"}
    QuestionnaireVersion._base_manager.filter(pk=version.pk)._update(
        [(QuestionnaireVersion._meta.get_field("content"), None, changed)]
    )
    version.refresh_from_db()
    assert not version.is_intact()


def test_a_question_keeps_its_kind_through_all_versions() -> None:
    version = publish()
    data = small_data()
    data["sections"][2]["questions"][0] = {"code": "q_people", "kind": "text", "label": pair("People")}
    draft = add_version(questionnaire=read_questionnaire(data), survey=version.survey)
    with pytest.raises(NotPublishable) as refused:
        publish_version(version=draft, actor=None)
    assert refused.value.questions == ["q_people"]
    assert current_version(version.survey) == version


# --- Taking responses ------------------------------------------------------------------------


def test_a_response_keeps_answers_and_who_answered_in_columns() -> None:
    place, version = west(), publish()
    response = respond(
        version, {"q_role": "2", "q_region": 1, "q_place": "misrata", "q_trust": 3}, seconds=90
    )
    response.refresh_from_db()
    assert response.answers == {"q_role": 2, "q_region": 1, "q_place": "misrata", "q_trust": 3}
    assert (response.population, response.region, response.municipality) == (
        Population.CSO,
        place.region,
        place,
    )
    assert (response.mode, response.language, response.seconds, response.flags) == ("web", "ar", 90, [])


def test_who_names_no_region_is_in_none() -> None:
    response = respond(publish(), {"q_role": 9, "q_region": 9, "q_trust": 1})
    assert (response.population, response.region, response.municipality) == (Population.CITIZEN, None, None)


def test_no_column_of_a_response_could_hold_a_person_or_an_address() -> None:
    names = {field.name for field in Response._meta.get_fields()}
    assert names == {
        "id",
        "version",
        "client_uuid",
        "submitted_at",
        "language",
        "mode",
        "population",
        "region",
        "municipality",
        "seconds",
        "flags",
        "answers",
    }


def test_faulty_answers_are_refused_with_every_fault_and_nothing_is_kept() -> None:
    version = publish()
    with pytest.raises(AnswersRefused) as refused:
        respond(version, {"q_role": 5, "q_needs": [1, 8]})
    faults = {(fault.question, fault.code) for fault in refused.value.faults}
    assert faults == {("q_role", "unknown_code"), ("q_needs", "exclusive"), ("q_trust", "required")}
    assert Response.objects.count() == 0


def test_a_replay_gets_the_same_response_and_changes_nothing() -> None:
    version = publish()
    sent = submission()
    first, is_new = record_response(version=version, submission=sent)
    again, is_new_again = record_response(version=version, submission=sent)
    assert (is_new, is_new_again) == (True, False)
    assert again == first
    assert Response.objects.count() == 1


def test_a_replay_with_other_answers_is_refused_and_the_first_stands() -> None:
    version = publish()
    identifier = uuid.uuid4()
    respond(version, client_uuid=identifier)
    with pytest.raises(AlreadySubmitted):
        respond(version, {"q_role": 2, "q_trust": 1}, client_uuid=identifier)
    assert Response.objects.get().answers == {"q_role": 1, "q_trust": 2}


def test_a_response_is_never_changed() -> None:
    response = respond(publish())
    response.answers = {}
    with pytest.raises(Unchangeable):
        response.save()
    with pytest.raises(Unchangeable):
        Response.objects.update(answers={})


@pytest.mark.parametrize("field", ["mode", "population", "language"])
def test_the_database_knows_the_modes_populations_and_languages(field: str) -> None:
    response = respond(publish())
    with pytest.raises(IntegrityError):
        Response._base_manager.filter(pk=response.pk).update(**{field: "xx"})


def test_many_responses_come_in_together_or_not_at_all() -> None:
    version = publish()
    assert record_responses(version=version, submissions=[submission() for _ in range(3)]) == 3
    with pytest.raises(AnswersRefused):
        record_responses(version=version, submissions=[submission(), submission({"q_role": 1})])
    assert Response.objects.count() == 3


# --- Drafts ----------------------------------------------------------------------------------


def begun(version: QuestionnaireVersion, moment: datetime.datetime | None = None) -> Draft:
    return Draft.objects.get(key=hashed(start_draft(version=version, moment=moment)))


def save(draft: Draft, position: int, **raw: Any) -> list[tuple[str, str]]:
    section = draft.version.questionnaire.sections[position]
    draft.answers, faults = save_section(draft=draft, section=section, raw=raw)
    return [(fault.question, fault.code) for fault in faults]


def test_the_database_keeps_no_token() -> None:
    version = publish()
    token = start_draft(version=version)
    assert token not in str(Draft.objects.values_list().get())
    assert find_draft(version.survey, token) is not None
    assert find_draft(version.survey, token + "x") is None
    assert find_draft(version.survey, "") is None


def test_a_draft_of_another_survey_is_not_found() -> None:
    token = start_draft(version=publish())
    other = publish({**small_data(), "code": "OTHER"})
    assert find_draft(other.survey, token) is None


def test_sections_add_up_and_a_section_saved_again_replaces_itself() -> None:
    draft = begun(publish())
    assert save(draft, 0, q_role="2", q_region="1") == []
    assert save(draft, 1, q_needs=["1"], q_trust="2") == []
    assert save(draft, 0, q_role="1") == []
    assert draft.answers == {"q_role": 1, "q_needs": [1], "q_trust": 2}


def test_what_is_right_on_a_faulty_page_is_kept() -> None:
    draft = begun(publish())
    assert save(draft, 0, q_role="1", q_region="55") == [("q_region", "unknown_code")]
    draft.refresh_from_db()
    assert draft.answers == {"q_role": 1}


def test_sending_turns_the_draft_into_a_response() -> None:
    draft = begun(publish(), moment=NOON)
    save(draft, 0, q_role="1")
    save(draft, 1, q_trust="2")
    response = submit_draft(draft=draft, language="en", moment=NOON + 3 * MINUTE)
    assert (response.client_uuid, response.answers) == (draft.client_uuid, {"q_role": 1, "q_trust": 2})
    assert (response.language, response.seconds, response.flags) == ("en", 180, [])
    assert not Draft.objects.exists()


def test_answers_to_questions_closed_since_are_not_sent() -> None:
    draft = begun(publish())
    save(draft, 0, q_role="2")
    save(draft, 2, q_people="40")
    save(draft, 1, q_trust="1")
    save(draft, 0, q_role="1")
    assert submit_draft(draft=draft, language="ar").answers == {"q_role": 1, "q_trust": 1}


def test_sending_with_a_required_question_open_is_refused_and_keeps_the_draft() -> None:
    draft = begun(publish())
    save(draft, 0, q_role="1")
    with pytest.raises(AnswersRefused):
        submit_draft(draft=draft, language="ar")
    draft.refresh_from_db()
    assert draft.answers == {"q_role": 1}
    assert not Response.objects.exists()


@pytest.mark.parametrize(
    ("seconds", "honeypot", "flags"),
    [
        (300, "", []),
        (3, "", [Flag.TOO_FAST]),
        (300, "spam", [Flag.HONEYPOT]),
        (0, "x", ["too_fast", "honeypot"]),
    ],
)
def test_suspects_are_flagged_and_kept(seconds: int, honeypot: str, flags: list[str]) -> None:
    draft = begun(publish(), moment=NOON)
    save(draft, 0, q_role="1")
    save(draft, 1, q_trust="1")
    moment = NOON + datetime.timedelta(seconds=seconds)
    response = submit_draft(draft=draft, language="ar", honeypot=honeypot, moment=moment)
    response.refresh_from_db()
    assert response.flags == flags


def test_who_began_before_closing_may_finish_within_two_hours() -> None:
    version = publish(closes_at=NOON)
    for late, accepted in ((119, True), (121, False)):
        draft = begun(version, moment=NOON - MINUTE)
        save(draft, 0, q_role="1")
        save(draft, 1, q_trust="1")
        if accepted:
            submit_draft(draft=draft, language="ar", moment=NOON + late * MINUTE)
        else:
            with pytest.raises(SurveyClosed):
                submit_draft(draft=draft, language="ar", moment=NOON + late * MINUTE)
            assert Draft.objects.filter(pk=draft.pk).exists()


def test_drafts_are_of_no_use_after_two_days_and_then_forgotten() -> None:
    version = publish()
    old = start_draft(version=version, moment=timezone.now() - datetime.timedelta(days=2, seconds=1))
    assert find_draft(version.survey, old) is None
    start_draft(version=version)
    forget_old_drafts()
    assert Draft.objects.count() == 1


def test_forgetting_looks_once_an_hour() -> None:
    version = publish()
    forget_old_drafts()
    start_draft(version=version, moment=NOON)
    forget_old_drafts()
    assert Draft.objects.exists()
    cache.clear()
    forget_old_drafts()
    assert not Draft.objects.exists()


def test_starting_anew_deletes_the_draft_it_replaces() -> None:
    version = publish()
    draft = begun(version)
    start_draft(version=version, instead_of=draft)
    assert not Draft.objects.filter(pk=draft.pk).exists()


# --- Surveys ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "is_open"),
    [
        ({}, True),
        ({"opens_at": NOON}, True),
        ({"opens_at": NOON + MINUTE}, False),
        ({"closes_at": NOON + MINUTE}, True),
        ({"closes_at": NOON}, False),
    ],
)
def test_a_survey_is_open_between_its_times(fields: dict[str, Any], is_open: bool) -> None:
    publish(**fields)
    assert Survey.objects.open_at(NOON).exists() is is_open


def test_a_survey_without_a_published_questionnaire_is_not_open() -> None:
    add_version(questionnaire=small_questionnaire())
    assert not Survey.objects.open_at(NOON).exists()


def test_a_survey_must_open_before_it_closes() -> None:
    with pytest.raises(IntegrityError):
        publish(opens_at=NOON, closes_at=NOON)
