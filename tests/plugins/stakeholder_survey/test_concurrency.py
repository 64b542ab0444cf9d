"""Two requests at the same moment, with real threads and real connections."""

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from plugins.stakeholder_survey.errors import AlreadySubmitted
from plugins.stakeholder_survey.models import Draft, QuestionnaireVersion, Response
from plugins.stakeholder_survey.selectors import find_draft
from plugins.stakeholder_survey.services import (
    add_version,
    publish_version,
    record_response,
    save_section,
    start_draft,
    submit_draft,
)
from tests.factories.stakeholder_survey import publish, respond, small_questionnaire, submission

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls in threads that start together; what each returned or raised."""
    barrier = threading.Barrier(len(calls))
    outcomes: list[Any] = [None] * len(calls)

    def run(number: int, call: Callable[[], Any]) -> None:
        try:
            barrier.wait(timeout=10)
            outcomes[number] = call()
        except Exception as error:
            outcomes[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return outcomes


def complete_draft(version: QuestionnaireVersion) -> Draft:
    draft = find_draft(version.survey, start_draft(version=version))
    assert draft is not None
    sections = version.questionnaire.sections
    save_section(draft=draft, section=sections[0], raw={"q_role": 1})
    save_section(draft=draft, section=sections[1], raw={"q_trust": 1})
    return draft


def test_the_same_submission_twice_at_once_is_one_response() -> None:
    version = publish()
    sent = submission()
    outcomes = at_once(*[lambda: record_response(version=version, submission=sent)] * 3)
    assert sorted(is_new for _response, is_new in outcomes) == [False, False, True], outcomes
    assert len({response.pk for response, _is_new in outcomes}) == 1
    assert Response.objects.count() == 1


def test_other_answers_under_the_same_identifier_at_once_let_one_win() -> None:
    version = publish()
    identifier = uuid.uuid4()
    outcomes = at_once(
        lambda: respond(version, {"q_role": 1, "q_trust": 1}, client_uuid=identifier),
        lambda: respond(version, {"q_role": 2, "q_trust": 3}, client_uuid=identifier),
    )
    winners = [outcome for outcome in outcomes if isinstance(outcome, Response)]
    assert [type(outcome) for outcome in outcomes if outcome not in winners] == [AlreadySubmitted], outcomes
    assert Response.objects.get().answers == winners[0].answers


def test_a_draft_sent_twice_at_once_is_one_response() -> None:
    draft = complete_draft(publish())
    outcomes = at_once(*[lambda: submit_draft(draft=draft, language="ar")] * 2)
    assert sum(isinstance(outcome, Response) for outcome in outcomes) == 1, outcomes
    assert sum(isinstance(outcome, Draft.DoesNotExist) for outcome in outcomes) == 1, outcomes
    assert Response.objects.count() == 1


def test_two_pages_of_one_respondent_saved_at_once_both_count() -> None:
    version = publish()
    draft = find_draft(version.survey, start_draft(version=version))
    first, second, _third = version.questionnaire.sections
    outcomes = at_once(
        lambda: save_section(draft=draft, section=first, raw={"q_role": 2}),
        lambda: save_section(draft=draft, section=second, raw={"q_trust": 3}),
    )
    assert all(isinstance(outcome, tuple) for outcome in outcomes), outcomes
    assert Draft.objects.get().answers == {"q_role": 2, "q_trust": 3}


def test_publishing_twice_at_once_publishes_once() -> None:
    version = add_version(questionnaire=small_questionnaire())
    outcomes = at_once(*[lambda: publish_version(version=version, actor=None)] * 2)
    assert len({outcome.published_at for outcome in outcomes}) == 1, outcomes
