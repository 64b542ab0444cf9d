"""Surveys, questionnaires and responses for tests, made by the services that make the real ones."""

import datetime
import uuid
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import factory
import yaml
from django.utils import timezone
from factory.django import DjangoModelFactory

from lms.people.models import Municipality
from plugins.stakeholder_survey.files import OUTLINE
from plugins.stakeholder_survey.models import QuestionnaireVersion, Response, Survey
from plugins.stakeholder_survey.questionnaire import Questionnaire
from plugins.stakeholder_survey.reading import read_questionnaire
from plugins.stakeholder_survey.services import Submission, add_version, publish_version, record_response
from tests.factories.people import MunicipalityFactory, RegionFactory

NOON = datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.UTC)


def pair(text: str) -> dict[str, str]:
    return {"ar": f"{text} بالعربية", "en": f"{text} in English"}


def options(*codes: int) -> list[dict[str, Any]]:
    return [{"code": code, **pair(f"Option {code}")} for code in codes]


def small_data() -> dict[str, Any]:
    """A questionnaire with one question of each kind, in three sections, the last for organisations only."""
    return {
        "code": "SMALL-1",
        "title": pair("Small survey"),
        "intro": pair("About this survey"),
        "consent_text": pair("What becomes of your answers"),
        "profile": {
            "population": {"question": "q_role", "cso": [2]},
            "region": {"question": "q_region", "codes": {"west": 1, "east": 2}},
            "municipality": "q_place",
        },
        "sections": [
            {
                "code": "about",
                "title": pair("About you"),
                "questions": [
                    {
                        "code": "q_role",
                        "kind": "single",
                        "required": True,
                        "label": pair("Role"),
                        "options": options(1, 2, 9),
                        "missing": [9],
                    },
                    {
                        "code": "q_region",
                        "kind": "single",
                        "label": pair("Region"),
                        "options": options(1, 2, 9),
                        "missing": [9],
                    },
                    {"code": "q_place", "kind": "place", "label": pair("Municipality")},
                ],
            },
            {
                "code": "views",
                "title": pair("Views"),
                "questions": [
                    {
                        "code": "q_needs",
                        "kind": "multiple",
                        "label": pair("Needs"),
                        "options": options(1, 2, 7, 8, 9),
                        "exclusive": [8, 9],
                        "missing": [9],
                    },
                    {
                        "code": "q_other",
                        "kind": "text",
                        "required": True,
                        "label": pair("Other needs"),
                        "show_if": {"question": "q_needs", "equals": [7]},
                    },
                    {
                        "code": "q_trust",
                        "kind": "scale",
                        "required": True,
                        "label": pair("Trust"),
                        "options": options(1, 2, 3, 9),
                        "missing": [9],
                    },
                ],
            },
            {
                "code": "cso",
                "title": pair("Your organisation"),
                "questions": [
                    {
                        "code": "q_people",
                        "kind": "number",
                        "label": pair("People"),
                        "min": 0,
                        "max": 5000,
                        "show_if": {"question": "q_role", "equals": [2]},
                    },
                ],
            },
        ],
    }


def outline_data() -> dict[str, Any]:
    """The questionnaire that comes with the plugin, as its file holds it."""
    return deepcopy(yaml.safe_load(OUTLINE.read_text(encoding="utf-8")))


def small_questionnaire() -> Questionnaire:
    return read_questionnaire(small_data())


class SurveyFactory(DjangoModelFactory[Survey]):
    class Meta:
        model = Survey

    code = factory.Sequence(lambda n: f"survey-{n}")
    name_ar = "استبيان"
    name_en = "Survey"


def publish(
    data: Mapping[str, Any] | None = None, *, survey: Survey | None = None, actor: Any = None, **fields: Any
) -> QuestionnaireVersion:
    """A published questionnaire, by default the small one; `fields` are set on its survey."""
    version = add_version(questionnaire=read_questionnaire(data or small_data()), survey=survey)
    for name, value in fields.items():
        setattr(version.survey, name, value)
    version.survey.save()
    return publish_version(version=version, actor=actor)


def submission(answers: Mapping[str, object] | None = None, **changes: Any) -> Submission:
    """Complete answers to the small questionnaire."""
    given = {"q_role": 1, "q_trust": 2} if answers is None else answers
    fields = {"client_uuid": uuid.uuid4(), "answers": given, "submitted_at": timezone.now(), "seconds": 300}
    return Submission(**{**fields, **changes})


def respond(
    version: QuestionnaireVersion, answers: Mapping[str, object] | None = None, **changes: Any
) -> Response:
    response, _is_new = record_response(version=version, submission=submission(answers, **changes))
    return response


def west() -> Municipality:
    """Misrata in the West."""
    region = RegionFactory(code="west", name_ar="الغرب", name_en="West", order=1)
    return MunicipalityFactory(code="misrata", name_ar="مصراتة", name_en="Misrata", region=region)
